#include "transport/keys_files.hpp"

#include "transport/options_schema.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace transport {
namespace {

/// An open file of the system, closed with its holder.
class KeyDescriptor {
public:
    KeyDescriptor(const std::filesystem::path& file, int flags, mode_t mode = 0)
        : number_{::open(file.c_str(), flags | O_CLOEXEC, mode)} {}
    ~KeyDescriptor() {
        if (number_ >= 0) ::close(number_);
    }
    KeyDescriptor(const KeyDescriptor&) = delete;
    KeyDescriptor& operator=(const KeyDescriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

std::string read_whole(const std::filesystem::path& file, std::size_t most_bytes, bool secret) {
    const KeyDescriptor descriptor{file, O_RDONLY};
    struct stat facts {};
    if (descriptor.number() < 0 || ::fstat(descriptor.number(), &facts) != 0) complain_of_errno(file);
    if (secret && (facts.st_mode & 0077U) != 0)
        complain_of_key_file(file, fmt::format("others can read this secret (mode {:04o}); chmod 600 it, and if they "
                                               "may have, make a new one",
                                               facts.st_mode & 07777U));
    std::string text(most_bytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(descriptor.number(), text.data() + size, text.size() - size);
        if (got < 0) complain_of_errno(file);
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > most_bytes) complain_of_key_file(file, fmt::format("larger than {} bytes", most_bytes));
    text.resize(size);
    return text;
}

}  // namespace

void complain_of_key_file(const std::filesystem::path& file, std::string_view what) {
    throw std::runtime_error{fmt::format("keys: {}: {}", in_quotes(file.string()), what)};
}
void complain_of_errno(const std::filesystem::path& file) {
    complain_of_key_file(file, std::strerror(errno));
}

std::string read_key_file(const std::filesystem::path& file, std::size_t most_bytes) {
    return read_whole(file, most_bytes, false);
}
std::string read_secret_file(const std::filesystem::path& file, std::size_t most_bytes) {
    return read_whole(file, most_bytes, true);
}

void write_key_file(const std::filesystem::path& file, std::string_view text, KeyFile kind, bool replace) {
    if (!replace && std::filesystem::exists(file)) complain_of_key_file(file, "is there already, and is not replaced");
    const mode_t mode = kind == KeyFile::secret ? 0600 : 0644;
    const auto draft = file.string() + ".new";
    ::unlink(draft.c_str());
    {
        const KeyDescriptor descriptor{draft, O_CREAT | O_EXCL | O_WRONLY, mode};
        if (descriptor.number() < 0 ||
            ::write(descriptor.number(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
            ::fchmod(descriptor.number(), mode) != 0 || ::fsync(descriptor.number()) != 0)
            complain_of_errno(file);
    }
    if (::rename(draft.c_str(), file.c_str()) != 0) complain_of_errno(file);
    // Else a power cut could bring the old one back, and lose what was added to the new.
    const KeyDescriptor folder{file.has_parent_path() ? file.parent_path() : ".", O_RDONLY | O_DIRECTORY};
    if (folder.number() < 0 || ::fsync(folder.number()) != 0) complain_of_errno(file);
}

void make_key_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return;
    if (folder.has_parent_path()) std::filesystem::create_directories(folder.parent_path(), error);
    if (::mkdir(folder.c_str(), 0700) != 0) complain_of_errno(folder);
}

TemporaryKeyFolder::TemporaryKeyFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "scialytic-keys-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) complain_of_errno(pattern);
    path_ = pattern;
}

TemporaryKeyFolder::~TemporaryKeyFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace transport

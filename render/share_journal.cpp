#include "render/share_journal.hpp"

#include "transport/keys_files.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace render {
namespace {

using std::chrono::seconds;

constexpr std::size_t largest_journal = 16U << 20U;
constexpr std::size_t longest_word = 64;
constexpr std::int64_t last_second = std::int64_t{1} << 33U;
constexpr std::string_view journal_header =
    "# scialytic share: what was used or revoked, and until when that is remembered (seconds since 1970).\n";

std::string line_of(std::string_view word, WallTime until) {
    return fmt::format("{} {}\n", word, std::chrono::duration_cast<seconds>(until.time_since_epoch()).count());
}

bool is_journal_word(std::string_view word) {
    return !word.empty() && word.size() <= longest_word &&
           word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

std::optional<std::pair<std::string, WallTime>> entry_of(std::string_view line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    if (space == std::string_view::npos || !is_journal_word(word)) return std::nullopt;
    const auto number = line.substr(space + 1);
    std::int64_t until_s = 0;
    const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), until_s);
    const bool whole = failure == std::errc{} && end == number.data() + number.size();
    if (!whole || until_s < 0 || until_s > last_second) return std::nullopt;
    return std::pair{std::string{word}, WallTime{seconds{until_s}}};
}

}  // namespace

ShareJournal::ShareJournal(std::filesystem::path file, WallTime now) : path_{std::move(file)} {
    const auto lock = path_.string() + ".lock";
    lock_.reset(std::fopen(lock.c_str(), "ae"));
    if (!lock_) transport::complain_of_errno(lock);
    if (::flock(::fileno(lock_.get()), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) transport::complain_of_errno(lock);
        transport::complain_of_key_file(path_, "another scialytic share is using it");
    }
    if (std::filesystem::exists(path_)) read(now);
    std::string text{journal_header};
    for (const auto& [word, until] : until_) text += line_of(word, until);
    transport::write_key_file(path_, text, transport::KeyFile::secret, true);
    file_.reset(std::fopen(path_.c_str(), "ae"));
    if (!file_) transport::complain_of_errno(path_);
    lines_ = until_.size();
}

void ShareJournal::read(WallTime now) {
    const auto all = transport::read_key_file(path_, largest_journal);
    std::string_view rest = all;
    // What stands behind the last end of a line was never written whole, so nobody was let in on it.
    for (std::size_t number = 1, end = 0; (end = rest.find('\n')) != std::string_view::npos; ++number) {
        const auto line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        if (line.empty() || line.front() == '#') continue;
        auto entry = entry_of(line);
        if (!entry)
            transport::complain_of_key_file(path_,
                                            fmt::format("line {} is not WORD SECONDS; without the journal, links "
                                                        "that were used could be used again",
                                                        number));
        if (entry->second > now) until_.insert(std::move(*entry));
    }
}

bool ShareJournal::append(std::string_view line) {
    if (!file_) return false;
    // Past stdio: what it held back after a failure, it would write later.
    const int descriptor = ::fileno(file_.get());
    struct stat before {};
    if (::fstat(descriptor, &before) != 0) return why_ = std::strerror(errno), false;
    const auto written = ::write(descriptor, line.data(), line.size());
    if (written == static_cast<ssize_t>(line.size()) && ::fdatasync(descriptor) == 0) return true;
    why_ = written >= 0 && written < static_cast<ssize_t>(line.size()) ? "no room" : std::strerror(errno);
    // Half a line would make the next one unreadable.
    if (::ftruncate(descriptor, before.st_size) != 0) file_.reset();
    return false;
}

bool ShareJournal::add(const std::string& word, WallTime until) {
    if (!is_journal_word(word)) return why_ = "no word of a journal", false;
    if (lines_ >= most_lines) return why_ = fmt::format("it holds {} lines", most_lines), false;
    if (!append(line_of(word, until))) return false;
    ++lines_;
    until_[word] = until;
    return true;
}

}  // namespace render

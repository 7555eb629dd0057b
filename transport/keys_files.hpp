// Files of keys: written whole or not at all; secret ones for their owner's eyes alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace transport {

// Everything here throws std::runtime_error with one line: "keys: 'FILE': what is wrong with it".

[[noreturn]] void complain_of_key_file(const std::filesystem::path& file, std::string_view what);
/// In the words of errno.
[[noreturn]] void complain_of_errno(const std::filesystem::path& file);

[[nodiscard]] std::string read_key_file(const std::filesystem::path& file, std::size_t most_bytes);
/// Refused when others than its owner can read it.
[[nodiscard]] std::string read_secret_file(const std::filesystem::path& file, std::size_t most_bytes);

enum class KeyFile : std::uint8_t { secret, open };  ///< mode 0600, 0644
/// Under another name first: nobody ever reads half of it. Only a new file, unless `replace`.
void write_key_file(const std::filesystem::path& file, std::string_view text, KeyFile kind, bool replace);
/// Made with mode 0700 when it is not there.
void make_key_folder(const std::filesystem::path& folder);

/// A new folder of one run's keys, removed with all in it at the end.
class TemporaryKeyFolder {
public:
    TemporaryKeyFolder();
    ~TemporaryKeyFolder();
    TemporaryKeyFolder(const TemporaryKeyFolder&) = delete;
    TemporaryKeyFolder& operator=(const TemporaryKeyFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace transport

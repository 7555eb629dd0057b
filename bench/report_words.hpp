// The words of a command that takes files, keys with values, and flags; and the file that it writes.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class ReportWords {
public:
    /// Throws transport::UsageError with one line for a word that is unknown, or a key without a value.
    ReportWords(std::string command, const std::vector<std::string>& words, const std::set<std::string>& keys,
                const std::set<std::string>& flags);
    [[nodiscard]] std::optional<std::string> value(const std::string& key) const;
    /// A whole number; throws as above.
    [[nodiscard]] std::size_t number(const std::string& key, std::size_t otherwise, std::size_t least,
                                     std::size_t most) const;
    [[nodiscard]] bool has(const std::string& flag) const { return given_.contains(flag); }
    [[noreturn]] void refuse(const std::string& why) const;

    std::vector<std::string> files;

private:
    std::string command_;
    std::set<std::string> given_;
    std::map<std::string, std::string> values_;
};

/// Throws std::runtime_error naming the file that cannot be written.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace bench

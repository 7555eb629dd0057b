// The words of a judge's command: what it looks at, and keys with values.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// Everything that is wrong throws transport::UsageError with one line that begins with the command.
class JudgeWords {
public:
    /// `subjects`: how many words without a key are wanted; `keys`: those that there are, with "--".
    JudgeWords(std::string command, const std::vector<std::string>& words, std::size_t subjects,
               std::vector<std::string_view> keys);

    [[noreturn]] void refuse(const std::string& why) const;
    [[nodiscard]] const std::string& subject() const { return subjects_.front(); }
    /// The last value given; nothing when the key was not.
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> all(std::string_view key) const;
    template <typename Number>
    [[nodiscard]] std::optional<Number> number(std::string_view key, Number least, Number most) const {
        const auto given = text(key);
        return given ? std::optional{to_number(key, *given, least, most)} : std::nullopt;
    }
    template <typename Number>
    [[nodiscard]] Number to_number(std::string_view key, std::string_view value, Number least, Number most) const {
        Number out{};
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
        if (error != std::errc{} || end != value.data() + value.size() || !(out >= least && out <= most))
            refuse_number(key, value, static_cast<double>(least), static_cast<double>(most));
        return out;
    }

private:
    [[noreturn]] void refuse_number(std::string_view key, std::string_view value, double least, double most) const;

    std::string command_;
    std::vector<std::string> subjects_;
    std::vector<std::pair<std::string, std::string>> values_;
};

}  // namespace bench

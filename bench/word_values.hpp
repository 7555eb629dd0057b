// The words of a benchmark's command line: keys with a value each, read within their limits.
#pragma once

#include <charconv>
#include <map>
#include <string>
#include <system_error>
#include <vector>

namespace bench {

class WordValues {
public:
    /// `command` begins every complaint: "bench slices". Throws transport::UsageError for a key that is not among
    /// `keys`, that has no value, or is there twice.
    WordValues(std::string command, const std::vector<std::string>& words, const std::vector<std::string>& keys);

    /// Leaves `value` alone where the key was not given. Throws transport::UsageError naming key, value and limits.
    template <typename Number>
    void read(const std::string& key, Number& value, Number least, Number most) const {
        const auto found = values_.find(key);
        if (found == values_.end()) return;
        const auto& text = found->second;
        Number given{};
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), given);
        if (error != std::errc{} || end != text.data() + text.size() || !(given >= least && given <= most))
            refuse(key, text, shown(least), shown(most));
        value = given;
    }
    [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise) const {
        const auto found = values_.find(key);
        return found == values_.end() ? otherwise : found->second;
    }
    [[nodiscard]] bool has(const std::string& key) const { return values_.contains(key); }

private:
    [[nodiscard]] static std::string shown(int limit);
    [[nodiscard]] static std::string shown(double limit);
    [[noreturn]] void refuse(const std::string& key, const std::string& text, const std::string& least,
                             const std::string& most) const;

    std::string command_;
    std::map<std::string, std::string> values_;
};

}  // namespace bench

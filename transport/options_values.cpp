// From text to values, from values to text, and what to say when it cannot be done.
#include "transport/options_schema.hpp"

#include "transport/node_paths.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

namespace transport {
namespace {

template <typename Number>
std::optional<Number> whole_text(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host(std::string_view text) {
    return !text.empty() && text.size() <= 253 &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; });
}

/// "x,y,width,height"
bool is_mask(std::string_view text) {
    constexpr int most_pixels = 16384;
    for (int field = 0; field < 4; ++field) {
        const auto comma = text.find(',');
        if ((comma == std::string_view::npos) != (field == 3)) return false;
        const auto number = whole_text<int>(text.substr(0, comma));
        if (!number || *number < (field < 2 ? 0 : 1) || *number > most_pixels) return false;
        if (field < 3) text.remove_prefix(comma + 1);
    }
    return true;
}

constexpr std::size_t most_masks = 64;

}  // namespace

bool is_node_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; });
}

bool read_value(const OptionKey&, bool& value, std::string_view text) {
    if (text != "true" && text != "false") return false;
    value = text == "true";
    return true;
}

bool read_value(const OptionKey& key, int& value, std::string_view text) {
    const auto number = whole_text<int>(text);
    if (!number || *number < key.least || *number > key.most || (key.even && *number % 2 != 0)) return false;
    value = *number;
    return true;
}

bool read_value(const OptionKey& key, double& value, std::string_view text) {
    const auto number = whole_text<double>(text);
    if (!number || !std::isfinite(*number) || *number < key.least || *number > key.most) return false;
    value = *number;
    return true;
}

bool read_value(const OptionKey& key, std::string& value, std::string_view text) {
    switch (key.kind) {
        case OptionKind::choice:
            if (std::ranges::find(key.choices, text) == key.choices.end()) return false;
            break;
        case OptionKind::node:
            if (!text.empty() && !is_node_name(text)) return false;
            break;
        case OptionKind::host:
            if (!is_host(text)) return false;
            break;
        default:
            if (static_cast<double>(text.size()) > key.most) return false;
            if (!is_plain_text(text)) return false;
    }
    value = text;
    return true;
}

bool read_value(const OptionKey& key, std::vector<std::string>& value, std::string_view text) {
    const bool masks = key.kind == OptionKind::masks;
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto blank = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
        if (word.empty()) continue;
        if (!(masks ? is_mask(word) : read_node_path(word).has_value())) return false;
        if (words.size() == (masks ? most_masks : most_paths)) return false;
        words.emplace_back(word);
    }
    value = std::move(words);
    return true;
}

std::string show_value(bool value) {
    return value ? "true" : "false";
}
std::string show_value(int value) {
    return std::to_string(value);
}
std::string show_value(double value) {
    return fmt::format("{}", value);
}
std::string show_value(const std::string& value) {
    return value;
}
std::string show_value(const std::vector<std::string>& value) {
    return fmt::format("{}", fmt::join(value, " "));
}

std::string allowed(const OptionKey& key) {
    const auto unit = key.unit.empty() ? std::string{} : fmt::format(" {}", key.unit);
    switch (key.kind) {
        case OptionKind::flag: return "true or false";
        case OptionKind::whole:
            return fmt::format("{} whole number from {} to {}{}", key.even ? "an even" : "a", key.least, key.most,
                               unit);
        case OptionKind::number: return fmt::format("a number from {} to {}{}", key.least, key.most, unit);
        case OptionKind::choice: return fmt::format("one of {}", fmt::join(key.choices, ", "));
        case OptionKind::words: return fmt::format("one line of UTF-8 of at most {} bytes", key.most);
        case OptionKind::node: return "at most 32 letters, digits, '.', '_' or '-'";
        case OptionKind::host: return "an IPv4 address or a host name";
        case OptionKind::masks: return "x,y,width,height in pixels, several divided by blanks, at most 64";
        case OptionKind::paths: return "INTERFACE or ADDRESS, or that with @HOST:PORT; divided by blanks, at most 4";
    }
    return {};
}

void set_value(const OptionKey& key, Options& options, std::string_view text, const std::string& where) {
    if (!key.read(key, options, text))
        throw UsageError{fmt::format("{}: {} is not allowed: {}", where, in_quotes(text), allowed(key))};
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 60;
    return fmt::format("'{}{}'", plain_text(text, longest), text.size() > longest ? "..." : "");
}

std::string_view closest(std::string_view word, std::span<const std::string_view> candidates) {
    if (word.size() > 64) return {};
    std::string_view best;
    auto best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto candidate : candidates) {
        // Levenshtein, with two neighbours swapped counted as one error.
        std::vector<std::size_t> before, last(candidate.size() + 1), row(candidate.size() + 1);
        std::iota(last.begin(), last.end(), std::size_t{0});
        for (std::size_t i = 1; i <= word.size(); ++i) {
            row[0] = i;
            for (std::size_t j = 1; j <= candidate.size(); ++j) {
                const bool same = word[i - 1] == candidate[j - 1];
                row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
                const bool swapped =
                    i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1];
                if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
            }
            before = std::exchange(last, row);
        }
        if (last.back() < best_distance) {
            best_distance = last.back();
            best = candidate;
        }
    }
    return best;
}

}  // namespace transport

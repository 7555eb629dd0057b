#include "bench/judge_words.hpp"

#include "transport/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace bench {

JudgeWords::JudgeWords(std::string command, const std::vector<std::string>& words, std::size_t subjects,
                       std::vector<std::string_view> keys)
    : command_{std::move(command)} {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (!word.starts_with("--")) {
            subjects_.push_back(word);
            continue;
        }
        if (std::ranges::find(keys, word) == keys.end())
            refuse(fmt::format("'{:.80}' is unknown; allowed: {}", word, fmt::join(keys, ", ")));
        if (i + 1 == words.size() || words[i + 1].empty()) refuse(fmt::format("{} wants a value", word));
        values_.emplace_back(word, words[++i]);
    }
    if (subjects_.size() > subjects) refuse(fmt::format("'{:.80}' is one word too many", subjects_[subjects]));
    if (subjects_.size() < subjects) refuse("it is not said what to look at");
}

void JudgeWords::refuse(const std::string& why) const {
    throw transport::UsageError{fmt::format("bench {}: {}; see scialytic bench {} --help", command_, why, command_)};
}

void JudgeWords::refuse_number(std::string_view key, std::string_view value, double least, double most) const {
    refuse(fmt::format("{}: '{:.80}' is not in {} to {}", key, value, least, most));
}

std::optional<std::string> JudgeWords::text(std::string_view key) const {
    std::optional<std::string> out;
    for (const auto& [name, value] : values_)
        if (name == key) out = value;
    return out;
}

std::vector<std::string> JudgeWords::all(std::string_view key) const {
    std::vector<std::string> out;
    for (const auto& [name, value] : values_)
        if (name == key) out.push_back(value);
    return out;
}

}  // namespace bench

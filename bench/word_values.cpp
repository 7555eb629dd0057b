#include "bench/word_values.hpp"

#include "transport/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace bench {

using transport::UsageError;

WordValues::WordValues(std::string command, const std::vector<std::string>& words, const std::vector<std::string>& keys)
    : command_{std::move(command)} {
    for (std::size_t i = 0; i < words.size(); i += 2) {
        if (std::ranges::find(keys, words[i]) == keys.end())
            throw UsageError{fmt::format("{}: '{:.80}' is unknown; allowed: {}", command_, words[i],
                                         keys.empty() ? "nothing" : fmt::format("{}", fmt::join(keys, ", ")))};
        if (i + 1 == words.size() || words[i + 1].empty())
            throw UsageError{fmt::format("{}: {} wants a value", command_, words[i])};
        if (!values_.emplace(words[i], words[i + 1]).second)
            throw UsageError{fmt::format("{}: {} is there twice", command_, words[i])};
    }
}

std::string WordValues::shown(int limit) {
    return fmt::format("{}", limit);
}

std::string WordValues::shown(double limit) {
    return fmt::format("{}", limit);
}

void WordValues::refuse(const std::string& key, const std::string& text, const std::string& least,
                        const std::string& most) const {
    throw UsageError{fmt::format("{}: {}: '{:.80}' is not in {} to {}", command_, key, text, least, most)};
}

}  // namespace bench

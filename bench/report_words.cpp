#include "bench/report_words.hpp"

#include "transport/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <fstream>
#include <stdexcept>

namespace bench {

ReportWords::ReportWords(std::string command, const std::vector<std::string>& words, const std::set<std::string>& keys,
                         const std::set<std::string>& flags)
    : command_{std::move(command)} {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (!word.starts_with("--"))
            files.push_back(word);
        else if (flags.contains(word))
            given_.insert(word);
        else if (!keys.contains(word))
            refuse(fmt::format("'{:.80}' is unknown; there are {}{}{}", word, fmt::join(keys, ", "),
                               flags.empty() ? "" : ", ", fmt::join(flags, ", ")));
        else if (i + 1 == words.size() || words[i + 1].empty())
            refuse(fmt::format("{} wants a value", word));
        else
            values_[word] = words[++i];
    }
}

std::optional<std::string> ReportWords::value(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional{found->second};
}

std::size_t ReportWords::number(const std::string& key, std::size_t otherwise, std::size_t least,
                                std::size_t most) const {
    const auto text = value(key);
    if (!text) return otherwise;
    std::size_t out = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    if (error != std::errc{} || end != text->data() + text->size() || out < least || out > most)
        refuse(fmt::format("{}: '{:.80}' is not in {} to {}", key, *text, least, most));
    return out;
}

void ReportWords::refuse(const std::string& why) const {
    throw transport::UsageError{fmt::format("bench {}: {}", command_, why)};
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream file{path, std::ios::binary};
    file << text;
    file.close();
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

}  // namespace bench

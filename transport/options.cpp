// YAML text and the command line into Options. yaml-cpp's event parser, so that nothing is built that is not wanted.
#include "transport/options.hpp"

#include "transport/options_schema.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

namespace transport {
namespace {

constexpr std::size_t largest_file = 1U << 20U;

std::string suggestion(std::string_view word, std::string_view dashes, const std::vector<std::string_view>& names) {
    const auto near = closest(word, names);
    return near.empty() ? std::string{} : fmt::format("; did you mean '{}{}'?", dashes, near);
}

/// Takes the parser's events; refuses at the first thing that options cannot be.
class OptionsReader final : public YAML::EventHandler {
public:
    OptionsReader(Options& options, const std::string& file) : options_{options}, file_{file} {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) refuse(mark, "more than one document in the file");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        if (depth_ == 0) return;                       // an empty file changes nothing
        if (depth_ == 1 && key_ && is_group(*key_)) {  // a group whose keys are all commented out
            key_.reset();
            return;
        }
        scalar(mark, "");
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "aliases (*name) are not allowed"); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& value) override {
        scalar(mark, value);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        if (depth_ == 0) refuse(mark, "holds a list where 'key: value' lines are expected");
        if (!key_) refuse(mark, "a key must be one word");
        const auto& key = take_key(mark);
        if (list_ || (key.kind != OptionKind::masks && key.kind != OptionKind::paths))
            refuse_shape(mark, key, "a list");
        list_.emplace();
    }
    void OnSequenceEnd() override {
        if (!key_ || !list_) return;
        const auto& key = take_key(key_mark_);
        set_value(key, options_, *list_, where(key_mark_, key.name));
        key_.reset();
        list_.reset();
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
        if (depth_ > 0 && !key_) refuse(mark, "a key must be one word");
        if (depth_ == 1 && is_group(*key_)) {
            group_ = *key_;
            key_.reset();
        } else if (depth_ > 0) {
            refuse_shape(mark, take_key(mark), "a group of keys");
        }
        ++depth_;
    }
    void OnMapEnd() override {
        --depth_;
        group_.clear();
    }

    /// The whole of `file` as a place in an error line.
    [[nodiscard]] std::string place(int line) const { return fmt::format("options: {}:{}", file_, line); }

private:
    void scalar(const YAML::Mark& mark, const std::string& value) {
        if (depth_ == 0) refuse(mark, "holds no 'key: value' lines");
        if (list_) {
            list_->append(list_->empty() ? "" : " ").append(value);
        } else if (!key_) {
            open_key(mark, value);
        } else {
            const auto& key = take_key(mark);
            set_value(key, options_, value, where(mark, key.name));
            key_.reset();
        }
    }

    void open_key(const YAML::Mark& mark, const std::string& value) {
        const auto full = group_.empty() ? value : group_ + "." + value;
        if (!find_key(full) && !(group_.empty() && is_group(full))) {
            std::vector<std::string_view> names;
            for (const auto& key : schema()) {
                if (key.group() == group_)
                    names.push_back(group_.empty() ? key.name : key.name.substr(group_.size() + 1));
                if (group_.empty() && !key.group().empty()) names.push_back(key.group());
            }
            refuse(mark, fmt::format("unknown key {}{}", in_quotes(full),
                                     suggestion(value, group_.empty() ? "" : group_ + ".", names)));
        }
        if (!seen_.insert(full).second) refuse(mark, fmt::format("key {} is there twice", in_quotes(full)));
        key_ = full;
        key_mark_ = mark;
    }

    /// The key whose value is being read.
    const OptionKey& take_key(const YAML::Mark& mark) {
        const auto* key = find_key(*key_);
        if (!key) refuse(mark, fmt::format("{} is a group: its keys follow below it, indented", in_quotes(*key_)));
        return *key;
    }

    [[nodiscard]] std::string where(const YAML::Mark& mark, std::string_view key) const {
        return fmt::format("{}: {}", place(mark.line + 1), key);
    }
    [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& reason) const {
        throw UsageError{fmt::format("{}: {}", place(mark.line + 1), reason)};
    }
    [[noreturn]] void refuse_shape(const YAML::Mark& mark, const OptionKey& key, std::string_view shape) const {
        throw UsageError{fmt::format("{}: {} is not allowed: {}", where(mark, key.name), shape, allowed(key))};
    }

    Options& options_;
    const std::string& file_;
    int documents_ = 0;
    int depth_ = 0;
    std::string group_;
    std::optional<std::string> key_;  ///< full name
    YAML::Mark key_mark_;
    std::optional<std::string> list_;  ///< items so far, divided by blanks
    std::set<std::string> seen_;
};

void check_together(const Options& options, const std::string& where) {
    const auto& limits = options.freshness;
    const auto ordered = [&where](std::string_view less, double a, std::string_view more, double b) {
        if (a > b) throw UsageError{fmt::format("{}: {} ({}) is more than {} ({})", where, less, a, more, b)};
    };
    ordered("freshness.late-ms", limits.late_ms, "freshness.stale-ms", limits.stale_ms);
    ordered("freshness.stale-ms", limits.stale_ms, "freshness.lost-ms", limits.lost_ms);
    ordered("freshness.stale-periods", limits.stale_periods, "freshness.lost-periods", limits.lost_periods);
}

void read_yaml(std::string_view yaml, const std::string& file, Options& options) {
    if (yaml.size() > largest_file) throw UsageError{fmt::format("options: {}: larger than 1 MiB", file)};
    OptionsReader reader{options, file};
    try {
        // yaml-cpp takes an unclosed quote for closed when a line end follows it.
        std::istringstream stream{std::string{yaml.substr(0, yaml.find_last_not_of(" \t\r\n") + 1)}};
        YAML::Parser parser{stream};
        while (parser.HandleNextDocument(reader)) {
        }
    } catch (const YAML::Exception& error) {
        const bool unquoted = error.msg == YAML::ErrorMsg::MAP_VALUE;
        throw UsageError{fmt::format("{}: not YAML: {}{}", reader.place(error.mark.line + 1),
                                     plain_text(error.msg, 100),
                                     unquoted ? "; a value that holds ': ' goes in quotes" : "")};
    }
}

std::string read_file(const std::string& file) {
    std::error_code ignored;
    errno = 0;
    std::ifstream stream{file, std::ios::binary};
    if (!stream || std::filesystem::is_directory(file, ignored))
        throw UsageError{
            fmt::format("options: cannot read {}: {}", in_quotes(file), std::strerror(errno != 0 ? errno : EISDIR))};
    std::string text(largest_file + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

/// The key that a word of the command line names; throws when this program does not take it.
const OptionKey& argument_key(Program program, std::string_view word) {
    const auto* key = find_key(word);
    if (key && key->belongs_to(program)) return *key;
    if (key)
        throw UsageError{
            fmt::format("options: '--{}' is a key of {}, not of {}", word, programs_of(*key), name(program))};
    std::vector<std::string_view> names{"help"};
    for (const auto& candidate : schema())
        if (candidate.belongs_to(program)) names.push_back(candidate.name);
    throw UsageError{
        fmt::format("options: unknown key {}{}", in_quotes(fmt::format("--{}", word)), suggestion(word, "--", names))};
}

void read_arguments(Program program, std::span<const std::string> arguments, Options& options) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string_view word = arguments[i];
        if (!word.starts_with("--"))
            throw UsageError{fmt::format("options: unexpected {}: a value follows its --key", in_quotes(word))};
        word.remove_prefix(2);
        const auto equals = word.find('=');
        const auto& key = argument_key(program, word.substr(0, equals));
        const auto where = fmt::format("options: --{}", key.name);
        const bool last = i + 1 == arguments.size() || arguments[i + 1].starts_with("--");
        if (equals != std::string_view::npos)
            set_value(key, options, word.substr(equals + 1), where);
        else if (last && key.kind == OptionKind::flag)
            set_value(key, options, "true", where);
        else if (last)
            throw UsageError{fmt::format("{} needs a value: {}", where, allowed(key))};
        else
            set_value(key, options, arguments[++i], where);
    }
}

}  // namespace

Options read_options_text(std::string_view yaml, const std::string& file) {
    Options options;
    read_yaml(yaml, file, options);
    check_together(options, "options: " + file);
    return options;
}

Options read_options(Program program, const std::vector<std::string>& arguments) {
    Options options;
    std::span<const std::string> rest{arguments};
    if (!rest.empty() && !rest.front().starts_with("--")) {
        read_yaml(read_file(rest.front()), rest.front(), options);
        rest = rest.subspan(1);
    }
    read_arguments(program, rest, options);
    check_together(options, "options");
    return options;
}

}  // namespace transport

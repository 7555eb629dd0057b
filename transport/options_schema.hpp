// The one table behind YAML, command line, --help and docs/example.yaml.
#pragma once

#include "transport/options.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace transport {

enum class OptionKind : std::uint8_t { flag, whole, number, choice, words, node, host, masks, paths };

/// One key. Function pointers lead to its member of Options, so that nobody switches over types.
struct OptionKey {
    std::string_view section{};  ///< headline that keys are listed under
    std::string_view name{};     ///< kebab-case; "group.key" for a nested one
    unsigned programs = 0;       ///< bit per Program
    OptionKind kind = OptionKind::words;
    double least = 0;  ///< whole and number: inclusive
    double most = 0;   ///< whole and number: inclusive; words: bytes
    bool even = false;
    std::span<const std::string_view> choices{};
    std::string_view unit{};
    std::string_view help{};  ///< one sentence without its full stop
    bool (*read)(const OptionKey& key, Options& options, std::string_view text) = nullptr;
    std::string (*show)(const OptionKey& key, const Options& options) = nullptr;

    [[nodiscard]] bool belongs_to(Program program) const { return (programs >> static_cast<unsigned>(program)) & 1U; }
    /// "overlay" of "overlay.scale"; empty for a key of the top level.
    [[nodiscard]] std::string_view group() const;
};

/// In the order in which people read them.
[[nodiscard]] std::span<const OptionKey> schema();
/// Null when there is no such key.
[[nodiscard]] const OptionKey* find_key(std::string_view name);
[[nodiscard]] bool is_group(std::string_view name);
[[nodiscard]] std::string_view name(Program program);
/// "capture, display"
[[nodiscard]] std::string programs_of(const OptionKey& key);

/// "a whole number from 1 to 65535"
[[nodiscard]] std::string allowed(const OptionKey& key);
/// Throws UsageError "`where`: 'text' is not allowed: …"; `where` ends with the key's name.
void set_value(const OptionKey& key, Options& options, std::string_view text, const std::string& where);

// How one value is read from text and shown as text; `read` leaves the value alone when it answers false.
[[nodiscard]] bool read_value(const OptionKey& key, bool& value, std::string_view text);
[[nodiscard]] bool read_value(const OptionKey& key, int& value, std::string_view text);
[[nodiscard]] bool read_value(const OptionKey& key, double& value, std::string_view text);
[[nodiscard]] bool read_value(const OptionKey& key, std::string& value, std::string_view text);
[[nodiscard]] bool read_value(const OptionKey& key, std::vector<std::string>& value, std::string_view text);
[[nodiscard]] std::string show_value(bool value);
[[nodiscard]] std::string show_value(int value);
[[nodiscard]] std::string show_value(double value);
[[nodiscard]] std::string show_value(const std::string& value);
[[nodiscard]] std::string show_value(const std::vector<std::string>& value);

/// 'text' fit for one line of a terminal: control bytes replaced, long texts cut.
[[nodiscard]] std::string in_quotes(std::string_view text);
/// The candidate that a typing error could have been meant for; empty when none is near.
[[nodiscard]] std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace transport

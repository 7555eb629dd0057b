#include "transport/emulator/profile_yaml.hpp"

#include "transport/emulator/recordings.hpp"
#include "transport/options_schema.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>

namespace transport {

namespace {

constexpr std::size_t largest_profile = 1U << 20U;
constexpr std::size_t most_points = 1000;
constexpr std::size_t most_gaps = 1000;

Microseconds from_ms(double ms) {
    return Microseconds{std::llround(ms * 1000)};
}

/// Where in which file a value stands, for error lines.
struct Place {
    std::string file;
    std::string recordings;

    [[noreturn]] void refuse(const YAML::Node& node, const std::string& reason) const {
        const auto mark = node.Mark();
        throw UsageError{fmt::format("link: {}:{}: {}", plain_text(file, 200), mark.line + 1, reason)};
    }
    [[noreturn]] void refuse(const YAML::Node& node, std::string_view key, std::string_view allowed) const {
        const auto value = node.IsScalar() ? in_quotes(node.Scalar()) : node.IsMap() ? "a group" : "a list";
        refuse(node, fmt::format("{}: {} is not allowed: {}", key, node.IsNull() ? "nothing" : value, allowed));
    }
    [[nodiscard]] std::string beside(const std::string& name) const {
        return (std::filesystem::path{file}.parent_path() / name).string();
    }
};

double yaml_number(const Place& place, const YAML::Node& node, std::string_view key, double least, double most) {
    double value = 0;
    const OptionKey limits{.kind = OptionKind::number, .least = least, .most = most};
    if (!node.IsScalar() || !read_value(limits, value, node.Scalar())) place.refuse(node, key, allowed(limits));
    return value;
}

struct NumberKey {
    std::string_view name;
    double least;
    double most;
    std::string_view help;
    void (*set)(LinkDirection& direction, double value);
};
constexpr std::array<NumberKey, 10> number_keys{{
    {"delay-ms", 0, 60'000, "one way, without the queue",
     [](auto& d, double v) {
         d.delay_ms = Quantiles{{{0, v}}};
     }},
    {"coherence-ms", 0, 60'000, "how long a delay resembles the one before",
     [](auto& d, double v) { d.coherence = from_ms(v); }},
    {"loss", 0, 0.5, "share of packets lost in bursts", [](auto& d, double v) { d.loss = v; }},
    {"burst", 1, 1000, "their mean length in packets", [](auto& d, double v) { d.burst = v; }},
    {"independent-loss", 0, 1, "share lost one by one, in addition", [](auto& d, double v) { d.independent_loss = v; }},
    {"rate-kbit-per-s", 1, RateTrace::most_kbit_per_s, "constant",
     [](auto& d, double v) { d.rate = std::make_shared<const RateTrace>(RateTrace::constant(std::llround(v))); }},
    {"queue-ms", 1, 60'000, "what the queue holds at the mean rate",
     [](auto& d, double v) { d.queue = from_ms(v), d.queue_bytes = 0; }},
    {"queue-bytes", 1500, 64e6, "the same in bytes",
     [](auto& d, double v) { d.queue_bytes = static_cast<std::size_t>(v); }},
    {"reorder", 0, 1, "share of packets that others may overtake", [](auto& d, double v) { d.reorder = v; }},
    {"reorder-ms", 0, 10'000, "they come up to that much later", [](auto& d, double v) { d.reorder_by = from_ms(v); }},
}};

struct FileKey {
    std::string_view name;
    std::string_view help;
    void (*set)(LinkDirection& direction, const std::string& file);
};
constexpr std::array<FileKey, 3> file_keys{{
    {"delay-histogram", "FILE, lines: delay in ms, count",
     [](auto& d, const auto& file) { d.delay_ms = read_delay_histogram(file); }},
    {"rate-trace", "FILE, lines: second, kbit/s; repeats",
     [](auto& d, const auto& file) { d.rate = read_rates(file); }},
    {"rate-deliveries", "FILE, lines: ms of a 1500-byte delivery (mahimahi)",
     [](auto& d, const auto& file) { d.rate = read_deliveries(file); }},
}};

Quantiles read_quantiles(const Place& place, const YAML::Node& node) {
    constexpr std::string_view key = "delay-quantiles";
    constexpr std::string_view what = "a list of 1 to 1000 [share, ms], both rising";
    if (!node.IsSequence() || node.size() == 0 || node.size() > most_points) place.refuse(node, key, what);
    std::vector<Quantile> points;
    for (const auto& pair : node) {
        if (!pair.IsSequence() || pair.size() != 2) place.refuse(pair, key, what);
        points.push_back({yaml_number(place, pair[0], key, 0, 1), yaml_number(place, pair[1], key, 0, 60'000)});
    }
    try {
        return Quantiles{std::move(points)};
    } catch (const std::invalid_argument&) {
        place.refuse(node, key, what);
    }
}

struct GapKey {
    std::string_view name;
    double least;
    double most;
    std::string_view help;
    double fallback;
};
constexpr std::array<GapKey, 8> gap_keys{{
    {"at-s", 0, 21'600, "one, at that second; or else", -1},
    {"every-s", 0.1, 21'600, "many: mean time between them", -1},
    {"shortest-ms", 1, 60'000, "its length, drawn between this", -1},
    {"longest-ms", 1, 60'000, "and this", -1},
    {"regular", 0, 1, "1: within a quarter of every-s; 0: at random", 0},
    {"delay-step-ms", 0, 1000, "the link is up to that much longer afterwards", 0},
    {"edge-ms", 0, 10'000, "so long before and after it packets are lost:", 0},
    {"edge-loss", 0, 1, "this share of them", 0},
}};

void read_gap(const Place& place, const YAML::Node& node, bool both_ways, LinkDirection& direction) {
    if (!node.IsMap()) place.refuse(node, "gaps", "a list of groups of keys");
    std::array<double, gap_keys.size()> values{};
    std::ranges::transform(gap_keys, values.begin(), &GapKey::fallback);
    std::string kind;
    for (const auto& item : node) {
        const auto word = item.first.IsScalar() ? item.first.Scalar() : "";
        const auto found = std::ranges::find(gap_keys, word, &GapKey::name);
        if (word == "kind") {
            kind = item.second.IsScalar() ? item.second.Scalar() : "";
            if (kind != "outage" && kind != "stall" && !(kind == "handover" && both_ways))
                place.refuse(item.second, "kind", "outage, stall, or, below 'both', handover");
        } else if (found == gap_keys.end()) {
            place.refuse(item.first, fmt::format("unknown key {} of a gap", in_quotes(word)));
        } else {
            values[static_cast<std::size_t>(found - gap_keys.begin())] =
                yaml_number(place, item.second, word, found->least, found->most);
        }
    }
    const auto [at, every, shortest, longest_or_none, regular, step, edge, edge_loss] = values;
    const double longest = longest_or_none < 0 ? shortest : longest_or_none;
    if (kind.empty()) place.refuse(node, "a gap needs a kind: outage, stall or handover");
    if ((at < 0) == (every < 0)) place.refuse(node, "a gap needs one of at-s and every-s");
    if (shortest < 0 || longest < shortest) place.refuse(node, "a gap needs shortest-ms, and longest-ms not below it");
    const auto gap_kind = kind == "stall" ? GapKind::stall : GapKind::outage;
    if (at >= 0)
        direction.fixed_gaps.push_back({gap_kind, from_ms(at * 1000), from_ms(shortest)});
    else
        direction.gaps.push_back({gap_kind, kind == "handover", from_ms(every * 1000), regular > 0, from_ms(shortest),
                                  from_ms(longest), from_ms(step), from_ms(edge), edge_loss});
}

void read_direction(const Place& place, const YAML::Node& node, std::string_view name, LinkDirection& direction) {
    if (node.IsNull()) return;
    if (!node.IsMap()) place.refuse(node, name, "a group of keys");
    std::set<std::string> seen;
    for (const auto& item : node) {
        const auto word = item.first.IsScalar() ? item.first.Scalar() : "";
        const auto& value = item.second;
        if (!seen.insert(word).second) place.refuse(item.first, fmt::format("key {} is there twice", in_quotes(word)));
        const auto numeric = std::ranges::find(number_keys, word, &NumberKey::name);
        const auto from_file = std::ranges::find(file_keys, word, &FileKey::name);
        if (numeric != number_keys.end()) {
            numeric->set(direction, yaml_number(place, value, word, numeric->least, numeric->most));
        } else if (from_file != file_keys.end()) {
            if (!value.IsScalar() || value.Scalar().empty()) place.refuse(value, word, from_file->help);
            from_file->set(direction, place.beside(value.Scalar()));
        } else if (word == "delay-quantiles") {
            direction.delay_ms = read_quantiles(place, value);
        } else if (word == "gaps") {
            if (!value.IsSequence() || value.size() > most_gaps)
                place.refuse(value, word, "a list of at most 1000 gaps");
            direction.gaps.clear();
            direction.fixed_gaps.clear();
            for (const auto& gap : value) read_gap(place, gap, name == "both", direction);
        } else {
            std::vector<std::string_view> names{"delay-quantiles", "gaps"};
            for (const auto& key : number_keys) names.push_back(key.name);
            for (const auto& key : file_keys) names.push_back(key.name);
            const auto near = closest(word, names);
            place.refuse(item.first, fmt::format("unknown key {}{}", in_quotes(word),
                                                 near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
        }
    }
}

LinkProfile read_document(const Place& place, const YAML::Node& document) {
    if (!document.IsMap()) place.refuse(document, "holds no 'key: value' lines");
    LinkProfile profile;
    if (const auto from = document["from"]) {
        if (!from.IsScalar()) place.refuse(from, "from", "the name of a profile");
        try {
            profile = link_profile(from.Scalar(), place.recordings);
        } catch (const UsageError& error) {
            place.refuse(from, fmt::format("from: {}", error.what()));
        }
        profile.said_from += "; changed by ";
    }
    profile.down.side = 1;
    profile.name = std::filesystem::path{place.file}.stem().string();
    profile.said_from += plain_text(place.file, 200);
    for (const auto& item : document) {
        const auto word = item.first.IsScalar() ? item.first.Scalar() : "";
        if (word == "name") {
            if (!item.second.IsScalar() || !is_plain_text(item.second.Scalar()) || item.second.Scalar().size() > 64)
                place.refuse(item.second, "name", "one line of at most 64 bytes");
            profile.name = item.second.Scalar();
        } else if (word != "from" && word != "both" && word != "up" && word != "down") {
            place.refuse(item.first,
                         fmt::format("unknown key {}: name, from, both, up and down are allowed", in_quotes(word)));
        }
    }
    if (const auto both = document["both"]) {
        read_direction(place, both, "both", profile.up);
        read_direction(place, both, "both", profile.down);
    }
    if (const auto up = document["up"]) read_direction(place, up, "up", profile.up);
    if (const auto down = document["down"]) read_direction(place, down, "down", profile.down);
    return profile;
}

}  // namespace

LinkProfile read_link_profile_text(std::string_view yaml, const std::string& file, const std::string& recordings) {
    try {
        return read_document({file, recordings}, YAML::Load(std::string{yaml}));
    } catch (const YAML::Exception& error) {
        throw UsageError{
            fmt::format("link: {}:{}: {}", plain_text(file, 200), error.mark.line + 1, plain_text(error.msg, 200))};
    }
}

LinkProfile read_link_profile(const std::string& file, const std::string& recordings) {
    std::ifstream text{file};
    std::string all(largest_profile + 1, '\0');
    text.read(all.data(), static_cast<std::streamsize>(all.size()));
    all.resize(static_cast<std::size_t>(text.gcount()));
    if (all.empty()) throw UsageError{fmt::format("link: {}: cannot be read, or is empty", plain_text(file, 200))};
    if (all.size() > largest_profile)
        throw UsageError{fmt::format("link: {}: more than 1 MiB are not allowed", plain_text(file, 200))};
    return read_link_profile_text(all, file, recordings);
}

std::string link_profile_help() {
    std::string text;
    for (const auto& key : number_keys)
        text += fmt::format("  {:<18}{} [{} to {}]\n", key.name, key.help, key.least, key.most);
    text += fmt::format("  {:<18}list of [share 0 to 1, ms], both rising\n", "delay-quantiles");
    for (const auto& key : file_keys) text += fmt::format("  {:<18}{}\n", key.name, key.help);
    text += fmt::format("  {:<18}list of outages, stalls and handovers, each with\n", "gaps");
    text += fmt::format("    {:<16}outage, stall; below `both` also handover\n", "kind");
    for (const auto& key : gap_keys)
        text += fmt::format("    {:<16}{} [{} to {}]\n", key.name, key.help, key.least, key.most);
    return text;
}

}  // namespace transport

#include "bench/scenario.hpp"

#include "bench/budget.hpp"
#include "transport/options_schema.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>

namespace bench {

using namespace transport;

namespace {

/// What the runner itself tells the programs.
constexpr std::array<std::string_view, 20> told_by_the_runner{
    "server", "listen", "bus-port", "media-port", "paths",   "keys",    "node",
    "out",    "source", "stream",   "timecode",   "present", "seconds", "frames-per-second",
    "y4m",    "share",  "headless", "ultrasound", "xray",    "camera"};

constexpr std::array<std::string_view, 2> references{"none", "3gpp"};

struct Number {
    std::string_view key;
    double least;
    double most;
    bool whole;
    void (*set)(Scenario& scenario, double value);
};
constexpr std::array<Number, 7> numbers{{
    {"displays", 1, 60, true, [](auto& s, double v) { s.displays = static_cast<int>(v); }},
    {"seconds", 2, 3600, false, [](auto& s, double v) { s.seconds = v; }},
    {"warm-up", 0.5, 60, false, [](auto& s, double v) { s.warm_up = v; }},
    {"repeats", 1, 1000, true, [](auto& s, double v) { s.repeats = static_cast<int>(v); }},
    {"seed", 0, 1e9, true, [](auto& s, double v) { s.seed = static_cast<int>(v); }},
    {"cores", 1, 1024, true, [](auto& s, double v) { s.cores = static_cast<int>(v); }},
    {"rate", 1, 240, false,
     [](auto& s, double v) {
         for (auto& [modality, source] : s.sources) source.rate = v;
     }},
}};

constexpr std::array<std::string_view, 8> scenario_words{"title", "link",      "screen", "peers",
                                                         "goals", "reference", "sweep",  "options.KEY"};

double scenario_number(const Number& of, const std::string& value, const std::string& where) {
    const OptionKey limits{
        .kind = of.whole ? OptionKind::whole : OptionKind::number, .least = of.least, .most = of.most};
    double number = 0;
    int whole = 0;
    const bool good = of.whole ? read_value(limits, whole, value) : read_value(limits, number, value);
    if (!good)
        throw UsageError{fmt::format("{}{}: {} is not allowed: {}", where, of.key, in_quotes(value), allowed(limits))};
    return of.whole ? whole : number;
}

std::vector<std::string> divided_by_commas(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        auto word = text.substr(0, comma);
        while (word.starts_with(' ')) word.remove_prefix(1);
        while (word.ends_with(' ')) word.remove_suffix(1);
        if (!word.empty()) out.emplace_back(word);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return out;
}

void set_option(Scenario& scenario, const std::string& key, const std::string& value, const std::string& where) {
    const auto* found = find_key(key);
    if (found == nullptr)
        throw UsageError{fmt::format("{}there is no option {}; docs/example.yaml has them all", where, in_quotes(key))};
    if (std::ranges::find(told_by_the_runner, key) != told_by_the_runner.end())
        throw UsageError{fmt::format("{}options.{}: the benchmark sets it itself", where, key)};
    Options scratch;
    set_value(*found, scratch, value, where + "options." + key);
    scenario.options[key] = value;
}

bool set_source(Scenario& scenario, Modality modality, std::string_view key, const std::string& value,
                const std::string& where) {
    const auto full = fmt::format("{}{}.", where, transport::name(modality));
    if (key == "source") {
        if (value.empty()) throw UsageError{full + "source: wanted a file, synthetic, phantom or 'gst: …'"};
        scenario.sources[modality].source = value;
    } else if (key == "rate") {
        const auto& rate = numbers.back();
        scenario.sources[modality].rate = scenario_number(rate, value, full);
    } else {
        return false;
    }
    return true;
}

void set_sweep(Scenario& scenario, const std::string& value, const std::string& where) {
    const auto equals = value.find('=');
    const auto values =
        equals == std::string::npos ? std::vector<std::string>{} : divided_by_commas(value.substr(equals + 1));
    if (values.empty() || equals == 0)
        throw UsageError{fmt::format("{}sweep: {} is not allowed: KEY=VALUE,VALUE,…", where, in_quotes(value))};
    const auto key = value.substr(0, equals);
    for (const auto& one : values) {
        auto scratch = scenario;
        set_scenario_key(scratch, key, one, where);
    }
    scenario.sweep = key;
    scenario.sweep_values = values;
}

bool set_word(Scenario& scenario, const std::string& key, const std::string& value, const std::string& where) {
    if (key == "title") {
        scenario.title = plain_text(value, 200);
    } else if (key == "link") {
        if (value.empty()) throw UsageError{where + "link: wanted loopback, or a profile of `scialytic link`"};
        scenario.link = value;
    } else if (key == "screen") {
        if (value != "true" && value != "false")
            throw UsageError{fmt::format("{}screen: {} is not allowed: true or false", where, in_quotes(value))};
        scenario.screen = value == "true";
    } else if (key == "peers") {
        scenario.peers = value == "none" ? std::vector<std::string>{} : divided_by_commas(value);
    } else if (key == "goals") {
        scenario.goals = value == "none" ? std::vector<std::string>{} : divided_by_commas(value);
        if (!scenario.goals.empty()) static_cast<void>(read_budget(goal_lines(scenario), where + "goals"));
    } else if (key == "reference") {
        if (std::ranges::find(references, value) == references.end())
            throw UsageError{fmt::format("{}reference: {} is not allowed: {}", where, in_quotes(value),
                                         fmt::join(references, " or "))};
        scenario.reference = value == "none" ? "" : value;
    } else if (key == "sweep") {
        set_sweep(scenario, value, where);
    } else {
        return false;
    }
    return true;
}

std::string file_safe(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return !(std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_'); }, '-');
    return text;
}

}  // namespace

void set_scenario_key(Scenario& scenario, const std::string& key, const std::string& value, const std::string& where) {
    if (const auto found = std::ranges::find(numbers, key, &Number::key); found != numbers.end())
        return found->set(scenario, scenario_number(*found, value, where));
    if (set_word(scenario, key, value, where)) return;
    const auto dot = key.find('.');
    const auto group = key.substr(0, dot);
    const auto rest = dot == std::string::npos ? std::string{} : key.substr(dot + 1);
    if (group == "options" && !rest.empty()) return set_option(scenario, rest, value, where);
    for (const auto modality : {Modality::ultrasound, Modality::xray, Modality::camera})
        if (group == transport::name(modality) && set_source(scenario, modality, rest, value, where)) return;
    std::vector<std::string_view> all{scenario_words.begin(), scenario_words.end()};
    for (const auto& number : numbers) all.push_back(number.key);
    throw UsageError{fmt::format(
        "{}key {} is unknown; allowed: {}, and source and rate of ultrasound, xray and camera, as in xray.rate", where,
        in_quotes(key), fmt::join(all, ", "))};
}

void check_scenario(const Scenario& scenario) {
    const auto refuse = [&](std::string_view why) {
        throw UsageError{fmt::format("scenario {}: {}", scenario.name, why)};
    };
    if (scenario.sources.empty()) refuse("no source: ultrasound, xray or camera, with its source and rate");
    if (scenario.sources.size() == 1 && scenario.sources.contains(Modality::camera))
        refuse("a camera makes no picture by itself: ultrasound or xray must be there");
    if (scenario.peers.empty()) return;
    if (!scenario.screen) refuse("peers are judged off the screen: `screen: true` is wanted");
    if (scenario.link != "loopback") refuse("peers run over the loopback alone; `bench wireless` has some over radios");
    if (scenario.displays != 1) refuse("peers have one display");
    if (!scenario.sources.contains(Modality::ultrasound) || !scenario.sources.contains(Modality::xray) ||
        scenario.sources.size() != 2)
        refuse("peers show ultrasound and xray, no more and no less");
}

std::vector<Scenario> variants(const Scenario& scenario) {
    if (scenario.sweep.empty()) return {scenario};
    std::vector<Scenario> out;
    for (const auto& value : scenario.sweep_values) {
        auto one = scenario;
        one.sweep.clear();
        one.sweep_values.clear();
        set_scenario_key(one, scenario.sweep, value, "sweep: ");
        one.name = fmt::format("{}-{}-{}", scenario.name, file_safe(scenario.sweep), file_safe(value));
        out.push_back(std::move(one));
    }
    return out;
}

std::map<std::string, std::string> scenario_settings(const Scenario& scenario) {
    std::map<std::string, std::string> out{{"title", scenario.title},
                                           {"link", scenario.link},
                                           {"displays", std::to_string(scenario.displays)},
                                           {"seconds", fmt::format("{:g}", scenario.seconds)},
                                           {"warm-up", fmt::format("{:g}", scenario.warm_up)},
                                           {"seed", std::to_string(scenario.seed)}};
    for (const auto& [modality, source] : scenario.sources) {
        out[fmt::format("{}.source", transport::name(modality))] = source.source;
        out[fmt::format("{}.rate", transport::name(modality))] = fmt::format("{:g}", source.rate);
    }
    // Also those left at their defaults, where they decide about latency.
    for (const auto* key : {"encoder", "quality", "view-quality", "threads", "layout", "canvas-width", "canvas-height",
                            "max-kbit-per-s", "view-max-kbit-per-s", "repair-budget-ms", "real-time"})
        out[fmt::format("options.{}", key)] = find_key(key)->show(*find_key(key), Options{});
    for (const auto& [key, value] : scenario.options) out["options." + key] = value;
    return out;
}

std::string goal_lines(const Scenario& scenario) {
    return fmt::format("{}\n", fmt::join(scenario.goals, "\n"));
}

}  // namespace bench

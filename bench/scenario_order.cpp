#include "bench/scenario_bench.hpp"

#include "bench/peers.hpp"
#include "transport/options.hpp"
#include "transport/options_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace bench {

using transport::in_quotes;
using transport::UsageError;

namespace {

constexpr std::string_view remote_scenario = "remote";

/// Keys that people change often have flags of their own.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> short_ways{
    {{"--repeats", "repeats"}, {"--seconds", "seconds"}, {"--seed", "seed"}, {"--link", "link"}, {"--peers", "peers"}}};

struct Change {
    std::string flag;
    std::string key;
    std::string value;
};

Change change_of(const std::string& flag, const std::string& value) {
    const auto found = std::ranges::find(short_ways, flag, &std::pair<std::string_view, std::string_view>::first);
    if (found != short_ways.end()) return {flag, std::string{found->second}, value};
    if (flag == "--sweep") return {flag, "sweep", value};
    const auto equals = value.find('=');
    if (equals == std::string::npos || equals == 0)
        throw UsageError{fmt::format("bench: --set: {} is not allowed: KEY=VALUE", in_quotes(value))};
    return {flag, value.substr(0, equals), value.substr(equals + 1)};
}

bool is_change(const std::string& word) {
    return word == "--set" || word == "--sweep" ||
           std::ranges::find(short_ways, word, &std::pair<std::string_view, std::string_view>::first) !=
               short_ways.end();
}

/// Each changed as told, checked, and taken apart where it is swept over.
std::vector<Scenario> changed(Scenario scenario, const std::vector<Change>& changes) {
    for (const auto& change : changes)
        set_scenario_key(scenario, change.key, change.value, fmt::format("bench: {}: ", change.flag));
    auto out = variants(scenario);
    for (const auto& one : out) {
        check_scenario(one);
        for (const auto& peer : one.peers) static_cast<void>(peer_named(peer));
    }
    return out;
}

}  // namespace

ScenarioOrder read_scenario_order(const std::vector<std::string>& words, int cores) {
    ScenarioOrder order;
    std::vector<std::string> names;
    std::vector<Change> changes;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (!word.starts_with("--")) {
            names.push_back(word);
        } else if (word == "--no-report") {
            order.report = false;
        } else if (word == "--list") {
            order.list = true;
        } else if (word != "--out" && !is_change(word)) {
            throw UsageError{fmt::format("bench: {} is unknown; see scialytic bench --help", in_quotes(word))};
        } else if (i + 1 == words.size() || words[i + 1].empty()) {
            throw UsageError{fmt::format("bench: {} wants a value", word)};
        } else if (word == "--out") {
            order.out = words[++i];
        } else {
            changes.push_back(change_of(word, words[i + 1]));
            ++i;
        }
    }
    const auto add = [&](Scenario scenario) {
        for (auto& one : changed(std::move(scenario), changes)) order.scenarios.push_back(std::move(one));
    };
    for (const auto& name : names) {
        if (name == remote_scenario)
            order.remote = true;
        else
            add(find_scenario(name));
    }
    if (!names.empty()) return order;
    order.remote = true;
    for (auto& scenario : shipped_scenarios()) {
        if (scenario.cores > cores && !order.list)
            order.left_out.push_back(
                fmt::format("{}: wants {} processors, there are {}; `scialytic bench {}` runs it all the same",
                            scenario.name, scenario.cores, cores, scenario.name));
        else
            add(std::move(scenario));
    }
    return order;
}

std::string scenario_help() {
    std::string shipped;
    for (const auto& scenario : shipped_scenarios())
        shipped += fmt::format("  {:<15} {}\n", scenario.name, scenario.title);
    return fmt::format(
        R"(Usage: scialytic bench [SCENARIO|FILE.yaml ...] [--set KEY=VALUE ...] [--sweep KEY=VALUE,VALUE,... ] [--key value ...]

Plays scenarios: sources, radio, server, displays as processes of their own, and in turn with the product its peers, the
same work done by others on the same sources. Judged by the timelines, by the codes in the pixels that the display
presents, and by a watcher that reads the same codes off the screen, from outside; by how much the judges differ is told.
Without a name: every scenario below that fits this machine. Nothing else should run meanwhile.

{}  remote          A browser joins the room: `bench remote --only browser,plain`

  --set KEY=VALUE     any key of a scenario's file: displays, link, rate, seed, ultrasound.source, xray.rate,
                      options.encoder, options.quality ... (every key of docs/example.yaml behind options.)
  --sweep KEY=A,B,... one scenario for each of the values
  --repeats N         of everything, product and peers in turn. 1 to 1000; intervals want 4
  --seconds S         of each repeat, measured after the warm-up. 2 to 3600
  --link PROFILE      loopback, or a radio: see scialytic link --help
  --peers LIST        divided by commas, or none
  --seed N            of the radios
  --out DIR           results SCENARIO.json, SCENARIO-screen.json, SCENARIO-PEER.json, frames as .csv, raw files in folders
                      of the same names, report.html. Default out/bench
  --no-report         results alone
  --list              what would be run, and nothing more
  --help              this text

Exit codes: 0 measured (the tables say which goals were met), 1 something could not be measured, 2 wrong usage.
)",
        shipped);
}

}  // namespace bench

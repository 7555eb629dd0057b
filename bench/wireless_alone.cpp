#include "bench/wireless_alone.hpp"

#include "bench/light_display.hpp"
#include "bench/stopper.hpp"
#include "bench/wireless_attack.hpp"
#include "bench/wireless_crowd.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

struct AloneKey {
    double least = 0;
    double most = 0;
    std::function<void(double)> set;
};
using AloneKeys = std::map<std::string, AloneKey>;

void read_alone(const std::string& what, const std::vector<std::string>& words, const AloneKeys& keys,
                std::filesystem::path& out) {
    for (std::size_t i = 1; i < words.size(); i += 2) {
        const auto& key = words[i];
        if (i + 1 == words.size()) throw UsageError{fmt::format("bench {}: {} wants a value", what, key)};
        const auto& text = words[i + 1];
        if (key == "--out") {
            out = text;
            continue;
        }
        const auto found = keys.find(key);
        if (found == keys.end()) throw UsageError{fmt::format("bench {}: '{:.80}' is unknown; see --help", what, key)};
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        const auto& [least, most, set] = found->second;
        if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
            throw UsageError{fmt::format("bench {}: {}: '{:.80}' is not in {} to {}", what, key, text, least, most)};
        set(value);
    }
}

template <typename Options>
int measure_alone(const std::string& what, Options options, std::vector<Row> (*measure_rows)(const Options&)) {
    const Stopper stopper{0};
    options.stop = stopper.token();
    options.say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    std::filesystem::create_directories(options.out);
    auto results = results_here();
    results.rows = measure_rows(options);
    const auto path = options.out / (what + ".json");
    std::ofstream file{path};
    file << to_json(results);
    file.close();
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}\n{}\n", to_table(results), path.string());
    return 0;
}

}  // namespace

std::string alone_help() {
    return R"(Usage: scialytic bench crowd [--key value ...]
Twenty displays on one server, all but one without a decoder: the p99 of the good ones with a stalled display and one
behind a link of 1 % of the rate that its class takes, and with both of these well, in turns in one session.
  --seconds N   of each turn. 3 to 600, default 15
  --rounds R    1 to 100, default 4
  --displays N  4 to 100, default 20
  --rate N      frames/s of the sources. 10 to 60, default 30
  --out DIR     where crowd.json goes. Default out/bench

Usage: scialytic bench attack [--key value ...]
Wrong keys, replay, spoofed addresses, a flood of garbage at a running session: frames lost, memory, counters.
  --seconds N        of each attack. 2 to 600, default 5
  --flood-seconds N  of the flood, and of the quiet time before. 2 to 600, default 20
  --flood-rate N     packets/s. 100 to 100000, default 10000
  --rate N           frames/s of the sources. 10 to 60, default 30
  --out DIR          where attack.json goes. Default out/bench
)";
}

std::optional<int> run_alone(const std::vector<std::string>& words) {
    const auto what = words.empty() ? std::string{} : words.front();
    if (what == "light-displays") return run_light_displays({words.begin() + 1, words.end()});
    if (what != "crowd" && what != "attack") return std::nullopt;
    if (words.size() > 1 && (words[1] == "--help" || words[1] == "-h")) return fmt::print("{}", alone_help()), 0;
    if (what == "crowd") {
        CrowdOptions options;
        read_alone(what, words,
                   {{"--seconds", {3, 600, [&](double value) { options.seconds = value; }}},
                    {"--rounds", {1, 100, [&](double value) { options.rounds = static_cast<int>(value); }}},
                    {"--displays", {4, 100, [&](double value) { options.displays = static_cast<int>(value); }}},
                    {"--rate", {10, 60, [&](double value) { options.frames_per_second = static_cast<int>(value); }}}},
                   options.out);
        return measure_alone<CrowdOptions>(what, options, crowd_rows);
    }
    AttackOptions options;
    read_alone(
        what, words,
        {{"--seconds", {2, 600, [&](double value) { options.seconds = value; }}},
         {"--flood-seconds", {2, 600, [&](double value) { options.flood_seconds = value; }}},
         {"--flood-rate", {100, 100'000, [&](double value) { options.flood_per_second = static_cast<int>(value); }}},
         {"--rate", {10, 60, [&](double value) { options.frames_per_second = static_cast<int>(value); }}}},
        options.out);
    return measure_alone<AttackOptions>(what, options, attack_rows);
}

}  // namespace bench

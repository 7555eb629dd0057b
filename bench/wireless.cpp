#include "bench/wireless.hpp"

#include "bench/stopper.hpp"
#include "bench/wireless_attack.hpp"
#include "bench/wireless_crowd.hpp"
#include "bench/wireless_rows.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr std::array carrier_names{std::string_view{"product"}, std::string_view{"rtpbin"}, std::string_view{"srt"}};

constexpr auto wireless_text = R"(Usage: scialytic bench wireless [--key value ...]

Two synthetic streams (ultrasound 800x600, X-ray 512x512) go over an emulated 5G uplink to the server, and its fused
picture of 1280x720 over an emulated downlink to a display: each a process, each hop a relay (scialytic link) with a
seed of its own. Judged by the code in the pixels that are shown. Beside it the same work by GStreamer over the same
radios: rtpbin with its defaults, and SRT. Nothing else should run meanwhile.

  --seconds N     length of each run, after 2 s of warm-up. 5 to 3600, default 20
  --rounds R      everything so often; medians are reported, frames counted together. 1 to 100, default 1
  --only LIST     sections and contenders, divided by commas, default all
                  sections:   midband    private-midband as it is
                              loss       with 2 % of the packets lost one by one
                              bursts     with 2 % lost in bursts of 8 on the mean
                              mmw        private-mmw at 60 frames/s; the product alone
                              two-paths  private-midband and wifi-handover at once; the product alone
                              one-path   wifi-handover; the product alone
{}                  contenders: product, rtpbin, srt
  --seed N        of the radios: the same seed, the same radio. 1 to 1000000, default 1
  --out DIR       where wireless.json goes, and a folder with the raw data of every run. Default out/bench
  --help          this text

Environment: SCIALYTIC_DATA  recordings: with them, the radios are what was measured; else fitted to published figures
Exit codes: 0 measured (the table says which goals were met), 1 failed, 2 wrong usage.
)";

/// What is run over radios, and what the product is held to.
struct Section {
    std::string_view name;
    std::string_view title;  ///< of its rows
    std::vector<std::string> profiles;
    int frames_per_second = 30;
    bool peers = false;
    RadioGoals goals;
};

const std::vector<Section>& radio_sections() {
    static const std::vector<Section> sections{
        {"midband", "private-midband", {"private-midband"}, 30, true, {.p50_above_link_ms = 15, .p99_ms = 60}},
        {"loss",
         "private-midband+loss=2%",
         {"private-midband+loss=2%"},
         30,
         true,
         {.p99_ms = 100, .intact_percent = 99}},
        {"bursts",
         "private-midband+loss=2%x8",
         {"private-midband+loss=2%x8"},
         30,
         true,
         {.p99_ms = 100, .intact_percent = 99}},
        {"mmw", "private-mmw 60/s", {"private-mmw"}, 60, false, {.p99_above_link_ms = 1000.0 / 60}},
        {"two-paths",
         "private-midband and wifi-handover",
         {"private-midband", "wifi-handover"},
         30,
         false,
         {.frames_lost = 0}},
        {"one-path", "wifi-handover", {"wifi-handover"}, 30, false, {.return_ms = 1000}},
    };
    return sections;
}

/// Options of a benchmark that can also be run alone.
template <typename Options>
Options alone(const WirelessOptions& options) {
    Options out;
    out.out = options.out;
    out.stop = options.stop;
    out.say = [&](const std::string& what) {
        if (options.progress) options.progress->begin(what);
    };
    return out;
}
std::vector<Row> crowd_section(const WirelessOptions& options) {
    auto crowd = alone<CrowdOptions>(options);
    crowd.seconds = 10;  // all together stays below ten minutes
    return crowd_rows(crowd);
}
std::vector<Row> attack_section(const WirelessOptions& options) {
    return attack_rows(alone<AttackOptions>(options));
}

// What is measured of the link otherwise than by runs of the path.
struct OwnSection {
    std::string_view name;
    std::string_view help;
    std::vector<Row> (*rows)(const WirelessOptions& options);
};
const std::vector<OwnSection>& own_sections() {
    static const std::vector<OwnSection> sections{
        {"crowd", "20 displays on one server, one stalled, one on a thin link", crowd_section},
        {"attack", "wrong keys, replay, spoofed addresses, a flood of garbage", attack_section},
    };
    return sections;
}

template <typename Number>
Number read_number(std::string_view key, std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        throw UsageError{fmt::format("bench wireless: {}: '{:.80}' is not in {} to {}", key, text, least, most)};
    return value;
}

std::vector<std::string> read_names(std::string_view text) {
    std::vector<std::string> names;
    while (true) {
        const auto comma = std::min(text.find(','), text.size());
        const auto name = text.substr(0, comma);
        if (!std::ranges::count(wireless_sections(), name) && !std::ranges::count(carrier_names, name))
            throw UsageError{fmt::format("bench wireless: --only: '{:.80}' is unknown; allowed: {}, {}", name,
                                         fmt::join(wireless_sections(), ", "), fmt::join(carrier_names, ", "))};
        names.emplace_back(name);
        if (comma == text.size()) return names;
        text.remove_prefix(comma + 1);
    }
}

bool is_named(const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::count(names, name) > 0;
}

/// Runs of every carrier in turns, round by round.
std::vector<Row> run_section(const Section& section, const WirelessOptions& options, std::vector<RadioResult>& all) {
    std::array<std::vector<RadioResult>, 3> results;
    for (int round = 1; round <= options.rounds; ++round)
        for (const auto carrier : {Carrier::product, Carrier::rtpbin, Carrier::srt}) {
            if (!options.wants_contender(name(carrier)) || (carrier != Carrier::product && !section.peers)) continue;
            if (options.progress)
                options.progress->begin(
                    fmt::format("{}, {}, round {}/{}", section.title, name(carrier), round, options.rounds));
            RadioRun run;
            run.carrier = carrier;
            run.profiles = section.profiles;
            run.load.frames_per_second = section.frames_per_second;
            run.seconds = options.seconds;
            run.seed = options.seed + 10 * (round - 1);
            run.out = options.folder(fmt::format("{}-{}-{}", section.name, name(carrier), round));
            run.progress = [&](double seconds) {
                if (options.progress) options.progress->left(seconds);
            };
            results[static_cast<std::size_t>(carrier)].push_back(run_over_radio(run, options.stop));
            all.push_back(results[static_cast<std::size_t>(carrier)].back());
        }
    std::vector<Row> rows;
    for (const auto carrier : {Carrier::product, Carrier::rtpbin, Carrier::srt}) {
        const auto& rounds = results[static_cast<std::size_t>(carrier)];
        if (rounds.empty()) continue;
        const auto some = radio_rows(std::string{section.title}, carrier, rounds, section.goals);
        rows.insert(rows.end(), some.begin(), some.end());
    }
    return rows;
}

}  // namespace

bool WirelessOptions::wants_section(std::string_view name) const {
    const auto is_one = [](const auto& word) { return std::ranges::count(wireless_sections(), word) > 0; };
    const bool any = std::ranges::any_of(only, is_one);
    return !any || is_named(only, name);
}

bool WirelessOptions::wants_contender(std::string_view name) const {
    const auto is_one = [](const auto& word) { return std::ranges::count(carrier_names, word) > 0; };
    const bool any = std::ranges::any_of(only, is_one);
    return !any || is_named(only, name);
}

const std::vector<std::string_view>& wireless_sections() {
    static const auto names = [] {
        std::vector<std::string_view> all;
        for (const auto& section : radio_sections()) all.push_back(section.name);
        for (const auto& section : own_sections()) all.push_back(section.name);
        return all;
    }();
    return names;
}

WirelessOptions read_wireless_options(const std::vector<std::string>& arguments) {
    WirelessOptions options;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const auto& key = arguments[i];
        constexpr std::array keys{"--seconds", "--rounds", "--only", "--seed", "--out"};
        if (std::ranges::find(keys, key) == keys.end())
            throw UsageError{
                fmt::format("bench wireless: '{:.80}' is unknown; allowed: {}", key, fmt::join(keys, ", "))};
        if (i + 1 == arguments.size()) throw UsageError{fmt::format("bench wireless: {} wants a value", key)};
        const auto& value = arguments[i + 1];
        if (key == "--seconds") options.seconds = read_number(key, value, 5.0, 3600.0);
        if (key == "--rounds") options.rounds = read_number(key, value, 1, 100);
        if (key == "--only") options.only = read_names(value);
        if (key == "--seed") options.seed = read_number(key, value, 1, 1'000'000);
        if (key == "--out" && value.empty()) throw UsageError{"bench wireless: --out wants a folder"};
        if (key == "--out") options.out = value;
    }
    return options;
}

std::string wireless_help() {
    std::string own;
    for (const auto& section : own_sections()) own += fmt::format("{:30}{:<11}{}\n", "", section.name, section.help);
    return fmt::format(fmt::runtime(wireless_text), own);
}

int run_wireless(const std::vector<std::string>& arguments) {
    auto options = read_wireless_options(arguments);
    std::filesystem::create_directories(options.out);
    const Stopper stopper{0};
    options.stop = stopper.token();
    options.progress = std::make_shared<Progress>();
    auto results = results_here();
    std::vector<RadioResult> all;
    const auto add = [&](const std::vector<Row>& rows) {
        results.rows.insert(results.rows.end(), rows.begin(), rows.end());
    };
    for (const auto& section : radio_sections())
        if (options.wants_section(section.name)) add(run_section(section, options, all));
    add(emulator_rows(all));
    for (const auto& section : own_sections())
        if (options.wants_section(section.name) && options.wants_contender("product")) add(section.rows(options));
    options.progress.reset();

    const auto path = options.out / "wireless.json";
    std::ofstream file{path};
    file << to_json(results);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}\n{}\n", to_table(results), path.string());
    return 0;
}

}  // namespace bench

#include "bench/path.hpp"

#include "bench/gst_peer.hpp"
#include "bench/path_results.hpp"
#include "bench/progress.hpp"
#include "bench/stopper.hpp"
#include "transport/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace bench {

using namespace transport;

namespace {

constexpr auto path_words = R"(Usage: scialytic bench path [--key value ...]

Two synthetic streams (ultrasound 800x600, X-ray 512x512), one fused picture of 1280x720: the product's four processes
beside the same work done by a hand-built GStreamer chain, in turns on the same machine. Both are judged by the code
in the pixels that are shown: latency from captured to presented, frames lost, quality of the shown echo against the
source, processor time. Nothing else should run meanwhile.

  --seconds N     length of each run, after 2 s of warm-up. 5 to 3600, default 8
  --rounds R      runs of product and peer in turns at each rate; medians are reported. 1 to 100, default 7:
                  the sources' phases, by chance each time, decide up to a frame's time, of the chain most of all
  --rates LIST    frames/s, divided by commas, 10 to 120 each. Default 30,60
  --minutes M     one more run of the product at the highest rate: resident memory after 1 and after M minutes.
                  2 to 1440, default none
  --out DIR       where path.json goes; path-RATE-product.json and path-RATE-peer.json, which `bench compare` and
                  `bench check` read, their frames as .csv; a folder with the raw data of every run. Default out/bench
  --help          this text

Exit codes: 0 measured (the table says which goals were met), 1 failed, 2 wrong usage.
)";

template <typename Number>
Number read(std::string_view key, std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        throw UsageError{fmt::format("bench path: {}: '{:.80}' is not in {} to {}", key, text, least, most)};
    return value;
}

std::vector<int> read_rates(std::string_view text) {
    std::vector<int> rates;
    while (true) {
        const auto comma = text.find(',');
        rates.push_back(read("--rates", text.substr(0, comma), 10, 120));
        if (comma == std::string_view::npos) return rates;
        text.remove_prefix(comma + 1);
    }
}

void write_results(const std::filesystem::path& path, const Results& results) {
    std::ofstream file{path};
    file << to_json(results);
    file.close();
    if (!file) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
}

Rounds run_rate(const PathOptions& options, int rate, const Stopper& stopper, Progress& progress) {
    Rounds rounds;
    progress.begin(fmt::format("drawing what {}/s should look like", rate));
    const std::map<Contender, std::vector<Luma>> references{
        {Contender::product, run_references(Contender::product, rate)},
        {Contender::peer, run_references(Contender::peer, rate)}};
    for (int round = 1; round <= options.rounds; ++round)
        for (const auto contender : {Contender::product, Contender::peer}) {
            progress.begin(fmt::format("round {}/{}, {} at {}/s", round, options.rounds, name(contender), rate));
            RunSettings settings;
            settings.contender = contender;
            settings.frames_per_second = rate;
            settings.seconds = options.seconds;
            settings.out = round_folder(options, rate, contender, round);
            settings.progress = [&](double seconds) { progress.left(seconds); };
            auto& results = contender == Contender::product ? rounds.product : rounds.peer;
            results.push_back(measure(settings, references.at(contender), stopper.token()));
        }
    return rounds;
}

std::vector<Row> run_for_memory(const PathOptions& options, int rate, const Stopper& stopper, Progress& progress) {
    progress.begin(fmt::format("memory, product at {}/s", rate));
    RunSettings settings;
    settings.frames_per_second = rate;
    settings.seconds = options.minutes * 60;
    settings.out = options.out / "path" / fmt::format("{}-memory", rate);
    settings.watch_memory = true;
    settings.progress = [&](double seconds) { progress.left(seconds); };
    return memory_rows(rate, measure(settings, {}, stopper.token()).resident);
}

}  // namespace

std::string_view path_help() {
    return path_words;
}

int run_path(const std::vector<std::string>& arguments) {
    const auto options = read_path_options(arguments);
    std::filesystem::create_directories(options.out);
    const Stopper stopper{0};
    auto results = results_here();
    {
        Progress progress;
        const auto add = [&](std::vector<Row> rows) {
            results.rows.insert(results.rows.end(), rows.begin(), rows.end());
        };
        for (const int rate : options.rates) {
            const auto rounds = run_rate(options, rate, stopper, progress);
            add(path_rows(rate, rounds));
            write_path_results(options, rate, rounds, results);
        }
        const int highest = *std::ranges::max_element(options.rates);
        if (options.minutes > 0) add(run_for_memory(options, highest, stopper, progress));
    }
    const auto path = options.out / "path.json";
    write_results(path, results);
    fmt::print("{}\n{}\n", to_table(results), path.string());
    return 0;
}

int run_peer(const std::string& what, const std::vector<std::string>& words) {
    SystemClock clock;
    const Stopper stopper{0};
    if (what == "peer-capture" && (words.size() == 3 || words.size() == 4)) {
        const auto modality = words[0] == "xray" ? Modality::xray : Modality::ultrasound;
        run_peer_capture(modality, read(words[1], words[1], 1.0, 120.0), words[2], clock, stopper.token(),
                         words.size() == 4 ? words[3] : std::string{});
    } else if (what == "peer-display" && words.size() == 2) {
        run_peer_display(words[0], words[1], clock, stopper.token());
    } else {
        throw UsageError{fmt::format("bench: {} wants other words", what)};
    }
    return 0;
}

PathOptions read_path_options(const std::vector<std::string>& arguments) {
    PathOptions options;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        const auto& key = arguments[i];
        constexpr std::string_view allowed = "--seconds, --rounds, --rates, --minutes, --out";
        if (key != "--seconds" && key != "--rounds" && key != "--rates" && key != "--minutes" && key != "--out")
            throw UsageError{fmt::format("bench path: '{:.80}' is unknown; allowed: {}", key, allowed)};
        if (i + 1 == arguments.size()) throw UsageError{fmt::format("bench path: {} wants a value", key)};
        const auto& value = arguments[i + 1];
        if (key == "--seconds") options.seconds = read(key, value, 5.0, 3600.0);
        if (key == "--rounds") options.rounds = read(key, value, 1, 100);
        if (key == "--rates") options.rates = read_rates(value);
        if (key == "--minutes") options.minutes = read(key, value, 2.0, 1440.0);
        if (key == "--out" && value.empty()) throw UsageError{"bench path: --out wants a folder"};
        if (key == "--out") options.out = value;
    }
    return options;
}

}  // namespace bench

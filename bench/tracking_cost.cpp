#include "bench/tracking_cost.hpp"

#include "bench/median.hpp"
#include "bench/progress.hpp"
#include "bench/stopper.hpp"
#include "bench/tracking_cost_run.hpp"
#include "bench/tracking_cost_steps.hpp"
#include "bench/word_values.hpp"
#include "transport/options.hpp"
#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <fstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr auto tracking_text = R"(Usage: scialytic bench tracking [--key value ...]

What following every frame costs. First the nanoseconds of a frame in each step, by the product's own functions: marks,
histograms of every node, stamps written and read, late marks joined, report and timeline.csv, timelines for the bus.
Then the processor time of the whole path with and without them, frame by frame in turns, in one process; stamps and
their reading stay in both, for the display judges freshness by them. The product itself cannot leave tracking out.

  --frames N  of each step's rounds. 100 to 1000000, default 3000
  --pairs N   of frames with and without, 30/s. 10 to 100000, default 300: 20 s
  --out DIR   where tracking.json goes, and a timeline.csv. Default out/bench
  --help      this text

Exit codes: 0 measured (the table says which goals were met), 1 failed, 2 wrong usage.
)";

constexpr double frame_goal_ns = 50'000;
constexpr std::size_t source_bytes = 26'000;  // of the cathlab's echo and canvas
constexpr std::size_t view_bytes = 47'000;

struct TrackingStep {
    std::string_view name;
    void (*run)(TrackingSteps& steps);
};
constexpr std::array tracking_steps{
    TrackingStep{"16 marks, a clock read each", [](TrackingSteps& s) { s.mark(); }},
    TrackingStep{"histograms of node and server", [](TrackingSteps& s) { s.record_hops(); }},
    TrackingStep{"both stamps written", [](TrackingSteps& s) { s.write_stamps(source_bytes, view_bytes); }},
    TrackingStep{"both stamps found, checked, converted", [](TrackingSteps& s) { s.read_stamps(); }},
    TrackingStep{"late marks joined", [](TrackingSteps& s) { s.complete(); }},
    TrackingStep{"report and timeline.csv", [](TrackingSteps& s) { s.report(); }},
    TrackingStep{"timelines for the bus", [](TrackingSteps& s) { s.tell_bus(); }}};

}  // namespace

std::vector<Row> tracking_step_rows(int frames, const std::filesystem::path& folder, const std::stop_token& stop) {
    using Stopwatch = std::chrono::steady_clock;
    constexpr int rounds = 7;
    SystemClock clock;
    TrackingSteps steps{clock, folder};
    std::array<std::vector<double>, tracking_steps.size()> means;
    std::vector<double> wholes;
    for (int round = 0; round < rounds; ++round) {
        std::array<double, tracking_steps.size()> sums{};
        for (int i = 0; i < frames; ++i) {
            if (stop.stop_requested()) throw std::runtime_error("bench tracking: stopped");
            auto begun = Stopwatch::now();
            for (std::size_t step = 0; step < tracking_steps.size(); ++step) {
                tracking_steps.at(step).run(steps);
                const auto now = Stopwatch::now();
                sums.at(step) += std::chrono::duration<double, std::nano>(now - begun).count();
                begun = now;
            }
        }
        double whole = 0;
        for (std::size_t step = 0; step < sums.size(); ++step) {
            means.at(step).push_back(sums.at(step) / frames);
            whole += sums.at(step) / frames;
        }
        wholes.push_back(whole);
    }
    std::vector<Row> rows;
    for (std::size_t step = 0; step < tracking_steps.size(); ++step)
        rows.push_back({std::string{tracking_steps.at(step).name}, median(means.at(step)), "ns"});
    rows.push_back({"a frame, all of it", median(wholes), "ns", frame_goal_ns});
    return rows;
}

std::string_view tracking_help() {
    return tracking_text;
}

int run_tracking(const std::vector<std::string>& words) {
    const WordValues given{"bench tracking", words, {"--frames", "--pairs", "--out"}};
    int frames = 3000;
    int pairs = 300;
    given.read("--frames", frames, 100, 1'000'000);
    given.read("--pairs", pairs, 10, 100'000);
    const std::filesystem::path out = given.text("--out", "out/bench");
    const Stopper stopper{0};
    static_cast<void>(run_in_real_time());
    auto results = results_here();
    {
        Progress progress;
        progress.begin("nanoseconds of each step");
        results.rows = tracking_step_rows(frames, out / "tracking", stopper.token());
        progress.begin("the whole path with and without");
        const auto rows = tracking_run_rows(pairs, out / "tracking", stopper.token());
        results.rows.insert(results.rows.end(), rows.begin(), rows.end());
    }
    const auto path = out / "tracking.json";
    std::ofstream file{path};
    file << to_json(results);
    if (!file.flush()) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    fmt::print("{}\n{}\n", to_table(results), path.string());
    return 0;
}

}  // namespace bench

#include "bench/tracking_cost_run.hpp"

#include "bench/floor_path.hpp"
#include "bench/median.hpp"
#include "bench/tracking_cost_steps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr Microseconds between_tracked{16'667};
constexpr double processor_goal_percent = 1;

double processor_seconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double sum_of(const std::vector<double>& values) {
    double out = 0;
    for (const double value : values) out += value;
    return out;
}

/// Half the width of the mean's 95 % interval.
double doubt_of_mean(const std::vector<double>& values) {
    const double mean = sum_of(values) / static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double n = static_cast<double>(values.size());
    return 1.96 * std::sqrt(squares / (n - 1) / n);
}

}  // namespace

std::vector<Row> tracking_run_rows(int pairs, const std::filesystem::path& folder, const std::stop_token& stop) {
    SystemClock clock;
    FloorPath path{FloorOptions{}, clock};
    TrackingSteps tracking{clock, folder};
    std::size_t number = 0;
    auto due = clock.now();
    const auto pass_pair = [&](bool tracked) {
        double took = 0;
        for (const auto stream : {Modality::ultrasound, Modality::xray}) {
            due = std::max(due + between_tracked, clock.now());
            if (!clock.wait_until(due, stop)) throw std::runtime_error("bench tracking: stopped");
            const double begun = processor_seconds();
            FloorFrame frame{{stream, number}, {}, {}, {}, {}, {}, {}, {}};
            for (const auto stage : floor_stages()) static_cast<void>(path.pass(frame, stage));
            if (tracked) tracking.all_but_stamps();
            took += processor_seconds() - begun;
        }
        ++number;
        return took;
    };
    constexpr int tracked_warm_up = 10;
    for (int i = 0; i < tracked_warm_up; ++i) static_cast<void>(pass_pair(true));
    std::array<std::vector<double>, 2> took;  // without, with
    std::vector<double> added;
    for (int i = 0; i < pairs; ++i) {
        const bool first = i % 2 == 0;  // who begins changes
        const double one = pass_pair(first);
        const double other = pass_pair(!first);
        took[first ? 1 : 0].push_back(one);
        took[first ? 0 : 1].push_back(other);
        added.push_back(first ? one - other : other - one);
    }
    const double without = sum_of(took[0]);
    const double per_cent = 100 / (without / pairs);
    return {{"whole path without tracking, processor", without, "s"},
            {"whole path with tracking, processor", sum_of(took[1]), "s"},
            {"tracking adds, mean", per_cent * sum_of(added) / pairs, "%", processor_goal_percent},
            {"tracking adds, half its 95 % interval", per_cent * doubt_of_mean(added), "%"},
            {"tracking adds, median", per_cent * median(added), "%", processor_goal_percent}};
}

}  // namespace bench

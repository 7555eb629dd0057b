#include "bench/fusion_speed.hpp"

#include "bench/fusion_pictures.hpp"
#include "bench/fusion_plain.hpp"
#include "bench/median.hpp"
#include "transport/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <thread>

namespace bench {

using namespace transport;

namespace {

constexpr double frame_goal_ms = 1.5;
constexpr double faster_goal = 4;  // times
constexpr double warm_up = 0.1;    // of the measured time
constexpr std::size_t canvases = 6;

using Stopwatch = std::chrono::steady_clock;

double ms_since(Stopwatch::time_point begun) {
    return std::chrono::duration<double, std::milli>(Stopwatch::now() - begun).count();
}

/// Draws frames one after the other for that long and times each.
FrameTimes time_frames(double seconds, const std::stop_token& stop, const std::function<void(std::size_t)>& draw) {
    std::size_t number = 0;
    for (const auto begun = Stopwatch::now(); number < 2 || ms_since(begun) < 1000 * warm_up * seconds;) draw(number++);
    FrameTimes times;
    for (const auto begun = Stopwatch::now(); times.empty() || ms_since(begun) < 1000 * seconds;) {
        if (stop.stop_requested()) throw std::runtime_error("bench fusion: stopped");
        const auto frame = Stopwatch::now();
        draw(number++);
        times.push_back(ms_since(frame));
    }
    return times;
}

/// By one core, between memory that no cache holds; the best of several.
double copy_speed() {
    constexpr std::size_t size = std::size_t{64} << 20;
    const std::vector<std::uint8_t> from(size, 1);
    std::vector<std::uint8_t> to(size);
    double best = 0;
    for (int i = 0; i < 8; ++i) {
        const auto begun = Stopwatch::now();
        std::memcpy(to.data(), from.data(), size);
        if (to[size / 2] != 1) throw std::runtime_error("bench fusion: a copy failed");
        best = std::max(best, 2.0 * size / (ms_since(begun) / 1000));
    }
    return best;
}

/// The median over the rounds of each round's percentile.
double over_rounds(const std::vector<FrameTimes>& rounds, double share) {
    std::vector<double> values;
    values.reserve(rounds.size());
    for (const auto& round : rounds) values.push_back(percentile(round, share));
    return median(values);
}

double ratio(const std::vector<FrameTimes>& theirs, const std::vector<FrameTimes>& ours) {
    std::vector<double> values;
    for (std::size_t i = 0; i < ours.size(); ++i)
        values.push_back(percentile(theirs[i], 0.5) / percentile(ours[i], 0.5));
    return median(values);
}

}  // namespace

double percentile(FrameTimes times, double share) {
    if (times.empty()) throw std::invalid_argument("a percentile of nothing");
    std::ranges::sort(times);
    const auto rank = std::ceil(share * static_cast<double>(times.size()));
    return times[static_cast<std::size_t>(std::clamp(rank, 1.0, static_cast<double>(times.size()))) - 1];
}

std::vector<Row> fusion_speed_rows(const FusionRounds& rounds) {
    std::vector<Row> rows;
    rows.push_back({"CPU, echo moving, p50", over_rounds(rounds.moving, 0.5), "ms", frame_goal_ms});
    rows.push_back({"CPU, echo moving, p99", over_rounds(rounds.moving, 0.99), "ms"});
    rows.push_back({"CPU, echo still, p50", over_rounds(rounds.still, 0.5), "ms", frame_goal_ms});
    rows.push_back({"CPU, echo still, p99", over_rounds(rounds.still, 0.99), "ms"});
    rows.push_back({"CPU, no overlay, p50", over_rounds(rounds.without, 0.5), "ms"});
    rows.push_back({"straightforward OpenCV, all cores, p50", over_rounds(rounds.plain_all_cores, 0.5), "ms"});
    rows.push_back({"straightforward OpenCV, one core, p50", over_rounds(rounds.plain, 0.5), "ms"});
    rows.push_back({"straightforward on all cores / CPU on one, moving", ratio(rounds.plain_all_cores, rounds.moving),
                    "times", faster_goal, Bar::at_least});
    rows.push_back({"straightforward on one core / CPU on one, moving", ratio(rounds.plain, rounds.moving), "times"});
    rows.push_back({"echo covers, of the X-ray's image", 100 * rounds.covered, "%"});
    rows.push_back({"a frame's bytes, sources read and canvas written once", rounds.least_bytes / 1e6, "MB"});
    rows.push_back({"copy bandwidth of one core, read and written", rounds.copy_bytes_per_s / 1e9, "GB/s"});
    const double bytes_per_s = rounds.least_bytes / (over_rounds(rounds.moving, 0.5) / 1000);
    rows.push_back(
        {"CPU, moving: a frame's bytes, of the copy bandwidth", 100 * bytes_per_s / rounds.copy_bytes_per_s, "%"});
    return rows;
}

FusionFigures fusion_speed(const FusionOptions& options) {
    const FusionPictures pictures;
    const auto& plan = pictures.plan();
    const auto ours = augment::make_fusion_cpu();
    PlainFusion theirs;
    PixelPool pool;
    std::vector<std::shared_ptr<Pixels>> ring;
    while (ring.size() < canvases) ring.push_back(pool.get(PixelFormat::i420, plan.width, plan.height));
    const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));

    FusionRounds rounds;
    rounds.least_bytes = pictures.least_bytes();
    rounds.covered = pictures.covered();
    const auto run = [&](const char* who, std::vector<FrameTimes>& into, auto overlay, auto draw) {
        options.say(fmt::format("round {}/{}, {}", into.size() + 1, options.rounds, who));
        into.push_back(time_frames(options.seconds, options.stop, [&](std::size_t number) {
            const auto frames = pictures.frames(number);
            draw(*ring[number % canvases], augment::Scene{plan, frames, 0.5, overlay(number), false, EchoHue::gold});
        }));
    };
    using Overlay = std::optional<augment::EchoOverlay>;
    const auto still = [&](std::size_t) { return Overlay{pictures.still()}; };
    const auto moving = [&](std::size_t number) { return Overlay{pictures.moving(number)}; };
    const auto none = [](std::size_t) { return Overlay{}; };
    const auto product = [&](Pixels& canvas, const augment::Scene& scene) { ours->draw(canvas, scene); };
    for (int i = 0; i < options.rounds; ++i) {
        run("echo moving", rounds.moving, moving, product);
        run("echo still", rounds.still, still, product);
        run("no overlay", rounds.without, none, product);
        run("straightforward, all cores", rounds.plain_all_cores, moving,
            [&](Pixels& canvas, const augment::Scene& scene) { theirs.draw(canvas, scene, cores); });
        run("straightforward, one core", rounds.plain, moving,
            [&](Pixels& canvas, const augment::Scene& scene) { theirs.draw(canvas, scene, 1); });
        rounds.copy_bytes_per_s = std::max(rounds.copy_bytes_per_s, copy_speed());
    }
    return {fusion_speed_rows(rounds), {}};
}

}  // namespace bench

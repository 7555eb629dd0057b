#include "bench/fusion_lag.hpp"

#include "bench/calibrate_motion.hpp"
#include "bench/fusion_speed.hpp"
#include "bench/lag_scene.hpp"
#include "transport/emulator/link_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

namespace bench {

using augment::find_lag;
using augment::Motion;

namespace {

/// Motions of which nothing can be told.
std::vector<std::pair<Motion, Motion>> hopeless_pairs(std::uint32_t seed) {
    const auto pair = [](const LagScene& one, const LagScene& other) {
        return std::pair{LagScenery{one}.reference(), LagScenery{other}.second()};
    };
    const LagScene scene{.seed = seed};
    auto still = scene, quick = scene, brief = scene, breath = scene, even = scene;
    still.heart_mm = still.breath_mm = 0;
    quick.seed = seed + 7919;
    quick.heart_hz = 1.7;
    brief.seconds = 8;
    breath.heart_mm = 0;
    even.breath_mm = even.wander = 0;
    even.heart_hz = 2.4;  // three beats fit into the search
    return {pair(scene, still), pair(scene, quick), pair(brief, brief), pair(breath, breath), pair(even, even)};
}

Motion cut(const Motion& motion, double from, double to, bool keep) {
    Motion out;
    for (std::size_t i = 0; i < motion.seconds.size(); ++i) {
        const bool inside = motion.seconds[i] >= from && motion.seconds[i] < to;
        if (inside != keep) continue;
        out.seconds.push_back(motion.seconds[i]);
        out.values.push_back(motion.values[i]);
    }
    return out;
}

/// One source against another of 25 pictures/s, so of other instants, that is made late by what is no whole step.
void add_pictures(FusionFigures& out, const std::string& what, const LagSide& reference, LagSide second,
                  std::optional<double> goal, const std::stop_token& stop) {
    constexpr double late_s = 0.1234;
    second.settings.frames_per_second = 25;
    auto [first, other] = record_motions(reference, second, 15, nullptr, stop);
    for (double& t : other.motion.seconds) t += late_s;
    const auto answer = find_lag(first.motion, other.motion, {}, stop);
    if (!answer.lag) {
        out.missing.push_back(fmt::format("{}: {}", what, answer.refusal));
        return;
    }
    out.rows.push_back({what + ": error", std::abs(answer.lag->seconds - late_s) * 1e3, "ms", goal});
    out.rows.push_back({what + ": bound that is told", answer.lag->bound_s * 1e3, "ms", {}});
}

}  // namespace

LagFigures synthetic_lags(int seeds, const std::stop_token& stop) {
    LagFigures out;
    for (int i = 0; i < seeds && !stop.stop_requested(); ++i) {
        std::mt19937 random{static_cast<std::uint32_t>(i)};
        const auto draw = [&](double from, double to) { return std::uniform_real_distribution{from, to}(random); };
        LagScene scene{.seed = static_cast<std::uint32_t>(i)};
        scene.lag_s = draw(-0.3, 0.3);
        scene.noise_mm = draw(0.1, 0.5);
        scene.unshared = i % 2 == 0 ? 0 : draw(-0.5, 0.5);
        LagScenery scenery{scene};
        const auto reference = scenery.reference(), second = scenery.second();
        const auto answer = find_lag(reference, second);
        if (answer.lag) {
            const double off = std::abs(answer.lag->seconds - scene.lag_s);
            out.off_ms.push_back(off * 1e3);
            out.within += off <= answer.lag->bound_s ? 1 : 0;
        } else {
            ++out.refused;
        }
        if (i % 5 != 0) continue;
        for (const auto& [one, other] : hopeless_pairs(static_cast<std::uint32_t>(i))) {
            ++out.hopeless;
            out.rightly += find_lag(one, other).lag ? 0 : 1;
        }
    }
    return out;
}

TankFigures tank_lags(const std::string& folder) {
    const auto stem = folder + "/ultrasound/tracked/WaterTankBottomTranslation";
    const auto motions =
        record_motions({.source = stem + "TrackerBuffer-trimmed.igs.mha"},
                       {.source = stem + "VideoBuffer.igs.mha", .by = MotionKind::reflector}, 15, nullptr, {});
    const auto &tracker = motions.first.motion, &video = motions.second.motion;
    TankFigures out;
    out.whole = find_lag(tracker, video);
    if (!out.whole.lag) return out;
    const double from = video.seconds.front(), length = video.seconds.back() - from;
    augment::LagSearch near;
    near.from_s = out.whole.lag->seconds - 0.2;
    near.to_s = out.whole.lag->seconds + 0.2;
    near.least_overlap_s = 8;
    const auto add = [&](std::vector<double>& to, const Motion& part) {
        if (const auto answer = find_lag(tracker, part, near); answer.lag) to.push_back(answer.lag->seconds * 1e3);
    };
    for (int half = 0; half < 2; ++half)
        add(out.halves_ms, cut(video, from + half * length / 2, from + (half + 1) * length / 2, true));
    for (int block = 0; block < 6; ++block)
        add(out.without_ms, cut(video, from + block * length / 6, from + (block + 1) * length / 6, false));
    return out;
}

FusionFigures fusion_lag(const FusionOptions& options) {
    constexpr int seeds = 500;
    FusionFigures out;
    options.say("lags of synthetic motion");
    const auto row = [&](const std::string& what, double value, const std::string& unit,
                         std::optional<double> goal = {}) {
        out.rows.push_back({what, value, unit, goal});
    };
    const auto drawn = synthetic_lags(seeds, options.stop);
    if (options.stop.stop_requested()) return out;
    if (!drawn.off_ms.empty()) {
        row("A9 lag of synthetic motion: median error", percentile(drawn.off_ms, 0.5), "ms", 5.0);
        row("A9 lag of synthetic motion: worst error", percentile(drawn.off_ms, 1), "ms", 5.0);
        row("lag of synthetic motion: within the 95 % bound",
            100.0 * drawn.within / static_cast<double>(drawn.off_ms.size()), "%");
    }
    row("lag of synthetic motion: refused", 100.0 * drawn.refused / seeds, "%");
    row("lag of hopeless motion: told all the same", 100.0 * (drawn.hopeless - drawn.rightly) / drawn.hopeless, "%",
        0.0);

    options.say("lags of the phantom's pictures");
    using transport::Modality;
    const LagSide echo{.source = "phantom"}, xray{.source = "phantom?lag=0", .stream = Modality::xray};
    add_pictures(out, "A9 lag of drawn X-ray pictures, a loop of 4 s, 30/s against 25/s", xray,
                 {.source = "phantom?lag=0&seed=9&width=400&height=400", .stream = Modality::xray}, 5.0, options.stop);
    add_pictures(out, "A9 lag of drawn echo pictures, a loop of 4 s, 30/s against 25/s", echo,
                 {.source = "phantom?seed=9&width=640&height=480"}, 5.0, options.stop);
    add_pictures(out, "lag of drawn X-ray pictures against echo pictures, a loop of 4 s", echo, xray, {}, options.stop);

    if (options.stop.stop_requested()) return out;
    options.say("lag of the water-tank recording");
    const auto folder = transport::recordings_folder();
    if (!std::filesystem::exists(folder + "/ultrasound/tracked")) {
        out.missing.emplace_back("the water-tank recording: SCIALYTIC_DATA names no folder with ultrasound/tracked");
        return out;
    }
    const auto tank = tank_lags(folder);
    if (!tank.whole.lag) {
        out.missing.push_back("the water-tank recording: " + tank.whole.refusal);
        return out;
    }
    const double whole = tank.whole.lag->seconds * 1e3;
    row("water tank: lag of the pictures after the tracker", whole, "ms");
    row("water tank: bound that is told", tank.whole.lag->bound_s * 1e3, "ms");
    row("water tank: correlation", tank.whole.lag->correlation, "");
    const auto furthest = [&](const std::vector<double>& lags) {
        double far = 0;
        for (const double lag : lags) far = std::max(far, std::abs(lag - whole));
        return far;
    };
    if (tank.halves_ms.size() == 2) row("water tank: halves, furthest from the whole", furthest(tank.halves_ms), "ms");
    if (tank.without_ms.size() == 6)
        row("water tank: one sixth left out, furthest from the whole", furthest(tank.without_ms), "ms");
    return out;
}

}  // namespace bench

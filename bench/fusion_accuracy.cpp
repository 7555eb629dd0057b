#include "bench/fusion_accuracy.hpp"

#include "augment/registration.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

namespace bench {

using namespace augment;
using transport::Registration;
using transport::Timestamp;

namespace {

constexpr double failure_mm = 5;
constexpr int exposure_us = 1'000'000 / 15;

double wall_ms(std::chrono::steady_clock::time_point since) {
    return std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - since}.count();
}

/// Inside the ellipse that a marker there would be drawn with.
bool in_ellipse(const XrayCamera& camera, const Rigid& truth, const ProbePose& pose) {
    constexpr Vec3 target{0, 0, 60};
    MarkerDoubt doubt;
    doubt.pose = pose.covariance;
    doubt.speed_mm_per_s = 0;
    const auto seems = camera.project(pose.world_from_head(target)), is = camera.project(truth(target));
    const auto ellipse = doubt_of(camera, pose.world_from_head(target), doubt);
    if (!seems || !is || !ellipse) return false;
    const auto off = *is - *seems;
    const double c = std::cos(ellipse->angle), s = std::sin(ellipse->angle);
    return std::hypot((c * off.x + s * off.y) / ellipse->longer_px, (c * off.y - s * off.x) / ellipse->shorter_px) < 1;
}

void note_pose(Followed& out, const XrayCamera& camera, const std::optional<Rigid>& truth, const ProbePose& pose) {
    ++out.exposures;
    if (pose.state != Registration::registered) return;
    ++out.registered;
    if (!truth) {
        ++out.unflagged;
        return;
    }
    const auto error = target_error(camera, *truth, pose.world_from_head);
    if (error.projected > failure_mm) ++out.unflagged;
    out.projected_mm.push_back(error.projected);
    out.space_mm.push_back(error.space);
    out.in_ellipse += in_ellipse(camera, *truth, pose) ? 1 : 0;
}

ProbePose timed_pose(Registrar& registrar, const transport::Pixels& xray, const XrayCamera& camera, Timestamp exposed,
                     std::vector<double>& milliseconds) {
    const auto since = std::chrono::steady_clock::now();
    auto pose = registrar.observe(xray, camera, exposed);
    milliseconds.push_back(wall_ms(since));
    return pose;
}

/// A hand's or a search's first guess.
Rigid near_to(const Rigid& truth, Scene& scene) {
    const auto u = [&](double reach) { return scene.uniform(-reach, reach); };
    return moved(truth, {{u(1.5), u(1.5), u(1.5)}, {u(0.05), u(0.05), u(0.05)}});
}

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return std::nan("");
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

double percent_of(int part, int whole) {
    return whole > 0 ? 100.0 * part / whole : std::nan("");
}

}  // namespace

Followed follow_sequences(std::uint64_t seed, int sequences, int exposures, const SceneSettings& settings) {
    Followed out;
    for (int sequence = 0; sequence < sequences; ++sequence) {
        Scene scene{seed * 1000 + static_cast<std::uint64_t>(sequence), settings};
        const auto rest = scene.somewhere();
        const double primary = scene.uniform(-45, 45), secondary = scene.uniform(-30, 30);
        const double sweep = sequence % 3 == 2 ? (primary > 0 ? -10 : 10) : 0;  // degrees per second
        const double phase = scene.uniform(0, 2 * std::numbers::pi);
        const Vec3 wobble{scene.uniform(-0.04, 0.04), scene.uniform(-0.04, 0.04), scene.uniform(-0.04, 0.04)};
        Registrar registrar{probe_head()};
        for (int i = 0; i < exposures; ++i) {
            const double seconds = i / 15.0;
            const double breath = std::sin(2 * std::numbers::pi * 0.25 * seconds + phase);  // 10 mm from end to end
            const auto truth = moved(rest, {{0, 1.5 * breath, 5 * breath}, breath * wobble});
            const auto camera = scene.camera(primary + sweep * seconds, secondary);
            const auto exposed = transport::timestamp(std::int64_t{exposure_us} * i);
            if (i == 0) registrar.place(near_to(truth, scene), exposed, Registrar::Placement::refine);
            note_pose(out, camera, truth,
                      timed_pose(registrar, scene.expose(camera, truth), camera, exposed, out.milliseconds));
        }
    }
    return out;
}

Followed follow_vandals(std::uint64_t seed, int sequences, const SceneSettings& settings) {
    Followed out;
    for (int sequence = 0; sequence < sequences; ++sequence) {
        Scene scene{seed * 1000 + 500 + static_cast<std::uint64_t>(sequence), settings};
        const auto first = scene.somewhere(), second = scene.somewhere();
        const auto camera = scene.camera(scene.uniform(-45, 45), scene.uniform(-30, 30));
        Registrar registrar{probe_head()};
        registrar.place(near_to(first, scene), {}, Registrar::Placement::refine);
        for (int i = 0; i < 20; ++i) {
            // Four exposures as usual, away for six, back elsewhere; or a jump.
            std::optional<Rigid> truth = i < 4 ? first : second;
            if (sequence % 2 == 0 && i >= 4 && i < 10) truth.reset();
            note_pose(out, camera, truth,
                      timed_pose(registrar, scene.expose(camera, truth), camera,
                                 transport::timestamp(std::int64_t{exposure_us} * i), out.milliseconds));
        }
    }
    return out;
}

Pairs take_pairs(std::uint64_t seed, int count, const SceneSettings& settings) {
    Pairs out;
    for (int pair = 0; pair < count; ++pair) {
        Scene scene{seed * 1000 + 700 + static_cast<std::uint64_t>(pair), settings};
        const auto truth = scene.somewhere();
        const double primary = scene.uniform(-45, 5), secondary = scene.uniform(-30, 30);
        Registrar registrar{probe_head()};
        registrar.place(near_to(truth, scene), {}, Registrar::Placement::refine);
        for (int view = 0; view < 2; ++view) {
            const auto camera = scene.camera(primary + 40 * view, secondary);
            ProbePose pose;
            for (int i = 0; i < 3; ++i)
                pose = registrar.observe(scene.expose(camera, truth), camera,
                                         transport::timestamp(std::int64_t{exposure_us} * (i + 60 * view)));
            if (pose.state != Registration::registered) continue;
            const auto error = target_error(camera, truth, pose.world_from_head);
            (view == 0 ? out.one_view_mm : out.two_views_mm).push_back(error.space);
        }
    }
    return out;
}

Searches search_pictures(std::uint64_t seed, int count, const SceneSettings& settings) {
    Searches out;
    for (int i = 0; i < count; ++i) {
        Scene scene{seed * 1000 + 300 + static_cast<std::uint64_t>(i), settings};
        const auto truth = scene.somewhere();
        const auto camera = scene.camera(scene.uniform(-45, 45), scene.uniform(-30, 30));
        Registrar registrar{probe_head()}, ghost{probe_head()};
        const auto pose = timed_pose(registrar, scene.expose(camera, truth), camera, {}, out.milliseconds);
        ++out.count;
        if (pose.state == Registration::registered) {
            const bool there = target_error(camera, truth, pose.world_from_head).projected <= failure_mm;
            ++(there ? out.found : out.wrong);
        }
        const auto nothing = ghost.observe(scene.expose(camera, std::nullopt), camera, {});
        out.ghosts += nothing.state == Registration::registered ? 1 : 0;
    }
    return out;
}

std::vector<Row> accuracy_rows(const AccuracySettings& settings) {
    std::vector<Row> rows;
    const auto add_followed = [&](const std::string& what, const Followed& followed, double median_goal,
                                  std::optional<double> p95_goal) {
        rows.push_back({what + ": projected error, median", quantile(followed.projected_mm, 0.5), "mm", median_goal});
        rows.push_back({what + ": projected error, p95", quantile(followed.projected_mm, 0.95), "mm", p95_goal});
        rows.push_back({what + ": error in space, median", quantile(followed.space_mm, 0.5), "mm"});
        rows.push_back({what + ": exposures not registered",
                        percent_of(followed.exposures - followed.registered, followed.exposures), "%", 1});
        rows.push_back({what + ": more than 5 mm off and called registered", 1.0 * followed.unflagged, "", 0});
        rows.push_back(
            {what + ": truth inside the 95 % ellipse", percent_of(followed.in_ellipse, followed.registered), "%"});
    };
    const auto plain = follow_sequences(settings.seed, settings.sequences, settings.exposures, {});
    add_followed("A3 registration", plain, 0.5, 1.5);
    const auto cluttered =
        follow_sequences(settings.seed + 1, settings.sequences, settings.exposures, cluttered_scene());
    add_followed("A4 with clutter, noise, half contrast", cluttered, 1.1, {});

    const auto vandals = follow_vandals(settings.seed + 2, settings.sequences, {});
    const auto worse = follow_vandals(settings.seed + 3, settings.sequences, cluttered_scene());
    rows.push_back(
        {"probe jumps or goes: wrong and called registered", 1.0 * (vandals.unflagged + worse.unflagged), "", 0});

    const auto pairs = take_pairs(settings.seed + 4, settings.pairs, {});
    rows.push_back({"A5 error in space, one view, median", quantile(pairs.one_view_mm, 0.5), "mm", 2.5});
    rows.push_back(
        {"A5 error in space, two views 40 degrees apart, median", quantile(pairs.two_views_mm, 0.5), "mm", 0.5});

    const double slow = quantile(plain.milliseconds, 0.5);
    rows.push_back({"A7 pose rate while following, one thread", 1000 / slow, "Hz", 15, Bar::at_least});
    rows.push_back({"A7 following, p95", quantile(plain.milliseconds, 0.95), "ms"});

    for (const bool clutter : {false, true}) {
        const auto searches =
            search_pictures(settings.seed + 5, settings.searches, clutter ? cluttered_scene() : SceneSettings{});
        const std::string what = clutter ? "search with clutter" : "search";
        rows.push_back({what + ": found in one exposure", percent_of(searches.found, searches.count), "%"});
        rows.push_back(
            {what + ": wrong or a ghost, called registered", 1.0 * (searches.wrong + searches.ghosts), "", 0});
        rows.push_back({what + ": time, median", quantile(searches.milliseconds, 0.5), "ms"});
    }
    return rows;
}

}  // namespace bench

#include "devices/phantom_heart.hpp"

#include "devices/synthetic_heart.hpp"
#include "devices/synthetic_texture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace devices {

using augment::Mat3;
using augment::Vec3;

namespace {

namespace heart {

const Vec3 annulus{16, -3, 8};
constexpr double annulus_radius = 15;
constexpr double apex_depth = 58;  // inside of the wall

/// Rows: two directions in the annulus' plane, the first in the plane of the probe's two-chamber view and towards the
/// inferior wall; then the long axis, towards the apex.
Mat3 axes() {
    const auto long_axis = augment::unit({0.217, -0.783, -0.583});
    const Vec3 across{0.966, 0.259, 0};
    const auto second = augment::unit(across - dot(across, long_axis) * long_axis);
    return augment::rows_of(cross(second, long_axis), second, long_axis);
}
const Mat3 turn = axes();

Vec3 at(double x, double y, double z) {
    return annulus + augment::transposed(turn) * Vec3{x, y, z};
}

/// Shorter and thinner about the epicardial apex, which stays; a little twist.
Affine motion(double squeeze, double breath) {
    const auto still = at(0, 0, apex_depth + 9);
    const Mat3 scale =
        augment::rows_of({1 - 0.10 * squeeze, 0, 0}, {0, 1 - 0.10 * squeeze, 0}, {0, 0, 1 - 0.13 * squeeze});
    const auto linear = augment::transposed(turn) * augment::turn_about_z(0.07 * squeeze) * scale * turn;
    return {linear, still - linear * still + heart_breath(breath)};
}

struct Knot {
    Vec3 rest;
    double share;  ///< of the heart's motion; the rest stands still
};
/// Up the inferior vena cava, through the septum and the mitral valve.
const std::array catheter_knots{
    Knot{{-24, 24, -190}, 0}, Knot{{-25, 22, -120}, 0.15}, Knot{{-29, 17, -55}, 0.45}, Knot{{-25, 15, -12}, 0.8},
    Knot{{-10, 17, 12}, 1},   Knot{{6, 14, 17}, 1},        Knot{at(-1, 0, -3), 1},     Knot{at(1.5, 0, 17), 1},
};

double to_line_mm(double x, double y, Vec3 from, Vec3 to) {
    const double dx = to.x - from.x, dy = to.y - from.y;
    const double t = std::clamp(((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
    return std::hypot(x - from.x - t * dx, y - from.y - t * dy);
}

}  // namespace heart

}  // namespace

std::string_view phantom_landmark_name(std::size_t landmark) {
    static constexpr std::array<std::string_view, phantom_landmarks> names{
        "mitral 1", "mitral 2", "mitral 3", "mitral 4", "mitral 5", "mitral 6", "aortic", "apex"};
    return names.at(landmark);
}

PhantomHeart::PhantomHeart(const HeartMoment& moment) {
    using heart::at;
    const auto squeeze = static_cast<double>(contraction(static_cast<float>(moment.phase)));
    valve_open = static_cast<double>(filling(static_cast<float>(moment.phase)));
    leak = static_cast<double>(smooth_step(0.02F, 0.08F, static_cast<float>(moment.phase)) *
                               smooth_step(0.37F, 0.31F, static_cast<float>(moment.phase)));
    world_from_rest = heart::motion(squeeze, moment.breath);
    rest_from_world = inverse(world_from_rest);

    left_ventricle = Ellipsoid::of(at(0, 0, 25), heart::turn, {32, 32, 44});
    left_cavity = Ellipsoid::of(at(0, 0, 25), heart::turn, {22 - 6 * squeeze, 22 - 6 * squeeze, 34.5 - 1.5 * squeeze});
    // Its roof lies at the gullet and does not beat.
    const auto roof = rest_from_world(Vec3{4, 41.5, 18} + heart_breath(moment.breath)), floor = at(0, 0, 4);
    const double half = length(roof - floor) / 2, wide = 1 + 0.12 * squeeze;
    const auto down = unit(floor - roof), side = unit(cross(down, Vec3{0, 0, 1}));
    left_atrium = Ellipsoid::of(0.5 * (roof + floor), augment::rows_of(side, cross(down, side), down),
                                {24 * wide, 25 * wide, half});
    right_ventricle = Ellipsoid::of(at(2, -34, 26), heart::turn, {32, 24 - 4 * squeeze, 42});
    right_atrium = Ellipsoid::of({-36, 2, 4}, augment::identity(), {24, 24, 29});
    const auto up = augment::unit({-0.2, -0.12, 0.97});
    const auto left = unit(cross(up, Vec3{0, 1, 0}));
    const auto valve = at(-24, -11, 1);
    aorta = Ellipsoid::of(valve + 32.0 * up, augment::rows_of(left, cross(up, left), up), {14, 14, 38});
    papillary = {Ellipsoid::of(at(12, 8, 33), heart::turn, {4, 4, 11}),
                 Ellipsoid::of(at(-12, 7, 32), heart::turn, {4, 4, 10})};

    sac = Ellipsoid::of(at(3, -15, 19), heart::turn, {41 - 2 * squeeze, 50 - 3 * squeeze, 53});

    constexpr std::size_t beads = 6;
    for (std::size_t i = 0; i < beads; ++i) {
        const double angle = std::numbers::pi / 3 * static_cast<double>(i);
        landmarks[i] = at(heart::annulus_radius * std::cos(angle), heart::annulus_radius * std::sin(angle), 0);
    }
    landmarks[beads] = valve;
    landmarks[beads + 1] = at(0, 0, heart::apex_depth);
    for (auto& landmark : landmarks) landmark = world_from_rest(landmark);

    std::vector<Vec3> knots;
    for (const auto& knot : heart::catheter_knots)
        knots.push_back(knot.rest + knot.share * (world_from_rest(knot.rest) - knot.rest));
    catheter = smooth_line(knots, 1);
}

Vec3 PhantomHeart::heart_from_rest(Vec3 point) {
    return heart::turn * (point - heart::annulus);
}

Vec3 PhantomHeart::direction_at_rest(Vec3 in_heart) {
    return augment::transposed(heart::turn) * in_heart;
}

double PhantomHeart::mitral_flow(Vec3 point) const {
    const auto stream = [&point](double along, double reach, double sideways, double narrow, double wide) {
        if (along < 0 || along > reach) return 0.0;
        const double width = narrow + (wide - narrow) * along / reach;
        const double off = std::hypot(point.x - sideways * along, point.y) / width;
        return std::max(0.0, 1 - off * off) * std::min({1.0, 3 * (1 - along / reach), 0.2 + along / 8});
    };
    // The leak bends towards the inferior wall.
    return valve_open * stream(point.z + 6, 44, 0, 11, 8) - leak * stream(5 - point.z, 36, 0.35, 2.5, 10);
}

double PhantomHeart::to_leaflet_mm(Vec3 point) const {
    const double radius = std::hypot(point.x, point.y);
    if (radius > heart::annulus_radius + 3 || point.z < -4 || point.z > 26) return 100;
    // The anterior leaflet is the longer one.
    const double towards = radius > 0 ? -point.x / radius : 0;
    const double anterior = std::clamp(0.5 + 1.6 * towards, 0.0, 1.0);
    const double reach = 12 + 8 * anterior, hinge = heart::annulus_radius;
    const Vec3 tip{(1 - valve_open) * 0.5 + valve_open * (hinge - 0.42 * reach),
                   (1 - valve_open) * 6.5 + valve_open * (0.95 * reach), 0};
    const Vec3 bend{0.55 * hinge + 0.45 * tip.x, 0.42 * tip.y - 1.2 * (1 - valve_open) + 1.5 * valve_open, 0};
    constexpr int pieces = 6;
    double nearest = 100;
    Vec3 before{hinge, 0, 0};
    for (int piece = 1; piece <= pieces; ++piece) {
        const double t = static_cast<double>(piece) / pieces, s = 1 - t;
        const auto here = s * s * Vec3{hinge, 0, 0} + 2 * s * t * bend + t * t * tip;
        nearest = std::min(nearest, heart::to_line_mm(radius, point.z, before, here));
        before = here;
    }
    return nearest;
}

}  // namespace devices

#include "devices/phantom_chest.hpp"

#include "devices/phantom_heart.hpp"
#include "devices/synthetic_texture.hpp"

#include <cmath>
#include <numbers>

namespace devices {

using augment::Vec3;

namespace {

namespace chest {

constexpr double spine_y = 80;

/// A tube of compact bone with marrow in it.
void bone(std::vector<Tube>& tubes, const std::vector<Vec3>& line, double radius) {
    tubes.push_back({line, radius, 0.026});
    tubes.push_back({line, radius - 1.2, -0.022});
}

/// From the spine around the side and down to the front.
std::vector<Vec3> rib(double side, double top) {
    std::vector<Vec3> line;
    for (double angle = 0.16; angle < 2.35; angle += 0.13) {
        const double wide = 128 + 0.06 * (60 - top);
        line.push_back(
            {side * (8 + wide * std::sin(angle)), 2 + 100 * std::cos(angle), top - 32 * angle * angle / 1.6});
    }
    return line;
}

void vertebra(PhantomChest& body, double middle) {
    const Vec3 at{0, spine_y, middle};
    body.spine.push_back({{at, 17.5, 15, 11.2}, 0.032});
    body.spine.push_back({{at, 16.0, 13.5, 9.9}, -0.014});
    for (const double side : {-1.0, 1.0}) {
        bone(body.tubes, {{side * 10, spine_y + 11, middle + 3}, {side * 10, spine_y + 22, middle + 3}}, 3.6);
        bone(body.tubes, {{side * 12, spine_y + 20, middle + 3}, {side * 31, spine_y + 26, middle + 5}}, 3.4);
    }
    bone(body.tubes, {{0, spine_y + 24, middle}, {0, spine_y + 40, middle - 14}}, 3.2);
}

/// Branches from the hilum outwards, ever thinner.
void vessels(std::vector<Tube>& tubes, const Ellipsoid& lung, double side) {
    constexpr int branches = 34;
    const auto chance = normal_noise(8, branches, side > 0 ? 71 : 73);
    for (int i = 0; i < branches; ++i) {
        const auto way = [&](int x) { return static_cast<double>(chance.at(x, i)); };
        Vec3 at{side * (26 + 4 * way(0)), 18 + 7 * way(1), 22 + 10 * way(2)};
        Vec3 towards = augment::unit({side * (0.7 + 0.3 * way(3)), 0.6 * way(4), 0.8 * way(5)});
        double radius = 2.6 + 0.5 * way(6);
        for (int piece = 0; piece < 7 && radius > 0.5; ++piece, radius *= 0.8) {
            const auto next = at + (9 + radius) * towards;
            if (lung.outside_mm(next) > -3) break;
            tubes.push_back({{at, next}, radius, 0.0085});
            towards =
                augment::unit(towards + 0.35 * Vec3{way((piece + 1) % 8), way((piece + 4) % 8), way((piece + 6) % 8)});
            at = next;
        }
    }
}

}  // namespace chest

}  // namespace

PhantomChest::PhantomChest()
    : body{Ellipsoid::of({0, 5, -30}, augment::identity(), {172, 126, 420})},
      lungs{Ellipsoid::of({-84, 3, 20}, augment::identity(), {58, 106, 135}),
            Ellipsoid::of({86, 4, 25}, augment::identity(), {56, 104, 135})},
      mediastinum{Ellipsoid::of({2, -6, 98}, augment::identity(), {35, 60, 68}),
                  Ellipsoid::of({16, 58, 20}, augment::identity(), {17, 17, 210}),
                  Ellipsoid::of({0, 92, 0}, augment::identity(), {30, 32, 330})} {
    constexpr double pitch = 27;
    for (int level = -6; level <= 6; ++level) chest::vertebra(*this, 6 + pitch * level);
    for (int level = -4; level <= 6; ++level)
        for (const double side : {-1.0, 1.0}) chest::bone(tubes, chest::rib(side, 12 + pitch * level), 4.4);
    for (std::size_t side = 0; side < 2; ++side) chest::vessels(tubes, lungs[side], side == 0 ? -1 : 1);
}

std::array<Ellipsoid, 2> diaphragm(double breath) {
    const auto moved = heart_breath(breath);
    return {Ellipsoid::of(Vec3{-74, 0, -128} + moved, augment::identity(), {92, 112, 84}),
            Ellipsoid::of(Vec3{72, 0, -136} + moved, augment::identity(), {92, 112, 80})};
}

}  // namespace devices

#include "augment/motion.hpp"

#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace {

using augment::PictureMotion;
using augment::principal_motion;
using augment::reflector_row;
using transport::Pixels;

std::shared_ptr<Pixels> picture(int width, int height, const std::function<double(int, int)>& grey) {
    static transport::PixelPool pool;
    auto out = pool.get(transport::PixelFormat::gray8, width, height);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            out->row(0, y)[x] = static_cast<std::uint8_t>(std::clamp(grey(x, y), 0.0, 255.0));
    return out;
}

/// A slanted reflector, seen from column 60 to 200 of 256, through speckle.
std::shared_ptr<Pixels> tank(double row_in_the_middle, std::uint32_t seed) {
    std::mt19937 random{seed};
    return picture(256, 200, [&](int x, int y) {
        const double off = y - (row_in_the_middle + 0.1 * (x - 128));
        const double echo = x >= 60 && x < 200 ? 200 * std::exp(-off * off / 8) : 0;
        return echo + 20.0 * static_cast<double>(random()) / 4294967296.0;
    });
}

double same_way(const std::vector<double>& a, const std::vector<double>& b) {
    double ab = 0, aa = 0, bb = 0, sa = 0, sb = 0;
    const auto n = static_cast<double>(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) sa += a[i] / n, sb += b[i] / n;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - sa) * (b[i] - sb);
        aa += (a[i] - sa) * (a[i] - sa);
        bb += (b[i] - sb) * (b[i] - sb);
    }
    return std::abs(ab) / std::sqrt(aa * bb);
}

TEST(Motion, of_positions_is_the_way_along_their_main_direction) {
    std::vector<augment::Vec3> positions;
    std::vector<double> way;
    for (int i = 0; i < 100; ++i) {
        way.push_back(10 * std::sin(0.3 * i));
        positions.push_back({5 + 0.6 * way.back(), 0.1 * (i % 3) - 70, 300 - 0.8 * way.back()});
    }
    const auto motion = principal_motion(positions);
    EXPECT_GT(same_way(motion, way), 0.999);
    EXPECT_NEAR(std::abs(motion[10] - motion[15]), std::abs(way[10] - way[15]), 0.2) << "millimetres stay millimetres";
}

TEST(Motion, of_nothing_that_moves_is_nothing) {
    EXPECT_TRUE(principal_motion({}).empty());
    EXPECT_EQ(principal_motion({{1, 2, 3}, {1, 2, 3}}), (std::vector<double>{0, 0}));
}

TEST(Motion, a_reflector_is_found_to_a_fraction_of_a_row) {
    for (int i = 0; i < 20; ++i) {
        const double row = 60 + 3.7 * i;
        const auto found = reflector_row(*tank(row, static_cast<std::uint32_t>(i)));
        ASSERT_TRUE(found) << row;
        EXPECT_NEAR(*found, row, 0.3);
    }
}

TEST(Motion, echoes_beside_the_reflector_do_not_move_it) {
    const auto clean = tank(100, 1);
    for (int x = 70; x < 100; ++x)
        for (int y = 20; y < 24; ++y) clean->row(0, y)[x] = 255;
    const auto found = reflector_row(*clean);
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, 100, 0.5);
}

TEST(Motion, without_a_reflector_none_is_found) {
    std::mt19937 random{3};
    EXPECT_FALSE(reflector_row(*picture(256, 200, [](int, int) { return 0; })));
    EXPECT_FALSE(reflector_row(*picture(256, 200, [&](int, int) { return static_cast<double>(random() % 200); })));
}

TEST(Motion, of_pictures_follows_what_moves_in_them) {
    PictureMotion motion;
    std::vector<double> way;
    for (int i = 0; i < 80; ++i) {
        way.push_back(4 * std::sin(0.4 * i));
        motion.add(*picture(200, 160, [&](int x, int y) {
            return 120 + 60 * std::sin(0.07 * (x + 0.5 * way.back())) + 50 * std::cos(0.06 * (y - way.back()));
        }));
    }
    EXPECT_GT(same_way(motion.values(), way), 0.98);
}

TEST(Motion, the_brightness_centre_follows_a_thing_however_far_it_goes) {
    for (int i = 10; i < 180; i += 17) {
        const auto centre = augment::brightness_centre(
            *picture(200, 100, [&](int x, int y) { return std::hypot(x - i, y - 40) < 6 ? 200 : 0; }));
        EXPECT_NEAR(centre.x, i, 1e-9);
        EXPECT_NEAR(centre.y, 40, 1e-9);
    }
    EXPECT_EQ(augment::brightness_centre(*picture(8, 8, [](int, int) { return 0; })), augment::Vec3{});
}

TEST(Motion, a_rival_motion_is_told) {
    PictureMotion one, two;
    for (int i = 0; i < 80; ++i) {
        const double a = 20 * std::sin(0.4 * i), b = 20 * std::cos(0.4 * i);
        one.add(*picture(64, 64, [&](int x, int) { return 100 + (x < 32 ? a : 0); }));
        two.add(*picture(64, 64, [&](int x, int) { return 100 + (x < 32 ? a : b); }));
    }
    EXPECT_LT(one.rival(), 0.05);
    EXPECT_GT(two.rival(), 0.9);
}

TEST(Motion, pictures_smaller_than_its_grid_are_taken_too) {
    PictureMotion motion;
    for (int i = 0; i < 4; ++i) motion.add(*picture(4, 2, [&](int x, int) { return 10 * i + x; }));
    EXPECT_NEAR(std::abs(motion.values()[3] - motion.values()[0]), 30.0 * 32, 1);
}

}  // namespace

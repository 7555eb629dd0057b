#include "augment/registration_head.hpp"

#include "augment/registration_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace augment {
namespace {
namespace radiographs {

constexpr double sid = 1200, sod = 765;

XrayCamera camera() {
    return {{20, -10, sid, sod}, DetectorImage::centred(512, 512, {0.4, 0.4}, sid)};
}

Rigid some_pose(std::mt19937& random) {
    std::uniform_real_distribution<double> any{-1, 1};
    return {turn({3 * any(random), 3 * any(random), 3 * any(random)}),
            {20 * any(random), 20 * any(random), 740 + 40 * any(random)}};
}

TEST(Radiograph, is_what_the_solids_chords_add_up_to) {
    const auto head = probe_head();
    const auto image = camera().image();
    std::mt19937 random{3};
    for (int trial = 0; trial < 10; ++trial) {
        const auto pose = some_pose(random);
        const Grid grid{image, 4, {0, 0, 128, 128}};
        Field field;
        radiograph(head, grid, pose, field);
        const auto back = inverse(pose);
        double furthest = 0, most = 0;
        for (int y = 0; y < 128; ++y)
            for (int x = 0; x < 128; ++x) {
                const auto slope = grid.slope({static_cast<double>(x), static_cast<double>(y)});
                const auto along = unit({slope.x, slope.y, 1});
                double sum = 0;
                for (const auto& solid : head)
                    sum += solid.per_mm * chord_mm(solid, back({0, 0, 0}), back.rotation * along);
                furthest = std::max(furthest, std::abs(sum - static_cast<double>(field.row(y)[x])));
                most = std::max(most, sum);
            }
        EXPECT_GT(most, 0.1);
        EXPECT_LT(furthest, 2e-2);
    }
}

TEST(Grid, a_pixels_slope_leads_back_to_the_pixel_and_so_does_the_cameras_projection) {
    const auto at = camera();
    const Grid grid{at.image(), 2, {30, 40, 100, 90}};
    const Vec2 pixel{12, 34};
    const auto slope = grid.slope(pixel);
    const auto back = grid.project({700 * slope.x, 700 * slope.y, 700});
    EXPECT_NEAR(length(back - pixel), 0, 1e-9);
    const Vec3 point{10, -20, 15};
    const auto whole = *at.project(point), part = grid.project(at.in_camera(point));
    EXPECT_NEAR(part.x + 30, 0.5 * (whole.x + 0.5) - 0.5, 1e-9);
    EXPECT_NEAR(part.y + 40, 0.5 * (whole.y + 0.5) - 0.5, 1e-9);
}

TEST(Grid, its_velocity_is_what_small_steps_do) {
    const Grid grid{camera().image(), 2, {0, 0, 256, 256}};
    const Vec3 point{12, -33, 760}, speed{1, -2, 5};
    const auto off = grid.project(point + 1e-4 * speed) - grid.project(point - 1e-4 * speed);
    const auto velocity = grid.velocity(point, speed);
    EXPECT_NEAR(off.x / 2e-4, velocity.x, 1e-5);
    EXPECT_NEAR(off.y / 2e-4, velocity.y, 1e-5);
}

TEST(Region, holds_the_head_and_stays_in_the_picture) {
    const auto image = camera().image();
    const HeadExtent extent;
    std::mt19937 random{4};
    for (int trial = 0; trial < 20; ++trial) {
        const auto pose = some_pose(random);
        const auto region = region_of(extent, image, 2, pose, 1);
        const Grid whole{image, 2, {0, 0, 256, 256}};
        const auto tip = whole.project(pose({0, 12, -5}));
        if (tip.x > 1 && tip.y > 1 && tip.x < 254 && tip.y < 254) {
            EXPECT_GE(tip.x, region.x);
            EXPECT_LT(tip.x, region.x + region.width);
            EXPECT_GE(tip.y, region.y);
            EXPECT_LT(tip.y, region.y + region.height);
        }
        EXPECT_GE(region.x, 0);
        EXPECT_LE(region.x + region.width, 256);
    }
    EXPECT_TRUE(region_of(extent, image, 2, {identity(), {900, 0, 700}}, 1).empty());
}

}  // namespace radiographs
}  // namespace
}  // namespace augment

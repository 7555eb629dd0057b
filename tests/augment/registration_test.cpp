// The probe's head in rendered X-ray pictures whose truth is known. bench/fusion_accuracy has the figures.
#include "augment/registration.hpp"

#include "bench/registration_scene.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <memory>

namespace augment {
namespace {
namespace registering {

using namespace std::chrono_literals;
using bench::Scene;
using bench::target_error;
using transport::Registration;
using transport::Timestamp;

constexpr Timestamp start = transport::timestamp(1'000'000'000);
constexpr auto period = 66'667us;

Rigid near_by(const Rigid& truth) {
    return moved(truth, {{1.2, -1, 0.8}, {0.04, -0.03, 0.03}});
}

TEST(Registrar, finds_the_head_with_nothing_known) {
    Scene scene{11, {}};
    const auto truth = scene.somewhere();
    const auto camera = scene.camera(25, -12);
    Registrar registrar{probe_head()};
    EXPECT_EQ(registrar.at(start).state, Registration::searching);
    const auto pose = registrar.observe(scene.expose(camera, truth), camera, start);
    ASSERT_EQ(pose.state, Registration::registered);
    EXPECT_EQ(pose.seen, start);
    EXPECT_LT(target_error(camera, truth, pose.world_from_head).projected, 1);
    EXPECT_GT(pose.error_mm, 0.05);
    EXPECT_LT(pose.error_mm, 2);
}

TEST(Registrar, keeps_searching_where_there_is_none) {
    Scene scene{12, {}};
    const auto camera = scene.camera(0, 0);
    Registrar registrar{probe_head()};
    const auto pose = registrar.observe(scene.expose(camera, std::nullopt), camera, start);
    EXPECT_EQ(pose.state, Registration::searching);
    EXPECT_FALSE(pose.usable());
}

TEST(Registrar, follows_a_breathing_probe_while_the_c_arm_turns) {
    Scene scene{13, {}};
    const auto rest = scene.somewhere();
    Registrar registrar{probe_head()};
    for (int i = 0; i < 12; ++i) {
        const double breath = std::sin(0.105 * i);
        const auto truth = moved(rest, {{0, 1.5 * breath, 5 * breath}, {0.02 * breath, 0, 0.03 * breath}});
        const auto camera = scene.camera(-20 + 0.7 * i, 10);
        if (i == 0) registrar.place(near_by(truth), start, Registrar::Placement::refine);
        const auto pose = registrar.observe(scene.expose(camera, truth), camera, start + i * period);
        ASSERT_EQ(pose.state, Registration::registered) << i;
        EXPECT_LT(target_error(camera, truth, pose.world_from_head).projected, 1.5) << i;
        EXPECT_GT(pose.similarity, 0.9) << i;
    }
}

TEST(Registrar, follows_through_bones_catheters_and_noise_at_half_contrast) {
    Scene scene{14, bench::cluttered_scene()};
    const auto truth = scene.somewhere(10);
    const auto camera = scene.camera(30, 5);
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    const auto pose = registrar.observe(scene.expose(camera, truth), camera, start + period);
    ASSERT_EQ(pose.state, Registration::registered);
    EXPECT_LT(target_error(camera, truth, pose.world_from_head).projected, 3);
}

TEST(Registrar, ages_without_exposures_and_is_lost_in_the_end) {
    Scene scene{15, {}};
    const auto truth = scene.somewhere();
    const auto camera = scene.camera(0, 0);
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    const auto fresh = registrar.observe(scene.expose(camera, truth), camera, start);
    ASSERT_EQ(fresh.state, Registration::registered);
    EXPECT_EQ(registrar.at(start + 1s).state, Registration::registered);
    const auto aged = registrar.at(start + 2s);
    EXPECT_EQ(aged.state, Registration::ageing);
    EXPECT_TRUE(aged.usable());
    EXPECT_EQ(aged.seen, start);
    EXPECT_GT(aged.error_mm, fresh.error_mm + 1);
    EXPECT_EQ(registrar.at(start + 31s).state, Registration::lost);
    EXPECT_FALSE(registrar.at(start + 31s).usable());
}

TEST(Registrar, is_lost_when_the_probe_goes_and_finds_it_when_it_is_back) {
    Scene scene{16, {}};
    const auto truth = scene.somewhere();
    const auto camera = scene.camera(-15, 0);
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    ASSERT_EQ(registrar.observe(scene.expose(camera, truth), camera, start).state, Registration::registered);
    for (int i = 1; i <= 5; ++i) {
        const auto pose = registrar.observe(scene.expose(camera, std::nullopt), camera, start + i * period);
        EXPECT_EQ(pose.state, i < 5 ? Registration::ageing : Registration::lost) << i;
    }
    const auto back = scene.somewhere();
    const auto pose = registrar.observe(scene.expose(camera, back), camera, start + 6 * period);
    ASSERT_EQ(pose.state, Registration::registered);
    EXPECT_LT(target_error(camera, back, pose.world_from_head).projected, 1);
}

TEST(Registrar, never_calls_a_probe_found_that_has_jumped_away) {
    Scene scene{17, {}};
    const auto truth = scene.somewhere();
    const auto jumped = moved(truth, {{30, 0, 20}, {0.3, 0, 0.5}});
    const auto camera = scene.camera(0, 10);
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    ASSERT_EQ(registrar.observe(scene.expose(camera, truth), camera, start).state, Registration::registered);
    for (int i = 1; i < 8; ++i) {
        const auto pose = registrar.observe(scene.expose(camera, jumped), camera, start + i * period);
        if (pose.state != Registration::registered) continue;
        EXPECT_LT(target_error(camera, jumped, pose.world_from_head).projected, 5) << i;
    }
}

TEST(Registrar, knows_the_depth_from_two_views) {
    Scene scene{18, {}};
    const auto truth = scene.somewhere();
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    const auto first = scene.camera(-20, 0), second = scene.camera(20, 0);
    const auto one = registrar.observe(scene.expose(first, truth), first, start);
    ASSERT_EQ(one.state, Registration::registered);
    EXPECT_FALSE(one.two_views);
    const auto two = registrar.observe(scene.expose(second, truth), second, start + 4s);
    ASSERT_EQ(two.state, Registration::registered);
    EXPECT_TRUE(two.two_views);
    EXPECT_LT(target_error(second, truth, two.world_from_head).space, 0.6);
    // Steps about the source: what the depth of the head itself has.
    MarkerDoubt before, after;
    before.pose = one.covariance;
    after.pose = two.covariance;
    const auto origin = truth.translation;
    EXPECT_LT(doubt_of(second, origin, after)->along_beam_mm, 0.6 * doubt_of(first, origin, before)->along_beam_mm);
}

TEST(Registrar, does_not_believe_a_view_from_before_the_probe_was_moved) {
    Scene scene{19, {}};
    const auto truth = scene.somewhere();
    const auto pushed = moved(truth, {{0, 0, -3}, {}});
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    const auto first = scene.camera(-20, 0), second = scene.camera(20, 0);
    registrar.observe(scene.expose(first, truth), first, start);
    const auto pose = registrar.observe(scene.expose(second, pushed), second, start + 4s);
    ASSERT_EQ(pose.state, Registration::registered);
    EXPECT_FALSE(pose.two_views);
    EXPECT_LT(target_error(second, pushed, pose.world_from_head).projected, 1.5);
}

TEST(Registrar, what_is_held_by_hand_stays_until_it_is_searched_anew) {
    Scene scene{20, {}};
    const auto truth = scene.somewhere();
    const auto elsewhere = moved(truth, {{15, 0, 10}, {0.2, 0, 0}});
    const auto camera = scene.camera(0, 0);
    const auto xray = scene.expose(camera, truth);
    Registrar registrar{probe_head()};
    registrar.place(elsewhere, start, Registrar::Placement::hold);
    const auto held = registrar.observe(xray, camera, start + period);
    EXPECT_EQ(held.state, Registration::registered);
    EXPECT_TRUE(held.held);
    EXPECT_EQ(held.world_from_head.translation, elsewhere.translation);
    EXPECT_EQ(registrar.at(start + 5s).state, Registration::ageing) << "no X-ray for a while";
    registrar.search();
    EXPECT_EQ(registrar.at(start + 5s).state, Registration::searching);
    const auto found = registrar.observe(xray, camera, start + 6s);
    ASSERT_EQ(found.state, Registration::registered);
    EXPECT_LT(target_error(camera, truth, found.world_from_head).projected, 1);
}

TEST(Registrar, a_pose_that_is_no_number_is_not_taken) {
    Registrar registrar{probe_head()};
    Rigid broken;
    broken.translation.y = std::numeric_limits<double>::quiet_NaN();
    registrar.place(broken, start, Registrar::Placement::hold);
    EXPECT_EQ(registrar.at(start).state, Registration::searching);
}

TEST(Registrar, a_picture_that_is_smaller_than_its_geometry_says_shows_nothing) {
    Scene scene{21, {}};
    const auto truth = scene.somewhere();
    const auto camera = scene.camera(0, 0);
    auto xray = scene.expose(camera, truth);
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    xray.height = 100;
    EXPECT_EQ(registrar.observe(xray, camera, start).state, Registration::ageing);
    xray.width = 8;
    xray.height = 8;
    registrar.search();
    EXPECT_EQ(registrar.observe(xray, camera, start).state, Registration::searching);
}

TEST(Registrar, reads_the_luma_of_a_coloured_picture) {
    Scene scene{22, {}};
    const auto truth = scene.somewhere();
    const auto camera = scene.camera(5, 5);
    auto xray = scene.expose(camera, truth);
    xray.format = transport::PixelFormat::i420;
    const auto grey = std::make_shared<std::vector<std::uint8_t>>(256 * 256, std::uint8_t{128});
    xray.planes[1] = xray.planes[2] = {grey->data(), 256};
    Registrar registrar{probe_head()};
    registrar.place(near_by(truth), start, Registrar::Placement::refine);
    EXPECT_EQ(registrar.observe(xray, camera, start).state, Registration::registered);
}

}  // namespace registering
}  // namespace
}  // namespace augment

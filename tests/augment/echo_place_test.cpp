// Where the echo is laid, and when it may not be.
#include "augment/echo_place.hpp"

#include "fakes/seen_probe.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace augment;
using namespace seen_probe;

constexpr auto most_skew = 100ms;

EchoPlace placed(const Paired& frames, Microseconds later = 0us) {
    return place_of(frames, probe(), most_skew, exposed + later);
}

TEST(EchoPlace, a_registered_probe_lays_the_echo_where_the_camera_sees_its_plane) {
    const auto pair = both();
    const auto place = placed(pair);
    EXPECT_EQ(place.placing.registration, Registration::registered);
    EXPECT_TRUE(place.texture);
    EXPECT_TRUE(place.outline);
    ASSERT_TRUE(place.echo);
    const Vec2 pixel{430, 300};
    const auto in_space = table_from_array()(place.plane->in_array(pixel));
    const auto seen = *place.camera->project(in_space), laid = *place.echo->to_xray(pixel);
    EXPECT_NEAR(seen.x, laid.x, 1e-6);
    EXPECT_NEAR(seen.y, laid.y, 1e-6);
}

TEST(EchoPlace, what_lies_on_the_table_moves_with_it) {
    auto pair = both();
    const auto before = *placed(pair).echo->to_xray({400, 200});
    pair.xray->header.geometry.table_mm = {0, 0, 20};
    const auto after = *placed(pair).echo->to_xray({400, 200});
    EXPECT_LT(after.y, before.y - 20);  // towards the head is up
}

TEST(EchoPlace, a_trackers_pose_goes_before_registration_and_is_the_isocentres) {
    auto pair = both();
    pair.xray->header.geometry.table_mm = {3, 2, 1};
    auto tracked = table_from_array();
    tracked.translation = {5, 50, -7};
    pair.ultrasound->header.geometry.sector->tracked = pose_of(tracked);
    const auto place = placed(pair);
    const auto there = place.probe->table_from_array.translation;
    EXPECT_NEAR(there.x, 2, 1e-9);
    EXPECT_NEAR(there.y, 48, 1e-9);
    EXPECT_NEAR(there.z, -8, 1e-9);
}

TEST(EchoPlace, without_the_geometry_of_both_it_is_placed_by_hand) {
    for (const int missing : {0, 1, 2}) {
        auto pair = both();
        if (missing == 0) pair.xray->header.geometry.c_arm.reset();
        if (missing == 1) pair.ultrasound->header.geometry.sector.reset();
        if (missing == 2) pair.xray->header.geometry.c_arm->source_isocentre_mm = 2000;  // behind the detector
        const auto place = placed(pair);
        EXPECT_EQ(place.placing.registration, Registration::by_hand) << missing;
        EXPECT_TRUE(place.texture) << missing;
        EXPECT_FALSE(place.echo || place.outline) << missing;
    }
    const auto nobody_looks = place_of(both(), std::nullopt, most_skew, exposed);
    EXPECT_EQ(nobody_looks.placing.registration, Registration::by_hand);
}

TEST(EchoPlace, a_pose_ages_after_a_second_and_is_lost_after_thirty) {
    const auto pair = both();
    EXPECT_EQ(placed(pair, 1'000ms).placing.registration, Registration::registered);
    const auto old = placed(pair, 1'001ms);
    EXPECT_EQ(old.placing.registration, Registration::ageing);
    EXPECT_TRUE(old.outline);
    EXPECT_FALSE(old.texture);
    const auto lost = placed(pair, 30'001ms);
    EXPECT_EQ(lost.placing.registration, Registration::lost);
    EXPECT_FALSE(lost.texture || lost.outline || lost.echo);
}

TEST(EchoPlace, a_probe_that_moves_is_where_it_has_got_to_by_the_exposure) {
    auto pair = both();
    auto known = probe();
    known.per_second.translation = {0, 0, -20};
    const auto at = [&] { return place_of(pair, known, most_skew, exposed).probe->table_from_array.translation.z; };
    EXPECT_NEAR(at(), 0, 1e-12);
    known.seen = exposed - 100ms;
    EXPECT_NEAR(at(), -2, 1e-9);
    known.seen = exposed - 2s;  // no further than a third of a second
    EXPECT_NEAR(at(), -6, 1e-9);
}

TEST(EchoPlace, what_has_not_been_seen_for_a_while_is_less_sure_and_beyond_5_mm_not_registered) {
    auto pair = both();
    auto known = probe();
    known.seen = exposed - 300ms;
    const auto unknown_motion = place_of(pair, known, most_skew, exposed);
    EXPECT_NEAR(unknown_motion.placing.error_mm, 0.8 + 0.3 * 12, 1e-9);
    EXPECT_EQ(unknown_motion.placing.registration, Registration::registered);
    known.seen = exposed - 400ms;
    const auto too_long = place_of(pair, known, most_skew, exposed);
    EXPECT_EQ(too_long.placing.registration, Registration::ageing);
    EXPECT_FALSE(too_long.texture);
    EXPECT_TRUE(too_long.outline);
    known.per_second.translation = {0, 0, -10};
    EXPECT_EQ(place_of(pair, known, most_skew, exposed).placing.registration, Registration::registered);
}

TEST(EchoPlace, a_depth_that_one_view_left_in_doubt_is_an_error_in_a_view_from_the_side) {
    auto pair = both();
    auto& c_arm = *pair.xray->header.geometry.c_arm;
    c_arm.primary_angle_degrees = c_arm.secondary_angle_degrees = 0;
    auto known = probe();
    known.doubt[1][1] = 9;  // 3 mm, front to back: along this beam
    const auto before = place_of(pair, known, most_skew, exposed);
    EXPECT_NEAR(before.placing.error_mm, 0.8, 0.3);
    EXPECT_EQ(before.placing.registration, Registration::registered);
    c_arm.primary_angle_degrees = 30;
    EXPECT_NEAR(place_of(pair, known, most_skew, exposed).placing.error_mm, 2.45 * 3 * std::sin(30 * 0.0174533), 0.5);
    c_arm.primary_angle_degrees = 70;
    const auto after = place_of(pair, known, most_skew, exposed);
    EXPECT_NEAR(after.placing.error_mm, 2.45 * 3 * std::sin(70 * 0.0174533), 0.5);
    EXPECT_EQ(after.placing.registration, Registration::ageing);
    EXPECT_FALSE(after.texture);
}

TEST(EchoPlace, searching_and_lost_lay_nothing) {
    for (const auto state : {Registration::searching, Registration::lost}) {
        auto known = probe();
        known.registration = state;
        const auto place = place_of(both(), known, most_skew, exposed);
        EXPECT_EQ(place.placing.registration, state);
        EXPECT_FALSE(place.texture || place.outline || place.echo);
    }
}

TEST(EchoPlace, with_the_pedal_up_the_edge_stays_and_ages_while_the_texture_goes) {
    auto pair = both();
    pair.xray->header.beam_on = false;
    const auto place = placed(pair);
    EXPECT_EQ(place.placing.registration, Registration::ageing);
    EXPECT_TRUE(place.outline);
    EXPECT_FALSE(place.texture);
}

TEST(EchoPlace, above_the_skews_limit_the_texture_goes_and_the_edge_stays) {
    auto pair = both();
    pair.ultrasound->header.timeline.mark(Stage::acquired, exposed + 101ms);
    const auto place = placed(pair);
    EXPECT_FALSE(place.texture);
    EXPECT_TRUE(place.outline);
}

TEST(EchoPlace, a_plane_along_the_beam_shows_its_edge_alone) {
    auto pair = both();
    pair.xray->header.geometry.c_arm = CArmGeometry{0, 0, 1200, 765};
    const auto place = placed(pair);
    EXPECT_TRUE(place.placing.edge_on);
    EXPECT_TRUE(place.outline);
    EXPECT_FALSE(place.texture);
}

TEST(EchoPlace, a_probe_behind_the_source_lays_nothing) {
    auto known = probe();
    known.table_from_array.translation = {0, 5000, 0};
    const auto place = place_of(both(), known, most_skew, exposed);
    EXPECT_FALSE(place.texture || place.outline || place.echo);
}

TEST(EchoPlace, the_poses_doubt_is_the_same_whether_it_is_told_about_the_probe_or_the_camera) {
    const auto pair = both();
    const auto place = placed(pair);
    const Vec3 target{10, -20, 15};
    MarkerDoubt doubt;
    doubt.pose = doubt_in_camera(*place.probe, *place.camera);
    const auto told = *doubt_of(*place.camera, target, doubt);
    // The same by moving the probe: columns of d(pixel)/d(step), at the head.
    const auto jacobian = place.camera->jacobian(target);
    const auto arm = target - place.probe->table_from_array.translation;
    double trace = 0;
    for (std::size_t axis = 0; axis < 6; ++axis) {
        Vec3 step{};
        if (axis < 3) (axis == 0 ? step.x : axis == 1 ? step.y : step.z) = 1;
        const Vec3 turn = axis == 3 ? Vec3{1, 0, 0} : axis == 4 ? Vec3{0, 1, 0} : Vec3{0, 0, 1};
        if (axis >= 3) step = cross(turn, arm);
        for (std::size_t row = 0; row < 2; ++row) {
            const double moved = jacobian[row][0] * step.x + jacobian[row][1] * step.y + jacobian[row][2] * step.z;
            trace += place.probe->doubt[axis][axis] * moved * moved;
        }
    }
    EXPECT_NEAR(told.longer_px * told.longer_px + told.shorter_px * told.shorter_px, 5.991 * trace, 1e-6 * trace);
}

TEST(EchoPlace, an_xray_that_is_held_or_late_ages_and_one_that_stays_away_is_gone) {
    auto xray = both().xray->header;
    EXPECT_EQ(age_of(xray, exposed + 150ms), XrayAge::live);
    EXPECT_EQ(age_of(xray, exposed + 250ms), XrayAge::ageing);
    EXPECT_EQ(age_of(xray, exposed + 1001ms), XrayAge::gone);
    xray.period = 300ms;  // a slow one
    EXPECT_EQ(age_of(xray, exposed + 850ms), XrayAge::live);
    EXPECT_EQ(age_of(xray, exposed + 1400ms), XrayAge::ageing);
    xray.period = std::chrono::hours{1};  // a lie
    EXPECT_EQ(age_of(xray, exposed + 3s), XrayAge::gone);
    xray.period = 33'333us;
    xray.content_changed = exposed - 150ms;
    EXPECT_EQ(age_of(xray, exposed), XrayAge::live);
    xray.content_changed = exposed - 250ms;
    EXPECT_EQ(age_of(xray, exposed), XrayAge::ageing) << "the same picture again and again";
    xray.content_changed.reset();
    xray.beam_on = false;
    EXPECT_EQ(age_of(xray, exposed), XrayAge::ageing);
    xray.timeline = {};
    EXPECT_EQ(age_of(xray, exposed), XrayAge::gone) << "nobody knows when it was taken";
}

}  // namespace

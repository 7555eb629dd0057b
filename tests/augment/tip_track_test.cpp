// A catheter's tip in drawn pictures whose truth is known: followed, missed, and lost rather than mistaken.
#include "augment/tip_watch.hpp"

#include "augment/geometry.hpp"
#include "augment/tip_motion.hpp"
#include "fakes/seen_probe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace {

namespace tip_track {

using namespace augment;
using namespace transport;
using namespace std::chrono_literals;

/// A straight end of 60 pixels, bending away behind.
struct Wire {
    Vec2 tip{256, 256};
    double angle = 2.2;  ///< towards the tip, radians
    double darkness = 60;
    double half_width = 3.5;
};

double to_wire(Vec2 at, const Wire& wire) {
    const Vec2 along{std::cos(wire.angle), std::sin(wire.angle)};
    const double behind = -((at.x - wire.tip.x) * along.x + (at.y - wire.tip.y) * along.y);
    const double aside = (at.y - wire.tip.y) * along.x - (at.x - wire.tip.x) * along.y;
    if (behind < 0) return std::hypot(behind, aside);
    const double bend = behind > 60 ? std::pow((behind - 60) / 12, 2) : 0;
    return behind > 200 ? 1e9 : std::abs(aside - bend);
}

/// Lung and ribs, grain, wires.
Frame exposure(int number, const std::vector<Wire>& wires, double flat = 1) {
    Frame out = seen_probe::picture(Modality::xray, PixelFormat::gray8, 512, 512);
    const auto pixels = PixelPool{}.get(PixelFormat::gray8, 512, 512);
    std::uint32_t grain = 7U * static_cast<std::uint32_t>(number) + 1;
    for (int y = 0; y < 512; ++y)
        for (int x = 0; x < 512; ++x) {
            grain = grain * 1664525U + 1013904223U;
            double value = 150 + flat * (25 * std::sin(x / 60.0) + 12 * std::sin((y + 0.3 * x) / 17.0) +
                                         8 * (static_cast<double>(grain >> 8U) / (1U << 24U) - 0.5));
            for (const auto& wire : wires) {
                const double off = to_wire({1.0 * x, 1.0 * y}, wire) - wire.half_width;
                if (off < 6) value -= wire.darkness / (1 + std::exp(1.5 * off));
            }
            pixels->row(0, y)[x] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
        }
    out.pixels = pixels;
    out.header.stream = 2;
    out.header.sequence = static_cast<std::uint32_t>(number + 1);
    out.header.timeline.mark(Stage::acquired, seen_probe::exposed + number * 33'333us);
    out.header.geometry = seen_probe::both().xray->header.geometry;
    return out;
}

/// As a beat moves it: 30 pixels to and fro in 24 exposures, and turning.
Wire beating(int number) {
    const double beat = std::sin(2 * std::numbers::pi * number / 24);
    return {.tip = {256 + 14 * beat, 250 - 9 * beat}, .angle = 2.2 + 0.15 * beat};
}

TipTracker clicked(const Wire& wire = {}, Vec2 off = {}) {
    auto tracker = TipTracker::at(exposure(0, {wire}), wire.tip + off);
    EXPECT_TRUE(tracker);
    return *tracker;
}

TEST(TipTrack, a_click_beside_a_wires_end_is_taken_to_the_end) {
    for (const double angle : {0.0, 1.1, 2.6, 4.0, 5.5}) {
        const Wire wire{.angle = angle};
        for (const Vec2 off : {Vec2{0, 0}, Vec2{8, 6}, Vec2{-10, 0}, Vec2{3, -9}})
            EXPECT_LT(length(clicked(wire, off).tip().at - wire.tip), 2) << angle << ' ' << off.x << ' ' << off.y;
    }
}

TEST(TipTrack, where_no_wire_ends_nothing_is_followed) {
    EXPECT_FALSE(TipTracker::at(exposure(0, {}), {256, 256}));
    EXPECT_FALSE(TipTracker::at(exposure(0, {}, 0), {256, 256})) << "a flat picture";
    const Wire wire;
    const Vec2 along{std::cos(wire.angle), std::sin(wire.angle)};
    EXPECT_FALSE(TipTracker::at(exposure(0, {wire}), {256 - 45 * along.x, 256 - 45 * along.y})) << "it goes on there";
    const double none = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(TipTracker::at(exposure(0, {wire}), {none, 256}));
    EXPECT_FALSE(TipTracker::at(exposure(0, {}), {-0.5, 511.5}));
}

TEST(TipTrack, it_is_followed_through_beats_to_a_pixel) {
    auto tracker = clicked(beating(0), {6, -7});
    for (int i = 1; i < 60; ++i) {
        const auto tip = tracker.follow(exposure(i, {beating(i)}));
        ASSERT_EQ(tip.state, Tip::State::tracking) << i;
        EXPECT_LT(length(tip.at - beating(i).tip), 1.5) << i;
        EXPECT_GT(tip.confidence, 0.5) << i;
        EXPECT_EQ(tip.seen, seen_probe::exposed + i * 33'333us);
    }
}

TEST(TipTrack, missed_in_three_exposures_it_coasts_and_is_found_again) {
    auto tracker = clicked();
    for (int i = 1; i < 5; ++i) tracker.follow(exposure(i, {Wire{}}));
    for (int i = 5; i < 8; ++i) {
        const auto tip = tracker.follow(exposure(i, {}));
        EXPECT_EQ(tip.state, Tip::State::coasting);
        EXPECT_EQ(tip.confidence, 0);
        EXPECT_EQ(tip.seen, seen_probe::exposed + 4 * 33'333us);
    }
    EXPECT_EQ(tracker.follow(exposure(8, {Wire{}})).state, Tip::State::tracking);
}

TEST(TipTrack, missed_in_four_it_is_lost_and_stays_so) {
    auto tracker = clicked();
    for (int i = 1; i < 4; ++i) tracker.follow(exposure(i, {}));
    EXPECT_EQ(tracker.follow(exposure(4, {})).state, Tip::State::lost);
    EXPECT_EQ(tracker.follow(exposure(5, {Wire{}})).state, Tip::State::lost);
}

TEST(TipTrack, another_tip_is_not_taken_for_it) {
    for (const double apart : {30.0, 60.0}) {
        const Wire other{.tip = {256 + apart, 256}};
        auto tracker = TipTracker::at(exposure(0, {Wire{}, other}), {256, 256});
        ASSERT_TRUE(tracker);
        ASSERT_EQ(tracker->follow(exposure(1, {Wire{}, other})).state, Tip::State::tracking);
        for (int i = 2; i < 10; ++i)
            EXPECT_NE(tracker->follow(exposure(i, {other})).state, Tip::State::tracking) << apart << ' ' << i;
        EXPECT_EQ(tracker->tip().state, Tip::State::lost);
    }
}

TEST(TipTrack, what_jumps_farther_than_any_heart_beats_is_lost) {
    auto tracker = clicked();
    for (int i = 1; i < 8; ++i)
        EXPECT_NE(tracker.follow(exposure(i, {Wire{.tip = {330, 200}}})).state, Tip::State::tracking);
    EXPECT_EQ(tracker.tip().state, Tip::State::lost);
}

TEST(TipTrack, what_leaves_the_picture_is_lost) {
    auto tracker = clicked({.tip = {440, 256}, .angle = 0});
    int i = 1;
    for (; i < 30; ++i) {
        const Wire wire{.tip = {440.0 + 6 * i, 256}, .angle = 0};
        const auto tip = tracker.follow(exposure(i, {wire}));
        if (tip.state == Tip::State::tracking) {
            EXPECT_LT(length(tip.at - wire.tip), 4);
        }
        if (wire.tip.x > 520) {
            EXPECT_NE(tip.state, Tip::State::tracking) << i;
        }
    }
    EXPECT_EQ(tracker.tip().state, Tip::State::lost);
}

Frame held(int number, const Frame& last) {
    auto out = exposure(number, {});
    out.pixels = last.pixels;
    out.header.beam_on = false;
    return out;
}

TEST(TipTrack, while_the_pedal_is_up_it_is_held_and_then_found_within_a_beats_reach) {
    auto tracker = clicked();
    const auto last = exposure(1, {Wire{}});
    const auto before = tracker.follow(last);
    for (int i = 2; i < 30; ++i) {
        const auto tip = tracker.follow(held(i, last));
        EXPECT_EQ(tip.state, Tip::State::held);
        EXPECT_EQ(tip.confidence, 0);
        EXPECT_EQ(tip.at, before.at);
        EXPECT_EQ(tip.seen, before.seen);
    }
    const Wire moved{.tip = {272, 238}, .angle = 2.35};
    const auto tip = tracker.follow(exposure(30, {moved}));
    EXPECT_EQ(tip.state, Tip::State::tracking);
    EXPECT_LT(length(tip.at - moved.tip), 2);
}

TEST(TipTrack, after_a_pause_what_is_far_away_or_long_ago_is_not_it) {
    for (const bool far : {true, false}) {
        auto tracker = clicked();
        const auto last = exposure(1, {Wire{}});
        tracker.follow(last);
        tracker.follow(held(2, last));
        const int first = far ? 30 : 30 * 25;  // 1 s; 25 s
        for (int i = first; i < first + 6; ++i)
            EXPECT_NE(tracker.follow(exposure(i, {far ? Wire{.tip = {380, 200}} : Wire{}})).state,
                      Tip::State::tracking);
        EXPECT_EQ(tracker.tip().state, Tip::State::lost);
    }
}

TEST(TipTrack, exposures_that_did_not_come_are_a_pause_too) {
    auto tracker = clicked();
    tracker.follow(exposure(1, {Wire{}}));
    EXPECT_EQ(tracker.follow(exposure(12, {})).state, Tip::State::held);  // 0.37 s later, and not found: not coasting
    EXPECT_EQ(tracker.follow(exposure(13, {Wire{.tip = {280, 256}}})).state, Tip::State::tracking);
}

TEST(TipTrack, an_exposure_that_is_shown_twice_is_one_observation) {
    auto tracker = clicked();
    auto first = exposure(1, {Wire{}});
    first.header.content_changed = seen_probe::exposed;
    const auto tip = tracker.follow(first);
    auto again = exposure(2, {});
    again.header.content_changed = seen_probe::exposed + 300us;  // the node's clock, compared anew
    EXPECT_EQ(tracker.follow(again), tip);
}

TEST(TipTrack, one_exposure_shown_on_and_on_is_a_pause_and_no_tracking) {
    auto tracker = clicked();
    const auto repeated = [](int number) {
        auto out = exposure(number, {Wire{}});
        out.header.content_changed = seen_probe::exposed + 33'333us;
        return out;
    };
    for (int i = 1; i < 7; ++i) EXPECT_EQ(tracker.follow(repeated(i)).state, Tip::State::tracking) << i;
    for (int i = 8; i < 30; ++i) EXPECT_EQ(tracker.follow(repeated(i)).state, Tip::State::held) << i;
    auto next = exposure(30, {Wire{.tip = {280, 256}}});
    next.header.content_changed = acquisition(next.header);
    EXPECT_EQ(tracker.follow(next).state, Tip::State::tracking);
}

TEST(TipTrack, a_moving_table_takes_it_along_a_turned_c_arm_or_a_zoom_loses_it) {
    const Wire wire;
    const auto geometry = exposure(0, {}).header.geometry;
    const auto after = [&](const ImageGeometry& changed, Vec2 tip) {
        auto tracker = clicked(wire);
        tracker.follow(exposure(1, {wire}));
        auto next = exposure(2, {Wire{.tip = tip}});
        next.header.geometry = changed;
        return tracker.follow(next);
    };
    auto moved = geometry;
    moved.table_mm = {0, 0, 12};
    const auto before = exposure(0, {}).header;
    auto header = before;
    header.geometry = moved;
    const auto there = carried_by_c_arm(wire.tip, before, header);
    ASSERT_TRUE(there);
    EXPECT_GT(length(there->at - wire.tip), 25);  // more than it could move by itself
    const auto tip = after(moved, there->at);
    EXPECT_EQ(tip.state, Tip::State::tracking);
    EXPECT_LT(length(tip.at - there->at), 2);

    auto turned = geometry;
    turned.c_arm->primary_angle_degrees += 20;
    EXPECT_EQ(after(turned, wire.tip).state, Tip::State::lost);
    auto zoomed = geometry;
    zoomed.spacing->x_mm_per_pixel = zoomed.spacing->y_mm_per_pixel = 0.3;
    EXPECT_EQ(after(zoomed, wire.tip).state, Tip::State::lost);
    auto silent = geometry;
    silent.c_arm.reset();
    EXPECT_EQ(after(silent, wire.tip).state, Tip::State::lost);
}

TEST(TipTrack, a_c_arm_that_turns_a_little_carries_the_isocentres_plane) {
    auto from = exposure(0, {}).header;
    from.geometry.table_mm = {12, 130, -40};
    auto to = from;
    to.geometry.c_arm->primary_angle_degrees += 2;
    const auto before = *camera_of(from.geometry, 512, 512), after = *camera_of(to.geometry, 512, 512);
    const auto right = before.rotation()[0], up = before.rotation()[1], along = before.rotation()[2];
    const Vec3 aside{15 * right[0] - 20 * up[0], 15 * right[1] - 20 * up[1], 15 * right[2] - 20 * up[2]};
    const auto in_plane = inverse(world_from_table(from.geometry))({0, 0, 0}) + aside;
    const auto carried = carried_by_c_arm(*before.project(in_plane), from, to);
    ASSERT_TRUE(carried);
    EXPECT_LT(length(carried->at - *after.project(in_plane)), 1e-6);
    // And what lies 40 mm behind it is within the doubt.
    const Vec3 behind = in_plane + 40.0 * Vec3{along[0], along[1], along[2]};
    const auto told = *carried_by_c_arm(*before.project(behind), from, to);
    EXPECT_LT(length(told.at - *after.project(behind)), told.doubt_px);
}

TEST(TipTrack, another_stream_size_or_run_is_another_tip) {
    const auto after = [](auto change) {
        auto tracker = clicked();
        auto next = exposure(1, {Wire{}});
        change(next.header);
        return tracker.follow(next).state;
    };
    EXPECT_EQ(after([](FrameHeader&) {}), Tip::State::tracking);
    EXPECT_EQ(after([](FrameHeader& header) { header.stream = 3; }), Tip::State::lost);
    EXPECT_EQ(after([](FrameHeader& header) { header.sequence = 1; }), Tip::State::lost);
    EXPECT_EQ(after([](FrameHeader& header) { header.width = header.height = 256; }), Tip::State::lost);
    EXPECT_EQ(after([](FrameHeader& header) { header.timeline = {}; }), Tip::State::lost);
}

TEST(TipWatch, knows_where_the_tip_was_in_a_frame_that_is_not_the_newest) {
    TipWatch watch;
    const auto shown = exposure(0, {beating(0)});
    EXPECT_FALSE(watch.in(shown.header, seen_probe::exposed));
    ASSERT_FALSE(watch.set(shown, beating(0).tip));
    for (int i = 1; i < 6; ++i) watch.follow(exposure(i, {beating(i)}), seen_probe::exposed);
    for (int i = 0; i < 6; ++i) {
        const auto tip = watch.in(exposure(i, {}).header, seen_probe::exposed);
        ASSERT_TRUE(tip) << i;
        EXPECT_LT(length(tip->at - beating(i).tip), 1.5);
    }
    EXPECT_FALSE(watch.in(exposure(6, {}).header, seen_probe::exposed)) << "nobody has looked at that one";
    watch.forget();
    EXPECT_FALSE(watch.in(shown.header, seen_probe::exposed));
    EXPECT_FALSE(watch.newest());
}

TEST(TipWatch, a_node_that_starts_over_is_not_taken_for_the_one_before) {
    TipWatch watch;
    ASSERT_FALSE(watch.set(exposure(5, {Wire{}}), {256, 256}));
    for (int i = 1; i < 6; ++i) watch.follow(exposure(i, {Wire{}}), seen_probe::exposed);
    EXPECT_EQ(watch.in(exposure(5, {}).header, seen_probe::exposed)->state, Tip::State::lost);
}

TEST(TipWatch, says_for_some_seconds_that_it_is_lost) {
    TipWatch watch;
    ASSERT_FALSE(watch.set(exposure(0, {Wire{}}), {256, 256}));
    const auto lost_at = seen_probe::exposed + 1s;
    for (int i = 1; i < 6; ++i) watch.follow(exposure(i, {}), lost_at);
    const auto newest = exposure(5, {}).header;
    ASSERT_TRUE(watch.in(newest, lost_at + 4s));
    EXPECT_EQ(watch.in(newest, lost_at + 4s)->state, Tip::State::lost);
    EXPECT_FALSE(watch.in(newest, lost_at + 6s));
    EXPECT_EQ(watch.set(exposure(6, {}), {256, 256}), "tip: no wire ends there");
}

}  // namespace tip_track

}  // namespace

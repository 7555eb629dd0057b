// Whether the echo's place in the X-ray may be believed, judged by the display's own clock.
#include "render/freshness.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace render {
namespace {

namespace registration {

using namespace std::chrono_literals;
using transport::Microseconds;
using transport::Modality;
using transport::Placing;
using transport::Registration;
using transport::Stage;
using transport::Timestamp;

constexpr Timestamp start = transport::timestamp(1'000'000'000);

/// Both modalities at 30/s, and a probe that was last seen so long ago.
struct Placed {
    Freshness freshness{transport::FreshnessLimits{}};
    transport::Stamp stamp;
    Timestamp now = start;

    Placed() {
        stamp.sources.resize(2);
        stamp.sources[1].header.modality = Modality::xray;
        for (auto& source : stamp.sources) source.header.period = 33'333us;
        stamp.placing = {Registration::registered, start, 0.8, {10, 10, 100, 100}, false};
    }
    FusionVerdict after(Microseconds unseen) {
        for (int i = 0; i < 5; ++i) {
            now += 33'333us;
            for (auto& source : stamp.sources) {
                ++source.header.sequence;
                source.header.timeline.mark(Stage::captured, now - 10ms);
                source.header.content_changed = now - 10ms;
            }
            stamp.placing.seen = now - unseen;
            freshness.saw(stamp, now);
        }
        return freshness.judge(now).fusion;
    }
};

TEST(Registered, is_what_was_seen_within_a_second) {
    Placed placed;
    const auto fusion = placed.after(1'000ms);
    EXPECT_EQ(fusion.registration, Registration::registered);
    EXPECT_TRUE(fusion.trusted && fusion.drawn_live);
}

TEST(Registered, ages_by_the_displays_own_clock_whatever_the_server_says) {
    Placed placed;
    const auto fusion = placed.after(1'001ms);
    EXPECT_EQ(fusion.registration, Registration::ageing);
    EXPECT_EQ(fusion.unseen, Microseconds{1'001'000});
    EXPECT_TRUE(fusion.drawn_live);
}

TEST(Registered, is_lost_after_thirty_seconds_and_nothing_of_it_may_be_shown) {
    Placed placed;
    const auto fusion = placed.after(30'001ms);
    EXPECT_EQ(fusion.registration, Registration::lost);
    EXPECT_FALSE(fusion.trusted || fusion.drawn_live);
}

TEST(Registered, of_an_unknown_time_is_lost) {
    Placed placed;
    placed.after(0ms);
    placed.stamp.placing.seen.reset();
    placed.freshness.saw(placed.stamp, placed.now);
    EXPECT_EQ(placed.freshness.judge(placed.now).fusion.registration, Registration::lost);
}

TEST(Registered, not_found_is_not_trusted_though_both_pictures_are_live_and_together) {
    for (const auto state : {Registration::searching, Registration::lost}) {
        Placed placed;
        placed.stamp.placing.registration = state;
        const auto fusion = placed.after(0ms);
        EXPECT_TRUE(fusion.synced);
        EXPECT_FALSE(fusion.trusted || fusion.drawn_live);
        EXPECT_EQ(fusion.why, "the probe is not found in the X-ray");
    }
}

TEST(Registered, geometry_stays_drawn_while_unsynced_and_goes_with_either_source) {
    Placed placed;
    placed.after(0ms);
    placed.stamp.sources[0].header.timeline.mark(Stage::captured, placed.now - 150ms);
    ++placed.stamp.sources[0].header.sequence;
    placed.freshness.saw(placed.stamp, placed.now);
    const auto unsynced = placed.freshness.judge(placed.now).fusion;
    EXPECT_FALSE(unsynced.trusted);
    Placed gone;
    gone.after(0ms);
    EXPECT_FALSE(gone.freshness.judge(gone.now + 300ms).fusion.drawn_live);
}

TEST(Registered, with_the_beam_off_no_skew_is_told_and_the_drawn_geometry_stays) {
    Placed placed;
    placed.after(0ms);
    placed.stamp.sources[1].header.beam_on = false;
    const auto fusion = placed.after(0ms);
    EXPECT_FALSE(fusion.skew.has_value());
    EXPECT_FALSE(fusion.trusted);
    EXPECT_TRUE(fusion.drawn_live);
    EXPECT_EQ(fusion.why, "the beam is off");
}

TEST(Registered, by_hand_needs_no_probe) {
    Placed placed;
    placed.stamp.placing = Placing{};
    const auto fusion = placed.after(0ms);
    EXPECT_EQ(fusion.registration, Registration::by_hand);
    EXPECT_TRUE(fusion.trusted);
}

}  // namespace registration

}  // namespace
}  // namespace render

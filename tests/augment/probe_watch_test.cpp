// The probe is looked for beside the pictures, as often as the machine can bear, and a hand overrules it.
#include "augment/probe_watch.hpp"

#include "augment/probe_head.hpp"
#include "fakes/seen_probe.hpp"
#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

namespace {

using namespace augment;
using namespace seen_probe;

struct Watched {
    fakes::SteppedClock clock;
    std::vector<KnownProbe> told;
    ProbeWatch watch{std::make_unique<Registrar>(probe_head()), clock,
                     [this](const KnownProbe& probe) { told.push_back(probe); }, ProbeWatch::Stepping::by_caller};

    Frame exposure() {
        auto frame = *both().xray;
        frame.header.timeline.mark(Stage::acquired, clock.now());
        return frame;
    }
    bool look() {
        watch.offer(exposure());
        return watch.step({}, 0us);
    }
};

TEST(ProbeWatch, an_empty_exposure_is_searched_and_nothing_is_found) {
    Watched it;
    EXPECT_TRUE(it.look());
    ASSERT_EQ(it.told.size(), 1U);
    EXPECT_EQ(it.told[0].registration, Registration::searching);
}

TEST(ProbeWatch, a_search_that_failed_is_not_begun_again_within_a_second) {
    Watched it;
    EXPECT_TRUE(it.look());
    it.clock.advance(999ms);
    EXPECT_FALSE(it.look());
    it.clock.advance(1ms);
    EXPECT_TRUE(it.look());
}

TEST(ProbeWatch, a_hand_places_it_and_a_hand_takes_it_away) {
    Watched it;
    it.watch.place(table_from_array());
    EXPECT_TRUE(it.told.empty());
    EXPECT_TRUE(it.watch.step({}, 0us));
    ASSERT_EQ(it.told.size(), 1U);
    EXPECT_EQ(it.told[0].registration, Registration::registered);
    EXPECT_EQ(it.told[0].table_from_array.translation, table_from_array().translation);
    it.watch.place(std::nullopt);
    EXPECT_TRUE(it.watch.step({}, 0us));
    EXPECT_EQ(it.told[1].registration, Registration::searching);
}

TEST(ProbeWatch, what_a_hand_placed_and_no_exposure_shows_is_lost) {
    Watched it;
    it.watch.place(table_from_array());
    it.watch.step({}, 0us);
    for (int i = 0; i < 12 && it.told.back().registration != Registration::lost; ++i) {
        it.clock.advance(60ms);
        it.look();
    }
    EXPECT_EQ(it.told.back().registration, Registration::lost);
}

TEST(ProbeWatch, while_it_is_followed_exposures_closer_than_50_ms_are_passed_over) {
    Watched it;
    it.watch.place(table_from_array());
    it.watch.step({}, 0us);
    it.clock.advance(60ms);
    EXPECT_TRUE(it.look());
    it.clock.advance(33ms);
    EXPECT_FALSE(it.look());
    it.clock.advance(33ms);
    EXPECT_TRUE(it.look());
}

TEST(ProbeWatch, exposures_without_beam_or_geometry_are_not_looked_at) {
    Watched it;
    auto off = it.exposure();
    off.header.beam_on = false;
    it.watch.offer(off);
    EXPECT_FALSE(it.watch.step({}, 0us));
    auto bare = it.exposure();
    bare.header.geometry.c_arm.reset();
    it.watch.offer(bare);
    EXPECT_FALSE(it.watch.step({}, 0us));
    EXPECT_TRUE(it.told.empty());
}

TEST(ProbeWatch, a_doubt_told_by_the_camera_is_the_same_told_on_the_table) {
    const auto place = place_of(both(), probe(), 100ms, exposed);
    const auto back = doubt_on_table(doubt_in_camera(*place.probe, *place.camera), *place.camera,
                                     place.probe->table_from_array.translation);
    for (std::size_t row = 0; row < 6; ++row)
        for (std::size_t column = 0; column < 6; ++column)
            EXPECT_NEAR(back[row][column], place.probe->doubt[row][column], 1e-9) << row << ' ' << column;
}

}  // namespace

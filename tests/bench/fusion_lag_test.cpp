#include "bench/fusion_lag.hpp"

#include "transport/emulator/link_profile.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

namespace {

TEST(FusionLag, lags_of_drawn_motion_are_told_and_those_of_hopeless_motion_are_not) {
    const auto figures = bench::synthetic_lags(25);
    EXPECT_EQ(figures.refused, 0);
    ASSERT_EQ(figures.off_ms.size(), 25U);
    EXPECT_LT(*std::ranges::max_element(figures.off_ms), 5);
    EXPECT_GE(figures.within, 23);
    EXPECT_EQ(figures.hopeless, 25);
    EXPECT_EQ(figures.rightly, figures.hopeless);
}

TEST(FusionLag, parts_of_the_water_tank_recording_agree_with_the_whole) {
    const auto folder = transport::recordings_folder();
    if (!std::filesystem::exists(folder + "/ultrasound/tracked")) GTEST_SKIP() << "ultrasound/tracked";
    const auto tank = bench::tank_lags(folder);
    ASSERT_TRUE(tank.whole.lag) << tank.whole.refusal;
    const double whole = tank.whole.lag->seconds * 1e3, bound = tank.whole.lag->bound_s * 1e3;
    EXPECT_THAT(tank.halves_ms, testing::SizeIs(2));
    EXPECT_THAT(tank.without_ms, testing::SizeIs(6));
    EXPECT_THAT(tank.halves_ms, testing::Each(testing::DoubleNear(whole, 2 * bound)));
    EXPECT_THAT(tank.without_ms, testing::Each(testing::DoubleNear(whole, 2 * bound)));
}

}  // namespace

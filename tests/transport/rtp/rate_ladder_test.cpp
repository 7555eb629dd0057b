// Coarser, then fewer, then smaller; down fast, up slowly.
#include "transport/rtp/rate_ladder.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace transport {
namespace {

using namespace std::chrono_literals;

/// An encoder that does as it is told: `content` kbit/s in full at quantiser 20.
struct LadderRun : testing::Test {
    RateLadder ladder{{.frames_per_second = 30, .least_kbit_per_s = 300, .most_kbit_per_s = 20'000}};
    Timestamp now = timestamp(9'000'000);
    double content = 12'000;
    int quantiser = 20;
    int changes_of_size = 0;
    int changes_of_rate = 0;

    LadderStep run(int target, Microseconds time) {
        for (const auto end = now + time; now < end; now += 33'333us) {
            const auto before = ladder.step();
            const auto step = ladder.decide(target, now);
            changes_of_size += step.size_quarters != before.size_quarters ? 1 : 0;
            changes_of_rate += step.kbit_per_s != before.kbit_per_s ? 1 : 0;
            if (!ladder.takes()) continue;
            const double area = step.size_quarters * step.size_quarters / 16.0;
            const double finest = content * area / step.every;
            quantiser = 20 + std::max(0, static_cast<int>(std::ceil(6 * std::log2(finest / step.kbit_per_s))));
            const double sent = finest * std::exp2((20 - quantiser) / 6.0);
            ladder.made(static_cast<std::size_t>(sent * 125 / (30.0 / step.every)), quantiser);
        }
        return ladder.step();
    }
};

TEST_F(LadderRun, the_bit_rate_falls_alone_as_long_as_the_picture_is_good_enough) {
    EXPECT_EQ(run(20'000, 2s), (LadderStep{20'000, 1, 4, false}));
    EXPECT_EQ(run(6'000, 2s), (LadderStep{6'000, 1, 4, false}));
    EXPECT_EQ(run(1'300, 5s), (LadderStep{1'300, 1, 4, false})) << "quantiser 40 needs a tenth of what 20 needs";
    EXPECT_LE(quantiser, 40);
}

TEST_F(LadderRun, then_every_second_picture_within_a_quarter_of_a_second_then_every_third) {
    run(6'000, 2s);
    EXPECT_EQ(run(700, 250ms).every, 2);
    EXPECT_EQ(run(420, 1s).every, 3);
    EXPECT_EQ(changes_of_size, 0);
    EXPECT_FALSE(ladder.step().degraded);
}

TEST_F(LadderRun, then_a_smaller_picture_and_that_seldom) {
    content = 60'000;
    run(6'000, 2s);
    EXPECT_EQ(run(1'000, 800ms).size_quarters, 4) << "not at once: it costs an IDR";
    EXPECT_LT(run(1'000, 2s).size_quarters, 4);
    EXPECT_EQ(changes_of_size, 1);
    // A target that swings around the limit moves bit rate and frame rate, not the size.
    for (int i = 0; i < 20; ++i) run(i % 2 == 0 ? 1'000 : 2'600, 500ms);
    EXPECT_LE(changes_of_size, 2) << "in ten seconds";
    const auto step = run(20'000, 30s);
    EXPECT_EQ(step.size_quarters, 4);
    EXPECT_EQ(step.every, 1);
}

TEST_F(LadderRun, comes_back_one_step_at_a_time_and_slower_than_it_fell) {
    run(6'000, 2s);
    run(400, 2s);
    ASSERT_EQ(ladder.step().every, 3);
    EXPECT_EQ(run(6'000, 600ms).every, 3);
    EXPECT_EQ(run(6'000, 300ms).every, 2);
    EXPECT_EQ(run(6'000, 500ms).every, 2);
    EXPECT_EQ(run(6'000, 400ms).every, 1);
}

TEST_F(LadderRun, below_the_floor_the_stream_is_degraded_and_says_so) {
    run(6'000, 1s);
    EXPECT_TRUE(run(299, 100ms).degraded);
    EXPECT_FALSE(run(6'000, 100ms).degraded);
    content = 400'000;
    EXPECT_TRUE(run(600, 10s).degraded) << "even the lowest step needs more";
}

TEST_F(LadderRun, small_rises_are_not_worth_telling_an_encoder) {
    run(6'000, 1s);
    changes_of_rate = 0;
    for (int i = 0; i < 60; ++i) run(6'000 + i % 2 * 250, 40ms);
    EXPECT_EQ(changes_of_rate, 0);
    EXPECT_EQ(run(5'990, 40ms).kbit_per_s, 5'990) << "down at once";
}

TEST(RateLadder, an_encoder_that_tells_no_quantiser_is_at_its_end_when_its_pictures_are_too_large) {
    RateLadder ladder{{.frames_per_second = 30}};
    auto now = timestamp(1'000'000);
    for (int i = 0; i < 60; ++i, now += 33ms) {
        ladder.decide(1'000, now);
        if (ladder.takes()) ladder.made(8'000, 0);  // 1920 kbit/s at 30/s, whatever it is told
    }
    EXPECT_EQ(ladder.step().every, 2);
}

TEST(RateLadder, a_stream_that_must_not_shrink_does_not) {
    RateLadder ladder{{.frames_per_second = 30, .most_skipping = 2, .may_shrink = false}};
    auto now = timestamp(1'000'000);
    for (int i = 0; i < 600; ++i, now += 33ms) {
        ladder.decide(400, now);
        if (ladder.takes()) ladder.made(20'000, 40);
    }
    EXPECT_EQ(ladder.step().every, 2);
    EXPECT_EQ(ladder.step().size_quarters, 4);
    EXPECT_TRUE(ladder.step().degraded);
}

}  // namespace
}  // namespace transport

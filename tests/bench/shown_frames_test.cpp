// What a viewer notices of one stream, from codes written by hand.
#include "bench/shown_frames.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bench;

constexpr Span any_time{0, 1'000'000'000};

ShownFrame frame(std::int64_t captured_us, std::int64_t presented_us, std::int64_t capture_gap) {
    ShownFrame out;
    out.captured_us = captured_us;
    out.presented_us = presented_us;
    out.capture_gap = capture_gap;
    return out;
}

TEST(ShownFrames, tell_their_gap_what_was_skipped_and_how_often_they_stood) {
    const std::vector<SeenCode> codes{{100, 1, 5, 0},  {120, 2, 9, 0},  {150, 1, 5, 0},
                                      {200, 1, 8, 50}, {250, 1, 7, 40}, {300, 1, 9, 90}};
    const auto frames = shown_frames(codes, 1, any_time, 100);
    ASSERT_EQ(frames.size(), 3U) << "7 came after a newer one: it is no new frame";
    EXPECT_FALSE(frames[0].gap_us.has_value());
    EXPECT_EQ(frames[0].presentations, 2U);
    EXPECT_EQ(frames[1].gap_us, 100);
    EXPECT_EQ(frames[1].capture_gap, 50);
    EXPECT_EQ(frames[1].skipped_before, 2U);
    EXPECT_EQ(frames[2].latency_us(), 210);
    EXPECT_TRUE(shown_frames(codes, 3, any_time, 100).empty());
}

TEST(ShownFrames, a_gap_at_the_border_of_the_warm_up_counts) {
    const auto frames = shown_frames({{100, 1, 1, 0}, {900, 1, 4, 800}}, 1, {500, 1000}, 100);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].skipped_before, 2U);
    EXPECT_EQ(frames[0].gap_us, 800);
}

TEST(Freeze, begins_at_three_means_or_150_ms_more_than_the_mean_whichever_is_longer) {
    FreezeRule fast{10'000};
    for (int i = 0; i < 30; ++i) EXPECT_FALSE(fast.freezes(10'000));
    EXPECT_FALSE(FreezeRule{fast}.freezes(159'999));
    EXPECT_TRUE(FreezeRule{fast}.freezes(160'000));
    FreezeRule slow{100'000};
    for (int i = 0; i < 30; ++i) EXPECT_FALSE(slow.freezes(100'000));
    EXPECT_FALSE(FreezeRule{slow}.freezes(299'999));
    EXPECT_TRUE(FreezeRule{slow}.freezes(300'000));
}

TEST(Freeze, goes_by_the_last_thirty_gaps_alone) {
    FreezeRule rule{10'000};
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(rule.freezes(10'000));
    for (int i = 0; i < 30; ++i) static_cast<void>(rule.freezes(100'000));
    EXPECT_FALSE(rule.freezes(250'000)) << "at ten pictures a second that is no freeze";
}

TEST(Freeze, that_lasts_to_the_end_counts_and_nothing_shown_is_one) {
    const auto frames = shown_frames({{0, 1, 0, 0}, {10'000, 1, 1, 0}, {20'000, 1, 2, 0}}, 1, any_time, 10'000);
    const auto until_end = freezes_of(frames, {0, 520'000}, 10'000);
    EXPECT_EQ(until_end.count, 1U);
    EXPECT_EQ(until_end.longest_us, 500'000);
    EXPECT_EQ(freezes_of(frames, {0, 30'000}, 10'000).count, 0U);
    EXPECT_EQ(freezes_of({}, {0, 2'000'000}, 10'000).total_us, 2'000'000);
}

TEST(Jitter, is_the_running_estimate_of_rfc_3550) {
    // Transit times 20, 36, 20 ms: differences of 16 ms give 1 ms, then 1 + (16 - 1) / 16.
    const auto jitter = jitter_of({frame(0, 20'000, 0), frame(10'000, 46'000, 0), frame(20'000, 40'000, 0)});
    ASSERT_TRUE(jitter);
    EXPECT_DOUBLE_EQ(jitter->most, 1000 + 15'000 / 16.0);
    EXPECT_DOUBLE_EQ(jitter->mean, (1000 + 1000 + 15'000 / 16.0) / 2);
    EXPECT_FALSE(jitter_of({frame(0, 1, 0)}).has_value());
}

TEST(Omitted, every_frame_that_was_due_tells_how_long_it_was_waited_for) {
    EXPECT_TRUE(omitted_us(frame(100'000, 150'000, 10'100), 10'000).empty());
    EXPECT_EQ(omitted_us(frame(100'000, 150'000, 40'000), 10'000), (std::vector<std::int64_t>{80'000, 70'000, 60'000}));
    EXPECT_TRUE(omitted_us(ShownFrame{}, 10'000).empty()) << "before the first nothing is known to have been due";
    EXPECT_EQ(omitted_us(frame(0, 0, std::int64_t{1} << 60U), 1).size(), 60'000U) << "bounded";
}

TEST(Age, grows_until_another_picture_is_shown) {
    const std::vector<SeenCode> codes{{100, 1, 1, 50}, {130, 2, 1, 0}, {200, 1, 2, 160}, {300, 1, 1, 50}};
    const auto ages = ages_at(codes, 1, {0, 100, 150, 199, 200, 300});
    ASSERT_EQ(ages.size(), 5U) << "before the first picture there is none";
    EXPECT_EQ(ages[0].age_us, 50);
    EXPECT_EQ(ages[2].age_us, 149);
    EXPECT_EQ(ages[3].age_us, 40);
    EXPECT_EQ(ages[4].age_us, 250) << "an old picture shown again is what the eye sees";
}

}  // namespace

// Two results: what is said to have changed must have, and noise must be called noise.
#include "bench/compare.hpp"
#include "bench/bootstrap.hpp"
#include "fakes/shown_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace {

using namespace bench;
using fakes::ShownRun;

/// Repeats whose latency wanders by a few ms, as on a shared machine.
std::vector<ShownRun> wandering(std::size_t count, std::int64_t latency_us = 20'000) {
    constexpr std::array<std::int64_t, 7> off_us{0, 1'500, -900, 2'100, -1'800, 600, -400};
    std::vector<ShownRun> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i].latency_us = latency_us + off_us[i % off_us.size()];
    return out;
}

Difference difference(const BenchResult& before, const BenchResult& after, const std::string& name, bool all = false) {
    for (const auto& one : compare(before, after, all).differences)
        if (one.after.name == name) return one;
    throw std::out_of_range("not compared: " + name);
}

TEST(Bootstrap, covers_the_middle_and_draws_the_same_again) {
    std::vector<double> values;
    for (int i = 0; i <= 1000; ++i) values.push_back(1000 - i);
    EXPECT_EQ(middle_95(values).low, 25);
    EXPECT_EQ(middle_95(values).high, 975);
    EXPECT_TRUE(std::isnan(middle_95({std::nan("")}).low));
    const auto result = fakes::result_of(wandering(5));
    const Recipe recipe{"g2g.ultrasound", Statistic::p50};
    EXPECT_EQ(Resampler(result, 3).values(recipe), Resampler(result, 3).values(recipe));
    EXPECT_NE(Resampler(result, 3).values(recipe), Resampler(result, 4).values(recipe));
}

TEST(Bootstrap, of_equal_repeats_leaves_no_doubt) {
    auto figures = all_figures(fakes::result_of(std::vector<ShownRun>(4)));
    add_intervals(figures, fakes::result_of(std::vector<ShownRun>(4)));
    const auto found = find_figure(figures, "g2g.ultrasound.p50");
    ASSERT_TRUE(found && found->interval);
    EXPECT_EQ(found->interval->low, *found->value);
    EXPECT_EQ(found->interval->high, *found->value);
}

TEST(Compare, a_slower_pipeline_is_worse_and_the_other_way_round_better) {
    const auto fast = fakes::result_of(wandering(7));
    const auto slow = fakes::result_of(wandering(7, 25'000));
    const auto worse = difference(fast, slow, "g2g.ultrasound.p50");
    EXPECT_EQ(worse.verdict, Verdict::worse);
    EXPECT_NEAR(worse.change, 5, 0.1);
    ASSERT_TRUE(worse.interval);
    EXPECT_LT(worse.interval->low, 5);
    EXPECT_GT(worse.interval->high, 5);
    EXPECT_EQ(difference(slow, fast, "g2g.ultrasound.p50").verdict, Verdict::better);
}

TEST(Compare, a_result_with_another_draw_of_the_same_noise_is_no_difference) {
    auto again = wandering(7);
    std::ranges::rotate(again, again.begin() + 3);
    again[0].latency_us += 300;
    const auto comparison = compare(fakes::result_of(wandering(7)), fakes::result_of(again), true);
    for (const auto& one : comparison.differences) EXPECT_EQ(one.verdict, Verdict::noise) << one.after.name;
    EXPECT_GT(comparison.differences.size(), 30U);
}

TEST(Compare, three_repeats_are_too_few_to_tell) {
    const auto three = fakes::result_of(wandering(3));
    const auto slow = fakes::result_of(wandering(7, 45'000));
    EXPECT_EQ(difference(three, slow, "g2g.ultrasound.p50").verdict, Verdict::too_few);
    EXPECT_FALSE(difference(three, slow, "g2g.ultrasound.p50").interval.has_value());
}

TEST(Compare, what_the_clocks_could_explain_does_not_stand_out) {
    auto before = fakes::result_of(wandering(7));
    auto after = fakes::result_of(wandering(7, 24'000));
    ASSERT_EQ(difference(before, after, "g2g.ultrasound.p50").verdict, Verdict::worse);
    for (auto* result : {&before, &after})
        for (auto& repeat : result->repeats)
            repeat.distributions["g2g.ultrasound"].bound = transport::Microseconds{2'500};
    EXPECT_EQ(difference(before, after, "g2g.ultrasound.p50").verdict, Verdict::noise);
}

TEST(Compare, what_a_histogram_cannot_tell_apart_does_not_stand_out) {
    auto nearly = std::vector<ShownRun>(4);
    for (auto& run : nearly) run.latency_us += 20;
    const auto one =
        difference(fakes::result_of(std::vector<ShownRun>(4)), fakes::result_of(nearly), "g2g.ultrasound.p50");
    EXPECT_NE(one.change, 0);
    EXPECT_EQ(one.verdict, Verdict::noise);
}

TEST(Compare, more_is_better_where_it_is_and_counts_are_per_repeat) {
    auto dropping = wandering(4);
    for (auto& run : dropping) run.drop_every = 30;
    const auto before = fakes::result_of(wandering(8));
    const auto after = fakes::result_of(dropping);
    const auto skipped = difference(before, after, "frames.ultrasound.skipped");
    EXPECT_EQ(skipped.verdict, Verdict::worse);
    EXPECT_EQ(skipped.before.value, 0);
    EXPECT_EQ(skipped.after.value, 39);
    EXPECT_EQ(difference(before, after, "intact.ultrasound.percent").verdict, Verdict::worse);
    EXPECT_EQ(difference(after, before, "intact.ultrasound.percent").verdict, Verdict::better);
    const auto twice = difference(fakes::result_of(wandering(4)), before, "frames.ultrasound.shown", true);
    EXPECT_EQ(twice.verdict, Verdict::noise) << "twice the repeats are not twice the frames";
}

TEST(Compare, a_figure_that_only_one_has_is_not_told) {
    auto few = wandering(4);
    for (auto& run : few) run.frames = 200;
    const auto one = difference(fakes::result_of(wandering(4)), fakes::result_of(few), "g2g.ultrasound.p99");
    EXPECT_EQ(one.verdict, Verdict::untold);
    EXPECT_THAT(to_table({{}, {one}}), testing::HasSubstr("too few: 800 values"));
}

TEST(Compare, another_scenario_or_other_streams_are_not_comparable) {
    const auto one = fakes::result_of({{}});
    auto other = one;
    EXPECT_EQ(why_not_comparable(one, other), "");
    other.scenario = "ambulance";
    EXPECT_THAT(why_not_comparable(one, other), testing::HasSubstr("ambulance"));
    other = one;
    other.streams[0].period *= 2;
    EXPECT_THAT(why_not_comparable(one, other), testing::HasSubstr("33334"));
}

TEST(Compare, what_else_differs_is_named) {
    const auto one = fakes::result_of({{}});
    EXPECT_THAT(compare(one, one, false).warnings, testing::IsEmpty());
    auto other = one;
    other.house.machine = "64 x Faster";
    other.settings = {{"encoder", "nvenc"}, {"quality", "20"}};
    const auto table = to_table(compare(one, other, false));
    EXPECT_THAT(table, testing::HasSubstr("different machines"));
    EXPECT_THAT(table, testing::HasSubstr("setting encoder: x264 → nvenc"));
    EXPECT_THAT(table, testing::HasSubstr("setting quality: nothing → 20"));
}

TEST(Compare, the_table_says_how_many_stand_out_by_chance) {
    const auto result = fakes::result_of(wandering(4));
    const auto table = to_table(compare(result, fakes::result_of(wandering(4, 22'000)), false));
    EXPECT_THAT(table, testing::HasSubstr("would stand out by chance alone"));
    EXPECT_THAT(table, testing::HasSubstr("+2.0"));
    EXPECT_THAT(table, testing::HasSubstr("no difference that stands out of the noise"));
}

}  // namespace

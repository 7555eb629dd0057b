// Faults that one judge alone cannot see: timelines that a clock or a stamp has made wrong, laid beside the code.
#include "bench/scenario_judges.hpp"
#include "bench/reference_3gpp.hpp"
#include "bench/scenario_results.hpp"
#include "fakes/shown_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

RunInput with_timelines(const fakes::ShownRun& shown, std::vector<render::PresentedFrame> timelines) {
    auto run = shown.input();
    run.timelines = std::move(timelines);
    run.timelines_from_us = 0;
    return run;
}

Agreement beside_code(const RunInput& run) {
    return compare_judges(judgement("in-picture code", run.codes, run.measured, 0us), timeline_judgement(run));
}

TEST(TimelinesBesideTheCode, agree_where_nothing_is_wrong) {
    const fakes::ShownRun shown;
    const auto agreement = beside_code(with_timelines(shown, shown.timelines(100us)));
    EXPECT_TRUE(agreement.agree());
    EXPECT_EQ(agreement.both, shown.frames);
    EXPECT_EQ(agreement.largest_us, 0);
    EXPECT_EQ(agreement.allowed, 2ms);
}

TEST(TimelinesBesideTheCode, tell_of_a_node_whose_clock_is_8_ms_wrong) {
    // The code has the node's own time; the timeline was converted to the display's clock.
    const fakes::ShownRun right;
    fakes::ShownRun wrong;
    wrong.clock_error_us = 8'000;
    const auto agreement = beside_code(with_timelines(wrong, right.timelines(300us)));
    EXPECT_FALSE(agreement.agree());
    EXPECT_EQ(agreement.shift_us, -8'000) << "what the code calls older by 8 ms";
    const auto rows = agreement_rows({agreement});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].value, 8);
    EXPECT_FALSE(rows[0].met().value());
}

TEST(TimelinesBesideTheCode, tell_of_a_hop_that_gives_a_frame_the_stamp_of_the_one_before) {
    const fakes::ShownRun shown;
    auto timelines = shown.timelines(100us);
    for (auto& picture : timelines)
        for (auto& header : picture.sources) ++header.sequence;
    const auto agreement = beside_code(with_timelines(shown, timelines));
    EXPECT_FALSE(agreement.agree());
    EXPECT_NEAR(static_cast<double>(agreement.shift_us), static_cast<double>(-shown.period_us), 500);
    auto mislabelled = shown.timelines(100us);
    for (std::size_t i = 1; i < mislabelled.size(); ++i) {
        // Frame i is shown with the timeline of frame i - 1, which was captured a period earlier.
        auto& header = mislabelled[i].sources.front();
        const auto before = timestamp(shown.period_us * static_cast<std::int64_t>(i - 1));
        Timeline timeline;
        timeline.clock_bound = header.timeline.clock_bound;
        timeline.mark(Stage::captured, before);
        timeline.mark(Stage::presented, *header.timeline.at(Stage::presented));
        header.timeline = timeline;
    }
    const auto late = beside_code(with_timelines(shown, mislabelled));
    EXPECT_FALSE(late.agree());
    EXPECT_EQ(late.median_us, shown.period_us);
}

TEST(TimelinesBesideTheCode, say_nothing_where_nobody_vouches_for_the_clock) {
    const fakes::ShownRun shown;
    const auto agreement = beside_code(with_timelines(shown, shown.timelines(no_clock)));
    EXPECT_EQ(agreement.both, 0U);
    EXPECT_FALSE(agreement.agree());
    EXPECT_TRUE(std::isnan(agreement_rows({agreement}).front().value));
    EXPECT_FALSE(agreement_rows({agreement}).front().met().value());
}

TEST(CameraOfARun, agrees_with_the_run_that_was_filmed) {
    fakes::ShownRun echo;
    echo.period_us = 33'367;
    echo.frames = 120;
    echo.drop_every = 11;
    auto run = echo.input();
    constexpr std::int64_t since_boot_us = 50'000'000;
    for (auto& code : run.codes) {
        code.presented_us += since_boot_us;
        code.time_us += since_boot_us;
    }
    run.measured = {since_boot_us, run.codes.back().presented_us + 1};
    const auto filmed = filmed_judgement(run);
    const auto agreement = compare_judges(judgement("in-picture code", run.codes, run.measured, 0us), filmed);
    EXPECT_TRUE(agreement.agree()) << to_line(agreement);
    EXPECT_GE(agreement.both, 60U) << to_line(agreement);
    EXPECT_LE(agreement.largest_us, agreement.allowed.count());
    auto late = run;
    for (auto& code : late.codes) code.presented_us += 30'000;
    EXPECT_FALSE(compare_judges(judgement("another", late.codes, late.measured, 0us), filmed).agree());
}

TEST(AgreementRows, take_the_worst_repeat) {
    const fakes::ShownRun shown;
    const auto good = beside_code(with_timelines(shown, shown.timelines(100us)));
    auto bad = good;
    bad.median_us = 2'500;
    bad.p95_us = 4'000;
    const auto rows = agreement_rows({good, bad, good});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].value, 2.5);
    EXPECT_EQ(rows[1].value, 4);
    auto unsure = bad;
    unsure.allowed = 15ms;
    unsure.median_us = 3'000;
    EXPECT_EQ(agreement_rows({bad, unsure})[0].value, 2.5) << "one that knows little excuses no other";
}

TEST(Goals, become_rows_with_what_was_measured) {
    Scenario scenario;
    scenario.name = "room";
    scenario.goals = {"g2g.p50 <= 30ms", "g2g.p99 <= 20ms", "intact.percent >= 99%", "skew.p99 <= 1ms"};
    const auto rows = goal_rows(scenario, fakes::result_of({{}, {}}));
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_TRUE(rows[0].met().value());
    EXPECT_NEAR(rows[0].value, 20.2, 0.2);
    EXPECT_FALSE(rows[1].met().value());
    EXPECT_TRUE(rows[2].met().value());
    EXPECT_TRUE(std::isnan(rows[3].value)) << "nobody measured it";
    EXPECT_FALSE(rows[3].met().value());
}

TEST(Rows3gpp, say_plainly_what_this_machine_does_not_reach) {
    auto result = fakes::result_of({{}});
    result.repeats.front().numbers["wire.rate"] = 30;
    const auto rows = rows_3gpp(result);
    const auto row = [&](std::string_view part) {
        return *std::ranges::find_if(rows, [&](const Row& one) { return one.name.find(part) != std::string::npos; });
    };
    EXPECT_FALSE(row("2160p60").met().value());
    EXPECT_TRUE(row("ambulance ultrasound, compressed: rate").met().value());
    EXPECT_FALSE(row("one room").met().value()) << "without timelines the network's delay is unknown, and not met";
    EXPECT_TRUE(row("connected again").met().value());
}

}  // namespace

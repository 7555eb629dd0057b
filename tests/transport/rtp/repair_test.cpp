// How losses are repaired, by what the receiver reports: the whole table.
#include "transport/rtp/repair.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace std::chrono_literals;

struct Repair : testing::Test {
    Timestamp now = timestamp(1'000'000'000);

    static ArrivalReport stretch(int count, int every, int run) {
        ArrivalReport report;
        for (int i = 0; i < count; ++i)
            report.ago.push_back(every > 0 && i % every < run ? std::nullopt : std::optional{Microseconds{0}});
        return report;
    }
    int percent(Microseconds round_trip, int every, int run, Microseconds budget = 60ms) const {
        RepairPolicy policy{budget};
        policy.know_round_trip(round_trip);
        policy.saw(stretch(6000, every, run), now);
        return policy.fec_percent();
    }
};

TEST_F(Repair, is_chosen_by_round_trip_loss_and_run_length) {
    struct Case {
        Microseconds round_trip;
        int every;
        int run;
        int least;
        int most;
        const char* why;
    };
    const Case cases[] = {
        {20ms, 0, 0, 0, 0, "nothing is lost"},
        {20ms, 1000, 1, 0, 0, "so little that a question now and then costs less"},
        {20ms, 100, 1, 20, 20, "isolated losses"},
        {20ms, 20, 1, 30, 30, "many isolated losses"},
        {20ms, 100, 8, 0, 0, "bursts are asked for"},
        {20ms, 20, 8, 0, 0, "bursts are asked for"},
        {80ms, 0, 0, 0, 0, "nothing is lost"},
        {80ms, 100, 1, 20, 20, "nobody can be asked in time"},
        {80ms, 100, 4, 35, 45, "as many parities as a run is long"},
        {80ms, 50, 8, 50, 50, "as many as it may be"},
    };
    for (const auto& each : cases) {
        const auto found = percent(each.round_trip, each.every, each.run);
        EXPECT_GE(found, each.least) << each.why;
        EXPECT_LE(found, each.most) << each.why;
    }
    EXPECT_EQ(percent(80ms, 100, 8, 200ms), 0) << "with more patience it can";
}

TEST_F(Repair, is_not_changed_by_a_few_packets) {
    RepairPolicy policy{60ms};
    policy.saw(stretch(300, 20, 1), now);
    EXPECT_EQ(policy.fec_percent(), 0);
    policy.saw(stretch(300, 20, 1), now);
    EXPECT_GT(policy.fec_percent(), 0);
}

TEST_F(Repair, forgets_a_loss_that_is_over_within_half_a_minute) {
    RepairPolicy policy{60ms};
    for (int i = 0; i < 100; ++i, now += 25ms) policy.saw(stretch(40, 20, 1), now);
    EXPECT_GT(policy.fec_percent(), 0);
    EXPECT_NEAR(policy.loss(), 0.05, 0.001);
    for (int i = 0; i < 1200; ++i, now += 25ms) policy.saw(stretch(40, 0, 0), now);
    EXPECT_EQ(policy.fec_percent(), 0);
    EXPECT_LT(policy.loss(), 0.005);
}

TEST_F(Repair, counts_a_run_across_two_reports_as_one) {
    RepairPolicy policy{60ms};
    auto first = stretch(100, 0, 0);
    for (std::size_t i = 95; i < 100; ++i) first.ago[i].reset();
    auto second = stretch(100, 0, 0);
    for (std::size_t i = 0; i < 5; ++i) second.ago[i].reset();
    policy.saw(first, now);
    policy.saw(second, now);
    EXPECT_DOUBLE_EQ(policy.burst(), 10);
    EXPECT_DOUBLE_EQ(policy.loss(), 0.05);
}

}  // namespace

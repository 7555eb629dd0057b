// The cost of tracking is that of the product's own functions, and they do their work while they are timed.
#include "bench/tracking_cost.hpp"
#include "bench/timeline_rows.hpp"
#include "bench/tracking_cost_run.hpp"
#include "bench/tracking_cost_steps.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace {

using namespace bench;

struct TrackingCost : testing::Test {
    void SetUp() override {
        auto name = (std::filesystem::temp_directory_path() / "tracking_test_XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
};

TEST_F(TrackingCost, is_of_frames_whose_timelines_come_out_whole_at_the_end) {
    {
        transport::SystemClock clock;
        TrackingSteps steps{clock, folder};
        for (int i = 0; i < 100; ++i) {
            steps.mark();
            steps.record_hops();
            steps.write_stamps(1000, 2000);
            steps.read_stamps();
            steps.complete();
            steps.report();
            steps.tell_bus();
        }
    }
    const auto pictures = read_timelines(folder / "timeline.csv");
    ASSERT_EQ(pictures.size(), 100U);
    for (const auto& picture : pictures) {
        ASSERT_EQ(picture.sources.size(), 1U);
        for (std::size_t i = 0; i < transport::stage_count; ++i)
            EXPECT_TRUE(picture.sources[0].timeline.at(static_cast<transport::Stage>(i))) << i;
    }
}

TEST_F(TrackingCost, is_told_step_by_step_and_as_their_sum) {
    const auto rows = tracking_step_rows(100, folder, {});
    ASSERT_EQ(rows.size(), 8U);
    double sum = 0;
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
        EXPECT_GT(rows[i].value, 0) << rows[i].name;
        sum += rows[i].value;
    }
    EXPECT_NEAR(rows.back().value, sum, sum / 2) << "medians do not add up exactly";
    EXPECT_EQ(rows.back().goal, 50'000);
}

TEST_F(TrackingCost, of_the_whole_path_is_measured_with_and_without_in_turns) {
    const auto rows = tracking_run_rows(10, folder, {});
    ASSERT_EQ(rows.size(), 5U);
    EXPECT_GT(rows[0].value, 0);
    EXPECT_GT(rows[1].value, 0);
    EXPECT_GT(rows[3].value, 0) << "chance is told";
}

}  // namespace

#include "transport/timeline.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using transport::Microseconds;
using transport::Stage;
using transport::Timeline;
using transport::timestamp;

TEST(Timeline, a_mark_that_was_never_made_is_unknown_not_zero) {
    Timeline timeline;
    for (std::size_t i = 0; i < transport::stage_count; ++i) EXPECT_FALSE(timeline.at(static_cast<Stage>(i)));
    timeline.mark(Stage::captured, timestamp(0));
    ASSERT_TRUE(timeline.at(Stage::captured));
    EXPECT_EQ(timeline.at(Stage::captured), timestamp(0));
    EXPECT_FALSE(timeline.at(Stage::acquired));
    EXPECT_FALSE(timeline.at(Stage::encoded));
}

TEST(Timeline, between_needs_both_ends_and_keeps_the_sign) {
    Timeline timeline;
    timeline.mark(Stage::captured, timestamp(1'000));
    EXPECT_FALSE(timeline.between(Stage::captured, Stage::presented));
    EXPECT_FALSE(timeline.between(Stage::acquired, Stage::captured));
    timeline.mark(Stage::presented, timestamp(9'250));
    EXPECT_EQ(timeline.between(Stage::captured, Stage::presented), Microseconds{8'250});
    EXPECT_EQ(timeline.between(Stage::presented, Stage::captured), Microseconds{-8'250});
}

TEST(Timeline, a_mark_can_be_corrected_and_forgotten) {
    Timeline timeline;
    timeline.mark(Stage::sent, timestamp(10));
    timeline.mark(Stage::sent, timestamp(20));
    EXPECT_EQ(timeline.at(Stage::sent), timestamp(20));
    timeline.clear(Stage::sent);
    EXPECT_FALSE(timeline.at(Stage::sent));
    EXPECT_EQ(timeline, Timeline{});
}

TEST(Timeline, stages_run_from_acquired_to_presented_under_names_of_their_own) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < transport::stage_count; ++i) {
        const auto stage_name = name(static_cast<Stage>(i));
        EXPECT_FALSE(stage_name.empty());
        for (const char c : stage_name) EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_') << stage_name;
        names.insert(stage_name);
    }
    EXPECT_EQ(names.size(), transport::stage_count);
    EXPECT_EQ(name(Stage::acquired), "acquired");
    EXPECT_EQ(name(Stage::encoded_for_view), "encoded_for_view");
    EXPECT_EQ(name(Stage::presented), "presented");
    EXPECT_EQ(static_cast<std::size_t>(Stage::presented) + 1, transport::stage_count);
}

}  // namespace

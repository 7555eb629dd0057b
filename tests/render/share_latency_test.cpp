// What the latency page is told: of each display its own frames, each once, as long as they are new.
#include "render/share_latency.hpp"
#include "transport/timeline_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace render {
namespace {

using namespace transport;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::int64_t period_us = 33'333;

/// Captured at `sequence` periods; encoded after 2 ms, received after 3, presented after `total_us`.
FinishedTimeline finished(std::uint32_t sequence, std::int64_t total_us, std::int64_t bound_us = 0,
                          Modality modality = Modality::xray) {
    FinishedTimeline out{modality, 2, sequence, bound_us, std::vector<std::int64_t>(stage_count, -1)};
    const auto captured = 1'000'000 + sequence * period_us;
    const auto mark = [&](Stage stage, std::int64_t since) {
        out.marks_us[static_cast<std::size_t>(stage)] = captured + since;
    };
    mark(Stage::captured, 0);
    mark(Stage::encoded, 2'000);
    mark(Stage::received, 3'000);
    mark(Stage::presented, total_us);
    return out;
}
const std::optional<LatencySummary>& hop(const LatencyStream& stream, Stage stage) {
    return stream.hops.at(static_cast<std::size_t>(stage));
}

class ShareLatencyTest : public testing::Test {
protected:
    ShareLatency latency;
    Timestamp now = timestamp(50'000'000);

    void hand_on(const std::string& display, const std::vector<FinishedTimeline>& frames) {
        const FinishedTimelines timelines{frames};
        latency.heard(timelines_of(display, timelines), now);
        latency.heard(timelines, now);
    }
    LatencyStream only_stream() {
        auto news = latency.take_news(now);
        EXPECT_EQ(news.displays.size(), 1U);
        return news.displays.empty() || news.displays[0].streams.empty() ? LatencyStream{}
                                                                         : news.displays[0].streams[0];
    }
};

TEST_F(ShareLatencyTest, hops_go_from_known_stage_to_known_stage_and_add_up_to_the_frames_latency) {
    std::vector<FinishedTimeline> frames;
    for (std::uint32_t i = 1; i <= 100; ++i) frames.push_back(finished(i, 10'000 + i * 10));
    hand_on("wall", frames);
    const auto stream = only_stream();
    EXPECT_EQ(stream.frames, 100U);
    EXPECT_EQ(stream.period_us, period_us);
    ASSERT_TRUE(stream.total);
    EXPECT_EQ(stream.total->p50_us, 10'500);
    EXPECT_EQ(stream.total->p99_us, 10'990);
    EXPECT_EQ(stream.total->newest_us, 11'000);
    EXPECT_EQ(hop(stream, Stage::encoded)->p50_us, 2'000);
    EXPECT_EQ(hop(stream, Stage::received)->p50_us, 1'000) << "since encoded: nobody marked what lies between";
    EXPECT_EQ(hop(stream, Stage::presented)->p50_us, 7'500);
    EXPECT_FALSE(hop(stream, Stage::captured)) << "nothing is known before it";
    EXPECT_FALSE(hop(stream, Stage::fused));
    const auto& newest = stream.recent.back();
    EXPECT_EQ(newest.sequence, 100U);
    EXPECT_EQ(newest.marks_us.at(static_cast<std::size_t>(Stage::captured)), 0);
    EXPECT_EQ(newest.marks_us.at(static_cast<std::size_t>(Stage::presented)), 11'000);
}

TEST_F(ShareLatencyTest, a_frame_that_stands_in_two_pictures_counts_when_it_is_presented_first) {
    hand_on("wall", {finished(1, 10'000), finished(1, 43'333), finished(2, 10'000)});
    hand_on("wall", {finished(2, 43'333)});
    const auto stream = only_stream();
    EXPECT_EQ(stream.frames, 2U);
    EXPECT_EQ(stream.total->p99_us, 10'000);
}

TEST_F(ShareLatencyTest, what_was_told_once_is_not_new_again_and_what_is_older_than_ten_seconds_is_gone) {
    hand_on("wall", {finished(1, 10'000), finished(2, 11'000)});
    EXPECT_THAT(only_stream().totals_us, ElementsAre(10'000, 11'000));
    now += 200ms;
    auto stream = only_stream();
    EXPECT_TRUE(stream.totals_us.empty());
    EXPECT_TRUE(stream.recent.empty());
    EXPECT_EQ(stream.frames, 2U);
    now += 10s;
    stream = only_stream();
    EXPECT_EQ(stream.frames, 0U);
    EXPECT_FALSE(stream.total);
    EXPECT_EQ(latency.take_news(now).displays[0].silent, 10'200ms);
    now += 60s;
    EXPECT_TRUE(latency.take_news(now).displays.empty());
}

TEST_F(ShareLatencyTest, marks_within_one_machine_need_no_clock_and_the_others_carry_its_bound) {
    hand_on("wall", {finished(1, 10'000, 300)});
    const auto stream = only_stream();
    EXPECT_EQ(hop(stream, Stage::encoded)->bound_us, 0);
    EXPECT_EQ(hop(stream, Stage::received)->bound_us, 300);
    EXPECT_EQ(hop(stream, Stage::presented)->bound_us, 300);
    EXPECT_EQ(stream.total->bound_us, 300);
}

TEST_F(ShareLatencyTest, a_frame_without_a_time_is_counted_and_has_no_latency) {
    auto blind = finished(1, 10'000);
    blind.marks_us[static_cast<std::size_t>(Stage::captured)] = -1;
    auto short_list = finished(2, 10'000);
    short_list.marks_us.resize(3);
    hand_on("wall", {blind, short_list});
    const auto stream = only_stream();
    EXPECT_EQ(stream.frames, 2U);
    EXPECT_EQ(stream.untimed, 2U);
    EXPECT_FALSE(stream.total);
    EXPECT_EQ(stream.period_us, 0);
}

TEST_F(ShareLatencyTest, timelines_whose_display_was_not_named_just_before_are_nobodys) {
    const FinishedTimelines walls{{finished(1, 10'000)}};
    const FinishedTimelines cellars{{finished(5, 20'000), finished(6, 20'000)}};
    latency.heard(walls, now);
    latency.heard(timelines_of("wall", walls), now);
    latency.heard(cellars, now);  // the wall's were lost, and the cellar's name
    latency.heard(walls, now);
    EXPECT_TRUE(latency.take_news(now).displays.empty());
    hand_on("wall", walls.frames);
    EXPECT_EQ(only_stream().frames, 1U);
}

TEST_F(ShareLatencyTest, health_is_of_the_display_that_is_named_and_without_a_name_the_servers) {
    auto walls = health_status();
    walls.node = "wall";
    walls.counters = {{"drops.missing", 3}};
    auto servers = health_status();
    servers.counters = {{"xray.link.lost", 1}};
    EXPECT_FALSE(latency.take_news(now).silent);
    latency.heard(walls, now);
    latency.heard(servers, now);
    now += 50ms;
    const auto news = latency.take_news(now);
    ASSERT_EQ(news.displays.size(), 1U);
    EXPECT_EQ(news.displays[0].health, walls.counters);
    EXPECT_FALSE(news.displays[0].silent) << "it has finished nothing yet";
    EXPECT_EQ(news.server, servers.counters);
    EXPECT_EQ(news.silent, 50ms);
}

TEST_F(ShareLatencyTest, a_telling_is_bounded_whatever_comes) {
    std::vector<FinishedTimeline> frames;
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto& frame = frames.emplace_back(finished(i, 4'000'000'000, 1'000'000));
        for (auto& mark : frame.marks_us)
            if (mark < 0) mark = 9'000'000'000'000'000;
    }
    for (int round = 0; round < 10; ++round) {
        for (auto& frame : frames) frame.sequence += 1000;
        for (int display = 0; display < 20; ++display)
            for (const auto modality : {Modality::ultrasound, Modality::xray, Modality::camera}) {
                for (auto& frame : frames) frame.modality = modality;
                hand_on("display-with-a-name-of-32-letters" + std::to_string(display), frames);
            }
    }
    const auto news = latency.take_news(now);
    EXPECT_EQ(news.displays.size(), ShareLatency::most_displays);
    EXPECT_EQ(news.untold, 12U);
    for (const auto& stream : news.displays[0].streams) {
        EXPECT_EQ(stream.frames, ShareLatency::most_frames);
        EXPECT_EQ(stream.recent.size(), ShareLatency::most_recent);
        EXPECT_EQ(stream.totals_us.size(), ShareLatency::most_totals);
    }
    EXPECT_LT(to_json(news).size(), 128U * 1024);
}

TEST_F(ShareLatencyTest, the_page_reads_stages_by_name_and_unknown_as_null) {
    hand_on("wall", {finished(1, 10'000)});
    const auto json = nlohmann::json::parse(to_json(latency.take_news(now)));
    EXPECT_EQ(json["type"], "latency");
    const auto& stream = json["displays"][0]["streams"][0];
    EXPECT_EQ(stream["modality"], "xray");
    EXPECT_EQ(stream["hops"]["encoded"]["p50_us"], 2'000);
    EXPECT_FALSE(stream["hops"].contains("fused"));
    EXPECT_TRUE(stream["recent"][0]["marks_us"][0].is_null());
    EXPECT_EQ(stream["recent"][0]["marks_us"].size(), stage_count);
    EXPECT_EQ(stream["totals_us"], nlohmann::json::array({10'000}));
    EXPECT_TRUE(json["silent_ms"].is_null());
}

}  // namespace
}  // namespace render

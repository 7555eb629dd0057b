// Durations and hops: counted once each, by whichever thread.
#include "transport/metrics/hops.hpp"
#include "fakes/metrics_text.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::MetricsText;

std::uint64_t count_of(const DurationCounts& counts) {
    return std::accumulate(counts.buckets.begin(), counts.buckets.end(), std::uint64_t{0});
}

TEST(Durations, no_record_is_lost_between_threads) {
    Durations durations;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&durations] {
                for (int i = 0; i < 10'000; ++i) durations.record(Microseconds{i % 100 * 1000});
            });
    }
    EXPECT_EQ(count_of(durations.counts()), 40'000U);
    EXPECT_EQ(durations.counts().sum_us, 40'000 / 100 * 4'950'000LL);
}

TEST(Durations, a_fine_histogram_counts_the_same) {
    Durations coarse;
    Histogram fine;
    for (std::int64_t us = 0; us < 2'000'000; us += 37) {
        coarse.record(Microseconds{us});
        fine.record(Microseconds{us});
    }
    const auto of_coarse = coarse.counts();
    const auto of_fine = duration_counts(fine);
    EXPECT_EQ(of_fine.sum_us, of_coarse.sum_us);
    EXPECT_EQ(count_of(of_fine), count_of(of_coarse));
    std::uint64_t up_to_fine = 0;
    std::uint64_t up_to_coarse = 0;
    for (std::size_t i = 0; i < of_fine.buckets.size(); ++i) {
        up_to_fine += of_fine.buckets[i];
        up_to_coarse += of_coarse.buckets[i];
        EXPECT_NEAR(static_cast<double>(up_to_fine), static_cast<double>(up_to_coarse),
                    1 + 0.001 * static_cast<double>(up_to_coarse));
    }
    Histogram twice;
    twice.merge(fine);
    twice.merge(fine);
    EXPECT_EQ(twice.sum(), 2 * fine.sum());
    twice.clear();
    EXPECT_EQ(twice.sum(), 0us);
    EXPECT_EQ(count_of(duration_counts(twice)), 0U);
}

TEST(HopTimes, a_hop_counts_from_the_previous_known_stage_and_a_missing_mark_is_no_hop) {
    Timeline timeline;
    timeline.mark(Stage::captured, timestamp(1'000));
    timeline.mark(Stage::encoded, timestamp(4'000));
    timeline.mark(Stage::received, timestamp(9'000));  // nobody knows when it was sent
    timeline.mark(Stage::decoded, timestamp(20'000));
    HopTimes hops;
    hops.record(Modality::xray, timeline, Stage::captured, Stage::received);
    MetricsPage page;
    hops.tell(page);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.sum("scialytic_hop_seconds_count"), 2) << "captured begins, decoded is behind the last";
    EXPECT_EQ(read.value("scialytic_hop_seconds_sum", {{"stage", "encoded"}, {"modality", "xray"}}), 0.003);
    EXPECT_EQ(read.value("scialytic_hop_seconds_sum", {{"stage", "received"}, {"modality", "xray"}}), 0.005);
    hops.record(Modality::xray, timeline, Stage::acquired, Stage::captured);
    MetricsPage again;
    hops.tell(again);
    EXPECT_EQ(again.text(), page.text()) << "without its first mark there is no hop";
}

TEST(HopTimes, a_departure_counts_for_the_sources_that_were_new_in_that_picture) {
    HopTimes hops;
    Departing departing;
    departing.encoded(7, Modality::xray, timestamp(1'000));
    departing.encoded(7, Modality::ultrasound, timestamp(1'000));
    departing.encoded(8, Modality::xray, timestamp(2'000));
    departing.departed(7, Stage::published, timestamp(1'500), hops);
    departing.departed(8, Stage::published, timestamp(2'500), hops);
    departing.departed(9, Stage::published, timestamp(2'500), hops);
    departing.encoded(8 + 64, Modality::xray, timestamp(90'000));
    departing.departed(8, Stage::published, timestamp(90'000), hops);  // long forgotten
    MetricsPage page;
    hops.tell(page);
    const MetricsText read{page.text()};
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"modality", "xray"}}), 2);
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"modality", "ultrasound"}}), 1);
    EXPECT_EQ(read.value("scialytic_hop_seconds_sum", {{"modality", "xray"}}), 0.001);
}

TEST(NewFrames, a_frame_that_stands_in_a_second_picture_is_not_new) {
    NewFrames frames;
    FrameHeader header;
    header.modality = Modality::xray;
    header.stream = 2;
    EXPECT_TRUE(frames.take(header));
    EXPECT_FALSE(frames.take(header));
    header.modality = Modality::ultrasound;
    EXPECT_TRUE(frames.take(header));
    header.modality = Modality::xray;
    header.sequence = 1;
    EXPECT_TRUE(frames.take(header));
    header.stream = 3;
    EXPECT_TRUE(frames.take(header)) << "its node was started again";
}

}  // namespace

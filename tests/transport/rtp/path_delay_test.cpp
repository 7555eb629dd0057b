// What times of arrival tell, and what they must not be taken for.
#include "transport/rtp/path_delay.hpp"

#include <gtest/gtest.h>

namespace transport {
namespace {

using namespace std::chrono_literals;

/// A path whose queue and rate the test sets; the receiver's clock runs its own way.
struct DelayRun : testing::Test {
    PathDelay path;
    Timestamp now = timestamp(1'000'000);
    std::uint16_t sequence = 0;
    double kbit_per_s = 10'000;
    double drift = 0;

    void picture(int packets, Microseconds queue, int missing_from = 99) {
        for (int i = 0; i < packets; ++i) {
            const auto out = now + 20ms + queue + Microseconds{static_cast<std::int64_t>((i + 1) * 9.6e6 / kbit_per_s)};
            const auto theirs = static_cast<double>(microseconds(out)) * (1 + drift) + 4e9;
            PacketReport packet{sequence++, now, 1200, remote_timestamp(static_cast<std::int64_t>(theirs))};
            const bool missing = i >= missing_from && i + 1 < packets;
            if (missing) packet.arrived.reset();
            missing ? path.take_missing(packet) : path.take(packet);
        }
        now += 33ms;
    }
};

TEST_F(DelayRun, a_pictures_own_packets_behind_each_other_are_no_queue) {
    for (int i = 0; i < 100; ++i) picture(i % 2 == 0 ? 4 : 25, 0ms);
    EXPECT_EQ(path.queueing(), 0us);
    EXPECT_NEAR(path.growth(), 0, 0.01);
    EXPECT_NEAR(path.capacity_kbit_per_s(), 10'000, 50);
}

TEST_F(DelayRun, a_queue_that_stands_is_told_from_one_picture_that_was_late) {
    for (int i = 0; i < 30; ++i) picture(8, 0ms);
    picture(8, 40ms);
    EXPECT_EQ(path.queueing(), 0us);
    for (int i = 0; i < 7; ++i) picture(8, 30ms);
    EXPECT_EQ(path.queueing(), 30ms);
    EXPECT_EQ(path.latest(), 30ms);
}

TEST_F(DelayRun, a_queue_that_grows_has_a_slope) {
    for (int i = 0; i < 30; ++i) picture(8, i * 2ms);
    EXPECT_NEAR(path.growth(), 2 / 0.033, 1);
}

TEST_F(DelayRun, a_clock_that_drifts_by_100_ppm_is_no_queue) {
    for (const double ppm : {100.0, -100.0}) {
        drift = ppm * 1e-6;
        path = PathDelay{};
        for (int i = 0; i < 3'000; ++i) picture(8, 0ms);
        EXPECT_LE(path.queueing(), 1'100us) << ppm;
        EXPECT_NEAR(path.growth(), 0, 0.2) << ppm;
    }
}

TEST_F(DelayRun, packets_that_are_missing_were_carried_all_the_same) {
    for (int i = 0; i < 20; ++i) picture(20, 0ms, 5);
    EXPECT_NEAR(path.capacity_kbit_per_s(), 10'000, 50);
}

TEST_F(DelayRun, delivered_counts_what_no_report_spoke_of) {
    for (int i = 0; i < 60; ++i) {
        if (i % 3 == 2) {
            path.take_unreported(std::size_t{10} * 1200);
            now += 33ms;
        } else {
            picture(10, 0ms);
        }
    }
    EXPECT_NEAR(path.delivered_kbit_per_s(500ms), 10 * 1200 * 8 / 33.0, 350);
}

TEST_F(DelayRun, jitter_is_learnt_from_delays_that_come_and_go) {
    for (int i = 0; i < 300; ++i) picture(4, i / 4 % 2 * 4ms);
    EXPECT_GE(path.jitter(), 2ms);
    EXPECT_LE(path.jitter(), 4ms);
    for (int i = 0; i < 600; ++i) picture(4, 0ms);
    EXPECT_LE(path.jitter(), 300us);
}

}  // namespace
}  // namespace transport

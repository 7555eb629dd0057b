// Rate control over the emulated link, on its own clock. Every figure that is printed is the same in every run.
#include "transport/rtp/rate_estimator.hpp"

#include "fakes/way_report.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

namespace transport {
namespace {

using namespace std::chrono_literals;
using fakes::SharedWay;
using fakes::SourceModel;
using fakes::WayJudge;

double ms(Microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

LinkProfile plain_link(std::vector<RateStep> steps, Microseconds period = 1h) {
    LinkProfile profile{.name = "plain"};
    profile.down.side = 1;
    for (auto* direction : {&profile.up, &profile.down}) direction->delay_ms = Quantiles{{{0, 15}}};
    profile.up.rate = std::make_shared<const RateTrace>(std::move(steps), period);
    return profile;
}

SourceModel source(int most, Priority priority = Priority::diagnostic, double frames_per_second = 30) {
    SourceModel model;
    model.limits = {300, 2'000, most};
    model.priority = priority;
    model.frames_per_second = frames_per_second;
    return model;
}

/// An encoder that needs no more than `kbit_per_s(now)`.
SourceModel needing(int most, std::function<double(Timestamp)> kbit_per_s) {
    auto model = source(most);
    model.size = [need = std::move(kbit_per_s)](int target, Timestamp now) {
        return static_cast<std::size_t>(std::min<double>(target, need(now)) * 125 / 30);
    };
    return model;
}

void print(std::string_view name, const fakes::WayReport& report) {
    fmt::print("  {}: utilisation {:.2f}, worst standing queue {:.1f} ms, frame delay p50 {:.1f} p99 {:.1f} ms\n", name,
               report.utilisation, ms(report.worst_queue), ms(report.p50), ms(report.p99));
}

class WithoutAQueue : public testing::TestWithParam<const char*> {};

TEST_P(WithoutAQueue, the_full_rate_is_reached_and_held) {
    for (const int most : {8'000, 40'000}) {
        SharedWay way{link_profile(GetParam(), ""), 3};
        auto model = source(most);
        model.clock_drift_ppm = 100;
        const auto& flow = way.add(model);
        way.run_until(5s);
        EXPECT_GE(flow.estimator.target_kbit_per_s(), most * 0.98) << "within five seconds";
        way.run_until(300s);
        const auto report = WayJudge{way, flow, 5s, 290s}.report();
        print(fmt::format("{} of {} kbit/s", GetParam(), most), report);
        EXPECT_GE(report.utilisation, 0.98);
        EXPECT_LE(report.worst_queue, 1ms);
    }
}

INSTANTIATE_TEST_SUITE_P(Links, WithoutAQueue, testing::Values("private-midband", "private-mmw"));

class ThinLinks : public testing::TestWithParam<const char*> {};

TEST_P(ThinLinks, have_no_standing_queue_in_five_minutes) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        SharedWay way{link_profile(GetParam(), ""), seed};
        auto model = source(8'000);
        model.clock_drift_ppm = 100;
        const auto& flow = way.add(model);
        way.run_until(300s);
        const auto report = WayJudge{way, flow, 2s, 299s}.report();
        print(fmt::format("{}, seed {}", GetParam(), seed), report);
        EXPECT_LE(report.worst_queue, 20ms);
        EXPECT_GE(report.utilisation, 0.5);
    }
}

INSTANTIATE_TEST_SUITE_P(Profiles, ThinLinks, testing::Values("public-5g", "lte-fallback"));

TEST(RateEstimator, jitter_of_several_ms_leaves_most_of_a_link_that_is_thinner_than_wanted) {
    SharedWay way{link_profile("private-oran", ""), 3};
    const auto& flow = way.add(source(60'000));
    way.run_until(300s);
    const auto report = WayJudge{way, flow, 10s, 290s}.report();
    print("private-oran", report);
    EXPECT_GE(report.utilisation, 0.8);
    EXPECT_LE(report.worst_queue, 20ms);
}

class RadioLoss : public testing::TestWithParam<const char*> {};

TEST_P(RadioLoss, without_a_queue_does_not_bring_the_rate_down) {
    SharedWay way{link_profile(fmt::format("private-midband{}", GetParam()), ""), 3};
    const auto& flow = way.add(source(40'000));
    way.run_until(120s);
    const double half = 0.5 * 40'000;
    double seconds_below = 0;
    for (auto time = 5s; time < 119s; time += 1s) seconds_below += way.delivered(flow, time, time + 1s) < half ? 1 : 0;
    const double delivered = way.delivered(flow, 5s, 119s);
    fmt::print("  {}: {:.1f} Mbit/s of 40, {} of 114 seconds below half\n", GetParam(), delivered / 1000,
               seconds_below);
    EXPECT_GE(delivered, 0.85 * 40'000);
    EXPECT_LE(seconds_below, 2) << "nobody answers for so long when eight reports in a row are lost";
}

INSTANTIATE_TEST_SUITE_P(Losses, RadioLoss, testing::Values("+loss=2%", "+loss=5%", "+loss=2%x8", "+loss=5%x8"));

TEST(RateEstimator, loss_with_a_queue_is_congestion) {
    auto profile = plain_link({{0s, 5'000}});
    profile.up.queue_bytes = 30'000;  // 48 ms
    SharedWay way{profile, 3};
    const auto& flow = way.add(source(40'000));
    way.run_until(60s);
    const double lost = static_cast<double>(flow.lost) / static_cast<double>(flow.lost + flow.waits.size());
    const auto report = WayJudge{way, flow, 5s, 59s}.report();
    print(fmt::format("a queue of 30 kB, {:.2f} % lost", 100 * lost), report);
    EXPECT_LE(lost, 0.02);
    EXPECT_GE(report.utilisation, 0.7);
}

class RestoredRate : public testing::TestWithParam<int> {};

TEST_P(RestoredRate, eighty_percent_of_it_are_back_within_three_seconds) {
    auto profile = plain_link({{0s, 20'000}, {20s, 1'000}, {30s, GetParam()}});
    profile.up.queue_bytes = 500'000;
    SharedWay way{profile, 3};
    const auto& flow = way.add(source(40'000));
    way.run_until(45s);
    EXPECT_GE(way.delivered(flow, 10s, 20s), 0.8 * 20'000);
    EXPECT_LE(way.delivered(flow, 21s, 30s), 1'001);
    double back = 0;
    while (back < 10 && way.delivered(flow, 30s + Microseconds{std::llround(back * 1e6)},
                                      30'500ms + Microseconds{std::llround(back * 1e6)}) < 0.8 * GetParam())
        back += 0.1;
    fmt::print("  1 -> {} Mbit/s: 80 % over half a second after {:.1f} s\n", GetParam() / 1000, back + 0.5);
    EXPECT_LE(back + 0.5, 3.0);
    EXPECT_GE(way.delivered(flow, 33s, 44s), 0.8 * GetParam()) << "and they stay";
}

INSTANTIATE_TEST_SUITE_P(Rates, RestoredRate, testing::Values(2'000, 5'000, 10'000, 20'000));

class Outage : public testing::TestWithParam<int> {};

TEST_P(Outage, little_is_sent_into_a_dead_link_and_the_rate_is_back_within_three_seconds) {
    const auto length = Microseconds{GetParam() * 1000};
    auto profile = plain_link({{0s, 12'000}});
    for (auto* direction : {&profile.up, &profile.down})
        direction->fixed_gaps.push_back({GapKind::outage, 20s, length});
    SharedWay way{profile, 3};
    auto model = source(8'000);
    const auto& flow = way.add(model);
    way.run_until(20s);
    const auto before = flow.bytes_sent;
    way.run_until(20s + length);
    const double into = static_cast<double>(flow.bytes_sent - before) / 1000;
    way.run_until(26s + length);
    const double after = way.delivered(flow, 22s + length, 23s + length);
    fmt::print("  {} ms: {:.0f} kB sent into it (8 Mbit/s are 1000 kB/s), {:.1f} Mbit/s in the third second after\n",
               GetParam(), into, after / 1000);
    EXPECT_LE(into, 300 + 0.1 * GetParam());
    EXPECT_GE(after, 0.8 * 8'000);
}

INSTANTIATE_TEST_SUITE_P(Lengths, Outage, testing::Values(100, 500, 1'500, 10'000));

TEST(RateEstimator, an_encoder_that_needs_little_gets_twice_what_it_sends_and_all_of_it_when_it_needs_more) {
    SharedWay way{plain_link({{0s, 30'000}}), 3};
    const auto& flow =
        way.add(needing(40'000, [&way](Timestamp now) { return now - way.start() < 30s ? 2'000 : 15'000; }));
    way.run_until(29s);
    EXPECT_LE(flow.estimator.target_kbit_per_s(), 4'400);
    EXPECT_GE(flow.estimator.target_kbit_per_s(), 3'600);
    EXPECT_EQ(flow.estimator.state(), RateState::hold);
    way.run_until(40s);
    const double early = way.delivered(flow, 31s, 32s);
    fmt::print("  2 -> 15 Mbit/s needed: {:.1f} Mbit/s in the second second\n", early / 1000);
    EXPECT_GE(early, 0.8 * 15'000);
}

TEST(RateEstimator, a_source_that_pauses_is_no_silence) {
    SharedWay way{plain_link({{0s, 30'000}}), 3};
    const auto& flow =
        way.add(needing(8'000, [&way](Timestamp now) { return (now - way.start()) % 10s < 5s ? 6'000 : 0; }));
    way.run_until(29'900ms);
    EXPECT_NE(flow.estimator.state(), RateState::silent) << "an X-ray pedal that is up";
    way.run_until(31s);
    EXPECT_GE(way.delivered(flow, 30'200ms, 30'900ms), 0.8 * 6'000);
}

TEST(RateEstimator, a_path_that_has_become_longer_is_no_queue_for_long) {
    auto profile = plain_link({{0s, 30'000}});
    profile.up.gaps.push_back({.kind = GapKind::outage,
                               .every = 25s,
                               .regular = true,
                               .shortest = 20ms,
                               .longest = 20ms,
                               .most_delay_step = 60ms});
    SharedWay way{profile, 4};
    const auto& flow = way.add(source(8'000));
    way.run_until(200s);
    const auto report = WayJudge{way, flow, 5s, 199s}.report();
    print("handovers with up to 60 ms more", report);
    EXPECT_GE(report.utilisation, 0.75);
}

struct Pair {
    int kbit_per_s;
    Microseconds later;
    Priority priority;
};
class TwoOfOneClass : public testing::TestWithParam<Pair> {};

TEST_P(TwoOfOneClass, share_a_link_fairly_after_twenty_seconds) {
    const auto [kbit_per_s, later, priority] = GetParam();
    SharedWay way{plain_link({{0s, kbit_per_s}}), 3};
    const auto& first = way.add(source(40'000, priority));
    auto second_source = source(40'000, priority);
    second_source.begins = timestamp(later.count());
    const auto& second = way.add(second_source);
    way.run_until(60s + later);
    const double x = way.delivered(first, 20s + later, 40s + later);
    const double y = way.delivered(second, 20s + later, 40s + later);
    const double jain = (x + y) * (x + y) / (2 * (x * x + y * y));
    const auto report = WayJudge{way, first, 20s + later, 60s + later}.report();
    fmt::print("  {} of {} Mbit/s, {:.2f} s later: {:.1f} and {:.1f}, Jain {:.3f}, together {:.2f}; queue {:.1f} ms\n",
               name(priority), kbit_per_s / 1000, ms(later) / 1000, x / 1000, y / 1000, jain, (x + y) / kbit_per_s,
               ms(report.worst_queue));
    EXPECT_GT(jain, 0.9);
    EXPECT_GE((x + y) / kbit_per_s, 0.75);
    EXPECT_LE(report.worst_queue, 20ms);
}

INSTANTIATE_TEST_SUITE_P(Pairs, TwoOfOneClass,
                         testing::Values(Pair{5'000, 11ms, Priority::diagnostic}, Pair{5'000, 5s, Priority::diagnostic},
                                         Pair{10'000, 11ms, Priority::diagnostic},
                                         Pair{10'000, 5s, Priority::diagnostic}, Pair{20'000, 5s, Priority::diagnostic},
                                         Pair{10'000, 5s, Priority::critical}, Pair{10'000, 5s, Priority::context}));

TEST(RateEstimator, the_camera_goes_to_its_floor_first_and_echo_and_x_ray_keep_theirs) {
    SharedWay way{plain_link({{0s, 20'000}, {30s, 5'000}}), 3};
    auto camera = source(8'000, Priority::context, 30);
    camera.limits.least = 500;
    auto echo = source(2'500, Priority::diagnostic, 60);
    auto x_ray = source(1'700, Priority::diagnostic, 15);
    echo.begins += 3ms;
    x_ray.begins += 9ms;
    const auto& cameras = way.add(camera);
    const auto& echoes = way.add(echo);
    const auto& x_rays = way.add(x_ray);
    way.run_until(90s);
    for (const auto& [from, to] : {std::pair{10s, 29s}, {35s, 89s}})
        fmt::print("  {:.0f} to {:.0f} s: camera {:.1f}, echo {:.1f} of 2.5, X-ray {:.1f} of 1.7 Mbit/s\n",
                   static_cast<double>(from.count()), static_cast<double>(to.count()),
                   way.delivered(cameras, from, to) / 1000, way.delivered(echoes, from, to) / 1000,
                   way.delivered(x_rays, from, to) / 1000);
    EXPECT_GE(way.delivered(cameras, 10s, 29s), 0.9 * 8'000);
    EXPECT_LE(way.delivered(cameras, 35s, 89s), 1'100) << "5 Mbit/s less the others' 4.2, or its floor";
    EXPECT_GE(way.delivered(echoes, 35s, 89s), 0.85 * 2'500);
    EXPECT_GE(way.delivered(x_rays, 35s, 89s), 0.85 * 1'700);
}

TEST(RateEstimator, a_higher_class_takes_the_link_from_a_lower_one_that_had_it) {
    SharedWay way{plain_link({{0s, 8'000}}), 3};
    const auto& comfort = way.add(source(40'000, Priority::comfort));
    auto later = source(40'000, Priority::critical);
    later.begins += 10s;
    const auto& critical = way.add(later);
    way.run_until(40s);
    fmt::print("  comfort {:.1f}, critical {:.1f} of 8 Mbit/s\n", way.delivered(comfort, 20s, 39s) / 1000,
               way.delivered(critical, 20s, 39s) / 1000);
    EXPECT_GE(way.delivered(critical, 20s, 39s), 4 * way.delivered(comfort, 20s, 39s));
}

TEST(RateEstimator, a_packet_that_comes_after_it_was_missed_was_not_lost) {
    RateEstimator estimator{{300, 2'000, 40'000}, Priority::diagnostic};
    const auto sent = timestamp(1'000'000);
    std::vector<PacketReport> packets;
    for (std::uint16_t i = 0; i < 10; ++i)
        packets.push_back({static_cast<std::uint16_t>(65'530 + i), sent, 1200, remote_timestamp(5'000 + i)});
    packets[3].arrived.reset();
    packets[7].arrived.reset();
    estimator.feedback(packets, sent + 40ms);
    EXPECT_NEAR(estimator.loss(), 0.2, 1e-9);
    packets[3].arrived = remote_timestamp(6'000);
    estimator.feedback(packets, sent + 60ms);
    EXPECT_NEAR(estimator.loss(), 0.1, 1e-9);
    estimator.feedback(packets, sent + 80ms);
    EXPECT_NEAR(estimator.loss(), 0.1, 1e-9) << "what was said again was not sent again";
}

}  // namespace
}  // namespace transport

#include "transport/emulator/link_model.hpp"

#include "fakes/stepped_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace transport {
namespace {

using namespace std::chrono_literals;

const Timestamp link_start = timestamp(5'000'000'000);

std::shared_ptr<const RateTrace> rate_of(std::vector<RateStep> steps, Microseconds period) {
    return std::make_shared<const RateTrace>(std::move(steps), period);
}

LinkDirection plain_direction(double delay_ms, std::int64_t kbit_per_s) {
    LinkDirection direction;
    direction.delay_ms = Quantiles{{{0, delay_ms}}};
    direction.rate = std::make_shared<const RateTrace>(RateTrace::constant(kbit_per_s));
    return direction;
}

double milliseconds(Microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

TEST(LinkModel, a_packet_takes_its_bytes_at_the_rate_and_the_delay) {
    LinkModel model{plain_direction(5, 10'000), 1, link_start};
    const auto first = model.enter(1250, link_start + 1s);
    EXPECT_EQ(first.fate, Fate::delivered);
    EXPECT_EQ(first.out, link_start + 1s + 6ms);
    EXPECT_EQ(first.queueing, 0us);
    const auto second = model.enter(1250, link_start + 1s);
    EXPECT_EQ(second.out, link_start + 1s + 7ms);
    EXPECT_EQ(second.queueing, 1ms);
    const auto later = model.enter(125, link_start + 2s);
    EXPECT_EQ(later.out, link_start + 2s + 5100us);
    EXPECT_EQ(later.queueing, 0us);
}

TEST(LinkModel, a_full_queue_refuses_and_a_lower_rate_bloats_it) {
    auto direction = plain_direction(5, 1);
    direction.rate = rate_of({{0s, 20'000}, {10s, 2'000}, {20s, 20'000}}, 40s);
    direction.queue_bytes = 100'000;
    LinkModel model{direction, 1, link_start};
    Microseconds longest{0};
    int full = 0;
    for (auto time = 0us; time < 20s; time += 1ms) {  // 8 Mbit/s
        const auto passage = model.enter(1000, link_start + time);
        if (time < 10s) {
            ASSERT_EQ(passage.fate, Fate::delivered);
            ASSERT_EQ(passage.queueing, 0us);
        }
        if (passage.fate == Fate::queue_full) ++full;
        longest = std::max(longest, passage.queueing);
    }
    EXPECT_NEAR(milliseconds(longest), 99'000 * 8 / 2'000.0, 1);  // 100 kB at 2 Mbit/s
    EXPECT_NEAR(full, 7'500 - 100, 10);
}

TEST(LinkModel, holds_300_ms_at_its_mean_rate_within_bounds) {
    EXPECT_EQ((LinkModel{plain_direction(5, 20'000), 1, link_start}.queue_bytes()), 750'000U);
    EXPECT_EQ((LinkModel{plain_direction(5, 100), 1, link_start}.queue_bytes()), 30'000U);
    EXPECT_EQ((LinkModel{plain_direction(5, 10'000'000), 1, link_start}.queue_bytes()), 16'000'000U);
}

TEST(LinkModel, packets_leave_in_the_order_they_came) {
    auto direction = plain_direction(0, 1'000'000);
    direction.delay_ms = Quantiles{{{0, 1}, {1, 50}}};
    direction.coherence = 3ms;
    LinkModel model{direction, 7, link_start};
    Timestamp last{};
    for (int i = 0; i < 100'000; ++i) {
        const auto passage = model.enter(1000, link_start + i * 500us);
        ASSERT_GE(passage.out, last);
        last = passage.out;
    }
}

TEST(LinkModel, reorders_the_share_that_the_profile_says) {
    auto direction = plain_direction(5, 1'000'000);
    direction.reorder = 0.05;
    direction.reorder_by = 10ms;
    LinkModel model{direction, 7, link_start};
    int overtaken = 0;
    Timestamp latest{};
    std::vector<Timestamp> outs;
    for (int i = 0; i < 50'000; ++i) outs.push_back(model.enter(1000, link_start + i * 1ms).out);
    for (std::size_t i = 0; i < outs.size(); ++i) {
        const bool late = outs[i] > link_start + static_cast<int>(i) * 1ms + 5008us;
        if (late) ++overtaken;
        ASSERT_LE(outs[i], link_start + static_cast<int>(i) * 1ms + 15008us);
        latest = std::max(latest, outs[i]);
    }
    EXPECT_NEAR(overtaken / 50'000.0, 0.05, 0.005);
}

TEST(LinkModel, loses_the_share_in_bursts_of_the_length_that_the_profile_says) {
    struct Case {
        double loss, burst, independent, share, length;
    };
    for (const auto& [loss, burst, independent, share, length] :
         {Case{.02, 8, 0, .02, 8}, Case{.05, 8, 0, .05, 8}, Case{0, 1, .02, .02, 1 / .98},
          Case{0, 1, .05, .05, 1 / .95}, Case{.02, 8, .01, .0298, 2.5}}) {
        auto direction = plain_direction(1, 1'000'000);
        direction.loss = loss;
        direction.burst = burst;
        direction.independent_loss = independent;
        LinkModel model{direction, 11, link_start};
        constexpr int packets = 2'000'000;
        int gone = 0, bursts = 0;
        bool before = false;
        for (int i = 0; i < packets; ++i) {
            const bool now = model.enter(1000, link_start + i * 100us).fate == Fate::lost;
            gone += now;
            bursts += now && !before;
            before = now;
        }
        EXPECT_NEAR(static_cast<double>(gone) / packets, share, share * 0.05);
        if (independent == 0 || loss == 0) {
            EXPECT_NEAR(static_cast<double>(gone) / bursts, length, length * 0.05);
        }
    }
}

TEST(LinkModel, successive_delays_resemble_each_other_for_the_coherence_time) {
    auto direction = plain_direction(0, 10'000'000);
    direction.delay_ms = Quantiles::normal(30, 5);
    direction.coherence = 100ms;
    LinkModel model{direction, 3, link_start};
    std::vector<double> delays;
    for (int i = 0; i < 200'000; ++i) {
        const auto now = link_start + i * 10ms;
        delays.push_back(milliseconds(model.enter(100, now).out - now));
    }
    const double mean = std::accumulate(delays.begin(), delays.end(), 0.0) / static_cast<double>(delays.size());
    const auto product = [&](std::size_t lag) {
        double sum = 0;
        for (std::size_t i = 0; i + lag < delays.size(); ++i) sum += (delays[i] - mean) * (delays[i + lag] - mean);
        return sum / static_cast<double>(delays.size() - lag);
    };
    EXPECT_NEAR(mean, 30, 0.3);
    EXPECT_NEAR(product(10) / product(0), std::exp(-1), 0.04);  // 100 ms
    EXPECT_NEAR(product(5) / product(0), std::exp(-.5), 0.04);
    EXPECT_NEAR(product(100) / product(0), 0, 0.04);
}

TEST(LinkModel, an_outage_loses_what_enters_and_keeps_what_waits) {
    auto direction = plain_direction(5, 8'000);  // 1 ms a packet of 1000
    direction.fixed_gaps = {{GapKind::outage, 1s, 100ms}};
    LinkModel model{direction, 1, link_start};
    std::vector<Passage> waiting;
    for (int i = 0; i < 10; ++i) waiting.push_back(model.enter(1000, link_start + 995ms));
    EXPECT_EQ(waiting[4].out, link_start + 1s + 5ms);
    EXPECT_EQ(waiting[5].out, link_start + 1s + 101ms + 5ms);
    EXPECT_EQ(waiting[9].out, link_start + 1s + 105ms + 5ms);
    EXPECT_EQ(model.enter(1000, link_start + 1s).fate, Fate::outage);
    EXPECT_EQ(model.enter(1000, link_start + 1s + 99'999us).fate, Fate::outage);
    const auto after = model.enter(1000, link_start + 1s + 100ms);
    EXPECT_EQ(after.fate, Fate::delivered);
    EXPECT_EQ(after.queueing, 5ms);
    EXPECT_EQ(model.kbit_per_s(link_start + 999ms), 8'000);
    EXPECT_EQ(model.kbit_per_s(link_start + 1050ms), 0);
    EXPECT_FALSE(model.in_gap(link_start + 999ms));
    EXPECT_TRUE(model.in_gap(link_start + 1s));
    EXPECT_EQ(model.next_up(link_start + 1s), link_start + 1100ms);
    EXPECT_EQ(model.next_up(link_start + 999ms), link_start + 999ms);
}

TEST(LinkModel, a_stall_loses_nothing_and_releases_all_at_once) {
    auto direction = plain_direction(5, 8'000);
    direction.fixed_gaps = {{GapKind::stall, 1s, 200ms}};
    LinkModel model{direction, 1, link_start};
    for (int i = 0; i < 100; ++i) {
        const auto now = link_start + 1s + i * 2ms;
        const auto passage = model.enter(1000, now);
        ASSERT_EQ(passage.fate, Fate::delivered);
        EXPECT_EQ(passage.out, std::max(link_start + 1200ms, now + 6ms));
        EXPECT_EQ(passage.queueing, 0us);
    }
    EXPECT_TRUE(model.in_gap(link_start + 1100ms));
    EXPECT_EQ(model.next_up(link_start + 1100ms), link_start + 1200ms);
}

TEST(LinkModel, a_gap_of_the_trace_is_a_gap_and_the_queue_outlives_it) {
    auto direction = plain_direction(5, 1);
    direction.rate = rate_of({{0s, 8'000}, {1s, 0}, {1500ms, 8'000}}, 2s);
    LinkModel model{direction, 1, link_start};
    const auto passage = model.enter(1000, link_start + 1s);
    EXPECT_EQ(passage.out, link_start + 1501ms + 5ms);
    EXPECT_EQ(model.kbit_per_s(link_start + 1200ms), 0);
    EXPECT_EQ(model.next_up(link_start + 3200ms), link_start + 3500ms);  // the trace repeats
    EXPECT_FALSE(model.in_gap(link_start + 3500ms));
}

TEST(LinkModel, handovers_meet_both_directions_at_the_same_instants) {
    const auto profile = link_profile("wifi-handover", "");
    LinkModel up{profile.up, 42, link_start};
    LinkModel down{profile.down, 42, link_start};
    LinkModel other{profile.up, 43, link_start};
    int outages = 0, different = 0;
    std::vector<Microseconds> lengths;
    for (auto time = link_start; time < link_start + 10min;) {
        const auto end = up.next_up(time);
        ASSERT_EQ(up.in_gap(time), down.in_gap(time));
        ASSERT_EQ(end, down.next_up(time));
        different += up.in_gap(time) != other.in_gap(time);
        if (end > time) ++outages, lengths.push_back(end - time);
        time = end + 1ms;
    }
    EXPECT_NEAR(outages, 600 / 8.3, 5);
    EXPECT_GE(*std::ranges::min_element(lengths), 149ms);
    EXPECT_LE(*std::ranges::max_element(lengths), 400ms);
    EXPECT_GT(different, 1000);
}

TEST(LinkModel, the_radio_is_the_same_whatever_is_sent) {
    const auto profile = link_profile("private-midband", "");
    LinkModel busy{profile.up, 42, link_start};
    LinkModel calm{profile.up, 42, link_start};
    for (auto time = 0us; time < 60s; time += 1ms) {
        const auto a = busy.enter(100, link_start + time);
        if (time % 100ms != 0us) continue;
        const auto b = calm.enter(100, link_start + time);
        if (a.fate != Fate::delivered || b.fate != Fate::delivered) continue;
        // Order may hold the busier one's back a little.
        EXPECT_LE(b.out, a.out);
        EXPECT_LE(a.out - b.out, 2ms);
    }
}

std::uint64_t hash_of_passages(const std::string& profile_name, std::uint64_t seed, std::chrono::seconds length,
                               std::array<int, 4>& fates) {
    fakes::SteppedClock clock{link_start};
    LinkModel model{link_profile(profile_name, "").up, seed, clock.now()};
    std::uint64_t hash = 0xCBF29CE484222325U;
    const auto mix = [&hash](std::int64_t word) { hash = (hash ^ static_cast<std::uint64_t>(word)) * 0x100000001B3U; };
    for (int frame = 0; frame < length.count() * 60; ++frame) {
        clock.wait_until(link_start + frame * 16'667us, {});
        for (int packet = 0; packet < 20; ++packet) {
            const auto passage = model.enter(1200, clock.now());
            ++fates[static_cast<std::size_t>(passage.fate)];
            mix(static_cast<std::int64_t>(passage.fate));
            mix(microseconds(passage.out));
            mix(passage.queueing.count());
        }
    }
    return hash;
}

TEST(LinkModel, an_hour_with_the_same_seed_is_the_same_hour) {
    for (const auto* name : {"public-5g", "stress"}) {
        std::array<int, 4> first{}, second{};
        const auto hash = hash_of_passages(name, 1, 1h, first);
        EXPECT_EQ(hash, hash_of_passages(name, 1, 1h, second)) << name;
        EXPECT_EQ(first, second);
        EXPECT_GT(first[static_cast<std::size_t>(Fate::outage)], 100) << name;
        EXPECT_GT(first[static_cast<std::size_t>(Fate::lost)], 5'000) << name;
    }
}

TEST(LinkModel, another_seed_is_another_radio) {
    std::array<int, 4> fates{};
    EXPECT_EQ(hash_of_passages("stress", 1, 60s, fates), hash_of_passages("stress", 1, 60s, fates));
    EXPECT_NE(hash_of_passages("stress", 1, 60s, fates), hash_of_passages("stress", 2, 60s, fates));
}

}  // namespace
}  // namespace transport

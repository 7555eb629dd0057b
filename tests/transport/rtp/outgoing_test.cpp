// The sending half, and how it chooses the repair, on reports made by hand.
#include "transport/rtp/outgoing.hpp"
#include "fakes/rtp_units.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::Bytes;

struct OutgoingPackets : testing::Test {
    static constexpr RtpStream stream{80, 84, 96};
    RtpOutgoing outgoing{stream, {.mtu = 300}};
    Timestamp now = timestamp(1'000'000'000);
    std::uint32_t time = 0;

    OutgoingPackets() { outgoing.know_round_trip(20ms); }

    std::vector<Bytes> picture() {
        const auto unit = fakes::annex_b({fakes::nal(fakes::sei, 40), fakes::nal(fakes::slice, 800)});
        return fakes::apart(outgoing.packets(unit, time += 1800, now));
    }
    /// A report of `count` packets of which every so-manieth run of `run` was lost.
    ArrivalReport arrivals(std::uint16_t begin, int count, int every, int run) const {
        ArrivalReport report{80, begin, {}, report_time(now)};
        for (int i = 0; i < count; ++i)
            report.ago.push_back(every > 0 && i % every < run ? std::nullopt : std::optional{Microseconds{1000}});
        return report;
    }
    /// Pictures until what the reports say is believed.
    void live_with(int every, int run) {
        for (int i = 0; i < 60; ++i, now += 20ms) {
            static_cast<void>(picture());
            static_cast<void>(outgoing.take(arrivals(static_cast<std::uint16_t>(4 * i), 100, every, run), now));
        }
    }
    static int parity_in(const std::vector<Bytes>& packets) {
        return static_cast<int>(
            std::ranges::count_if(packets, [](const Bytes& packet) { return read_rtp(packet)->ssrc == 82; }));
    }
};

TEST_F(OutgoingPackets, go_again_under_the_repair_stream_when_they_are_asked_for) {
    static_cast<void>(picture());
    const auto sent = picture();
    now += 10ms;
    const auto again = outgoing.answer({80, {5, 6}}, now);
    ASSERT_EQ(again.size(), 2U);
    EXPECT_EQ(read_rtp(again[0])->ssrc, 81U);
    EXPECT_EQ(read_rtp(again[0])->payload_type, 97);
    EXPECT_EQ(from_repair(again[0], 80, 96), sent[1]);
    EXPECT_EQ(from_repair(again[1], 80, 96), sent[2]);
    EXPECT_EQ(read_rtp(again[1])->sequence, read_rtp(again[0])->sequence + 1);
    EXPECT_EQ(outgoing.counts().resent, 2U);
}

TEST_F(OutgoingPackets, that_two_paths_ask_for_go_again_once) {
    static_cast<void>(picture());
    EXPECT_EQ(outgoing.answer({80, {1}}, now).size(), 1U);
    now += 9ms;
    EXPECT_EQ(outgoing.answer({80, {1}}, now).size(), 0U);
    now += 1ms;
    EXPECT_EQ(outgoing.answer({80, {1}}, now).size(), 2U)
        << "half a round trip later it was lost, too: twice to be sure";
}

TEST_F(OutgoingPackets, go_again_no_more_than_two_hundred_times_a_second_however_short_the_way) {
    outgoing.know_round_trip(100us);
    static_cast<void>(picture());
    int again = 0;
    for (int i = 0; i < 500; ++i, now += 100us) again += static_cast<int>(outgoing.answer({80, {1}}, now).size());
    EXPECT_LE(again, 2 * 11) << "each answer to a repeated question goes twice";
}

TEST_F(OutgoingPackets, that_the_receiver_has_given_up_do_not_go_again) {
    static_cast<void>(picture());
    now += 60ms + 20ms;
    EXPECT_EQ(outgoing.answer({80, {1}}, now).size(), 1U);
    now += 11ms;
    EXPECT_EQ(outgoing.answer({80, {2}}, now).size(), 0U);
}

TEST_F(OutgoingPackets, that_were_never_sent_or_are_of_another_stream_do_not_go_again) {
    static_cast<void>(picture());
    EXPECT_TRUE(outgoing.answer({80, {4, 5, 60'000}}, now).empty()) << "asked for as the tail of a picture";
    EXPECT_TRUE(outgoing.answer({81, {1}}, now).empty());
}

TEST_F(OutgoingPackets, are_told_of_with_size_departure_and_arrival) {
    now += 1s;
    const auto sent = picture();
    const auto departed = now;
    now += 15ms;
    ArrivalReport report{80, 0, {2ms, std::nullopt, 1ms, 0ms, 0ms}, report_time(now)};
    const auto told = outgoing.take(report, now + 5ms);
    ASSERT_EQ(told.size(), 4U) << "the fifth was never sent";
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(told[i].sequence, i);
        EXPECT_EQ(told[i].sent, departed);
        EXPECT_EQ(told[i].bytes, sent[i].size());
    }
    EXPECT_FALSE(told[1].arrived);
    EXPECT_EQ(*told[2].arrived - *told[0].arrived, 1ms);
    EXPECT_EQ(*told[3].arrived - *told[0].arrived, 2ms);
    report.media_ssrc = 81;
    EXPECT_TRUE(outgoing.take(report, now).empty());
}

TEST_F(OutgoingPackets, carry_no_parity_where_nothing_is_lost) {
    live_with(0, 0);
    EXPECT_EQ(parity_in(picture()), 0);
    EXPECT_EQ(outgoing.counts().parity, 0U);
}

TEST_F(OutgoingPackets, carry_parity_where_losses_are_isolated) {
    live_with(50, 1);
    const auto packets = picture();
    EXPECT_EQ(parity_in(packets), 1);
    EXPECT_TRUE(read_rtp(packets[3])->marker) << "media first";
    EXPECT_EQ(parity_in({packets[4]}), 1);
}

TEST_F(OutgoingPackets, carry_no_parity_where_losses_come_in_bursts_and_asking_helps) {
    live_with(100, 8);
    EXPECT_EQ(parity_in(picture()), 0);
}

TEST_F(OutgoingPackets, carry_parity_for_bursts_where_nobody_can_be_asked_in_time) {
    outgoing.know_round_trip(80ms);
    live_with(100, 8);
    EXPECT_GE(parity_in(picture()), 2);
}

TEST_F(OutgoingPackets, carry_no_parity_where_it_is_switched_off) {
    RtpOutgoing plain{stream, {.mtu = 300, .fec = false}};
    static_cast<void>(plain.take(arrivals(0, 1000, 20, 1), now));
    const auto unit = fakes::annex_b({fakes::nal(fakes::slice, 800)});
    EXPECT_EQ(parity_in(fakes::apart(plain.packets(unit, 1, now))), 0);
}

TEST_F(OutgoingPackets, go_on_counting_across_the_end_of_the_count) {
    for (int i = 0; i < 16'400; ++i, now += 100us) {
        const auto sent = picture();
        const auto last = static_cast<std::uint16_t>(4 * i + 3);
        ASSERT_EQ(read_rtp(sent.back())->sequence, last);
        if (i % 100 != 0) continue;
        const auto again = outgoing.answer({80, {last}}, now);
        ASSERT_EQ(again.size(), 1U) << i;
        ASSERT_EQ(from_repair(again[0], 80, 96), sent.back());
    }
}

TEST_F(OutgoingPackets, of_padding_can_be_asked_for_like_others) {
    static_cast<void>(picture());
    const auto padding = outgoing.padding(100, now);
    EXPECT_EQ(read_rtp(padding.bytes)->sequence, 4);
    const auto sent = picture();
    EXPECT_EQ(read_rtp(sent.front())->sequence, 5);
    const auto again = outgoing.answer({80, {4}}, now);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(from_repair(again[0], 80, 96), padding.bytes);
}

}  // namespace

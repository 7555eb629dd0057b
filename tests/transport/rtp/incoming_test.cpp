// The receiving half on packets made by hand, at times that the test says.
#include "transport/rtp/incoming.hpp"
#include "fakes/rtp_units.hpp"
#include "transport/rtp/history.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::Bytes;

/// Pictures of four packets, one every 20 ms, by whichever paths; the other end is 10 ms away and back.
struct IncomingPackets : testing::Test {
    static constexpr RtpStream stream{80, 84, 96};
    std::vector<WholeUnit> units;
    RtpIncoming incoming{stream, {}, [this](WholeUnit unit) { units.push_back(std::move(unit)); }};
    H264Packetizer packetizer{{80, 96, 300}};
    FecSender fec{stream.fec_ssrc(), stream.fec_type()};
    std::uint32_t time = 0;
    std::uint16_t repairs = 0;
    Timestamp now = timestamp(1'000'000'000);

    Microseconds round_trip{10'000};

    IncomingPackets() { incoming.know_link(round_trip); }

    RtpPackets made() {
        return packetizer.packets(fakes::annex_b({fakes::nal(fakes::sei, 40), fakes::nal(fakes::slice, 800)}),
                                  time += 1800);
    }
    std::vector<Bytes> picture() { return fakes::apart(made()); }
    void take(const Bytes& packet, std::size_t path = 0) { incoming.take(packet, path, now); }
    void take(const std::vector<Bytes>& packets, std::size_t path = 0) {
        for (const auto& packet : packets) take(packet, path);
    }
    void send_again(const Bytes& packet) {
        take(to_repair(packet, stream.repair_ssrc(), stream.repair_type(), repairs++));
    }
    /// What is asked for at `now`.
    std::vector<std::uint16_t> asked() {
        incoming.know_link(round_trip);
        const auto feedback = incoming.take_feedback(now);
        for (const auto& message : feedback.to_all)
            if (const auto* nack = std::get_if<Nack>(&message)) return nack->sequences;
        return {};
    }
    /// As the network does: feedback whenever it is due, until then. Returns how often.
    int pass(Microseconds length) {
        const auto end = now + length;
        int calls = 0;
        while (incoming.due() <= end) {
            now = std::max(now, incoming.due());
            static_cast<void>(incoming.take_feedback(now));
            if (++calls > 1000) break;
        }
        now = end;
        return calls;
    }
    std::optional<ArrivalReport> report(std::size_t path) {
        const auto feedback = incoming.take_feedback(now);
        for (const auto& message : feedback.by_path.at(path))
            if (const auto* found = std::get_if<ArrivalReport>(&message)) return *found;
        return std::nullopt;
    }
};

TEST_F(IncomingPackets, come_out_as_the_picture_they_were_with_the_times_of_the_first_and_last) {
    const auto packets = picture();
    ASSERT_EQ(packets.size(), 4U);
    take(packets[0]);
    now += 3ms;
    take(packets[1]);
    take(packets[2]);
    EXPECT_TRUE(units.empty());
    now += 1ms;
    take(packets[3]);
    ASSERT_EQ(units.size(), 1U);
    EXPECT_EQ(units[0].first_packet, now - 4ms);
    EXPECT_EQ(units[0].last_packet, now);
}

TEST_F(IncomingPackets, a_gap_is_asked_for_at_once_and_the_answer_completes_the_picture) {
    const auto packets = picture();
    take({packets[0], packets[1], packets[3]});
    EXPECT_LE(incoming.due(), now);
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{2});
    now += 10ms;
    send_again(packets[2]);
    ASSERT_EQ(units.size(), 1U);
    EXPECT_EQ(units[0].last_packet, now) << "of a repaired picture, what completed it";
    EXPECT_EQ(incoming.counts().resent, 1U);
    EXPECT_EQ(incoming.counts().lost, 0U);
}

TEST_F(IncomingPackets, a_question_whose_answer_is_lost_is_asked_again_and_in_between_is_not) {
    const auto packets = picture();
    take({packets[0], packets[3]});
    EXPECT_EQ(asked(), (std::vector<std::uint16_t>{1, 2}));
    now += 12ms;
    send_again(packets[1]);
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{});
    now += 6ms;
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{2});
}

TEST_F(IncomingPackets, what_does_not_come_within_the_budget_is_given_up_and_pictures_go_on) {
    const auto torn = picture();
    take({torn[0], torn[1], torn[3]});
    now += 20ms;
    take(picture());
    EXPECT_TRUE(units.empty()) << "behind the gap";
    pass(39ms);
    EXPECT_TRUE(units.empty());
    pass(2ms);
    EXPECT_EQ(units.size(), 1U);
    EXPECT_EQ(incoming.counts().lost, 1U);
    EXPECT_EQ(incoming.counts().damaged_units, 1U);
}

TEST_F(IncomingPackets, the_end_of_a_picture_is_asked_for_before_a_later_packet_shows_that_it_is_missing) {
    const auto packets = picture();
    take({packets[0], packets[1]});
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{}) << "the others may be right behind";
    pass(3ms);
    EXPECT_EQ(incoming.due(), now + 1ms);
    now += 1ms;
    const auto tail = asked();
    ASSERT_FALSE(tail.empty());
    EXPECT_EQ(tail.front(), 2);
    EXPECT_EQ(tail.size(), 17U) << "as many as one word names";
    now += 10ms;
    send_again(packets[2]);
    send_again(packets[3]);
    EXPECT_EQ(units.size(), 1U);
}

TEST_F(IncomingPackets, a_sender_that_falls_silent_within_a_picture_is_asked_three_times_and_left_alone) {
    const auto packets = picture();
    take({packets[0], packets[1]});
    int questions = 0;
    for (const auto end = now + 5s; now < end; now += 1ms)
        if (!asked().empty()) ++questions;
    EXPECT_EQ(questions, 3);
    EXPECT_EQ(incoming.due(), Timestamp::max());
}

TEST_F(IncomingPackets, padding_behind_a_picture_asks_for_nothing) {
    take(picture());
    for (int i = 0; i < 20; ++i) {
        take(packetizer.padding(200, time).bytes);
        for (int step = 0; step < 10; ++step, now += 1ms) ASSERT_EQ(asked(), std::vector<std::uint16_t>{});
    }
    take(picture());
    EXPECT_EQ(units.size(), 2U);
}

TEST_F(IncomingPackets, lost_padding_that_is_sent_again_holds_no_picture_back) {
    take(picture());
    const auto padding = packetizer.padding(100, time).bytes;
    take(picture());
    EXPECT_EQ(units.size(), 1U);
    send_again(padding);
    EXPECT_EQ(units.size(), 2U);
}

TEST_F(IncomingPackets, nobody_is_asked_when_no_answer_could_come_in_time) {
    round_trip = 80ms;
    incoming.know_link(round_trip);
    const auto packets = picture();
    take({packets[0], packets[1], packets[3]});
    for (int step = 0; step < 100; ++step, now += 1ms) ASSERT_EQ(asked(), std::vector<std::uint16_t>{});
    take(picture());
    EXPECT_EQ(units.size(), 1U) << "nor is it waited for";
}

TEST_F(IncomingPackets, copies_by_a_second_path_count_as_such_and_give_no_second_picture) {
    const auto packets = picture();
    take(packets, 0);
    now += 2ms;
    take(packets, 1);
    EXPECT_EQ(units.size(), 1U);
    EXPECT_EQ(incoming.counts().packets, 4U);
    EXPECT_EQ(incoming.counts().copies, 4U);
}

TEST_F(IncomingPackets, a_gap_waits_as_long_as_the_slower_path_takes_before_it_is_asked_for) {
    for (int i = 0; i < 5; ++i) {
        const auto packets = picture();
        take(packets, 0);
        now += 8ms;
        take(packets, 1);
        now += 12ms;
    }
    static_cast<void>(asked());
    const auto packets = picture();
    take({packets[0], packets[2], packets[3]}, 0);
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{});
    now += 7ms;
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{}) << "on its way by the other path";
    now += 2ms;
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{21});
}

TEST_F(IncomingPackets, what_somebody_repeats_by_the_same_path_delays_no_question) {
    for (int i = 0; i < 5; ++i) {
        const auto packets = picture();
        take(packets, 0);
        now += 15ms;
        take(packets, 0);
        incoming.take_copy(static_cast<std::uint16_t>(4 * i), 0, now);
        now += 5ms;
    }
    static_cast<void>(asked());
    const auto packets = picture();
    take({packets[0], packets[2], packets[3]}, 0);
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{21});
}

TEST_F(IncomingPackets, a_slow_path_that_is_gone_is_forgotten) {
    for (int i = 0; i < 5; ++i) {
        const auto packets = picture();
        take(packets, 0);
        now += 16ms;
        take(packets, 1);
        now += 4ms;
    }
    for (int i = 0; i < 100; ++i, now += 20ms) {
        const auto packets = picture();
        take(packets, 0);
        take(packets, 1);  // as fast as the other
    }
    static_cast<void>(asked());
    const auto packets = picture();
    take({packets[0], packets[2], packets[3]}, 0);
    now += 1ms;
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{421});
}

TEST_F(IncomingPackets, parity_completes_a_picture_without_a_question) {
    std::uint16_t first = 0;
    const auto protect = [&] {
        const auto media = made();
        const auto parity = fec.protect(media, first, 20);
        first = static_cast<std::uint16_t>(first + media.ends.size());
        return std::pair{fakes::apart(media), fakes::apart(parity)};
    };
    const auto [shown, shown_parity] = protect();
    take(shown);
    take(shown_parity);
    now += 20ms;
    const auto [packets, parity] = protect();
    take({packets[0], packets[2], packets[3]});
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{}) << "parity is on its way";
    take(parity);
    EXPECT_EQ(units.size(), 2U);
    EXPECT_EQ(incoming.counts().restored, 1U);
    EXPECT_EQ(incoming.counts().resent, 0U);
}

TEST_F(IncomingPackets, each_path_reports_its_own_arrivals_and_what_it_lost) {
    take(picture(), 0);
    static_cast<void>(incoming.take_feedback(now));
    now += 25ms;
    const auto packets = picture();
    take({packets[0], packets[1], packets[3]}, 0);
    now += 2ms;
    take({packets[1], packets[2]}, 1);
    now += 3ms;
    const auto feedback = incoming.take_feedback(now);
    ASSERT_EQ(feedback.by_path[0].size(), 1U);
    ASSERT_EQ(feedback.by_path[1].size(), 1U);
    const auto& first = std::get<ArrivalReport>(feedback.by_path[0].front());
    EXPECT_EQ(first.begin, 4);
    EXPECT_EQ(first.ago, (std::vector<std::optional<Microseconds>>{5ms, 5ms, std::nullopt, 5ms}));
    EXPECT_EQ(first.time, report_time(now));
    const auto& second = std::get<ArrivalReport>(feedback.by_path[1].front());
    EXPECT_EQ(second.begin, 5);
    EXPECT_EQ(second.ago, (std::vector<std::optional<Microseconds>>{3ms, 3ms}));
    EXPECT_TRUE(feedback.by_path[2].empty());
}

TEST_F(IncomingPackets, reports_follow_one_another_without_a_gap_across_the_end_of_the_count) {
    std::optional<std::uint16_t> next;
    std::size_t told = 0;
    for (int i = 0; i < 17'000; ++i, now += 5ms) {
        take(picture(), 0);
        if (const auto out = report(0)) {
            ASSERT_EQ(out->begin, next.value_or(out->begin));
            next = static_cast<std::uint16_t>(out->begin + out->ago.size());
            ASSERT_TRUE(std::ranges::all_of(out->ago, [](const auto& ago) { return ago.has_value(); }));
            told += out->ago.size();
        }
    }
    EXPECT_GT(told, 67'900U);
    EXPECT_EQ(units.size(), 17'000U);
}

TEST_F(IncomingPackets, a_path_that_was_not_used_reports_nothing_lost_when_it_is_used_again) {
    for (int i = 0; i < 200; ++i, now += 20ms) {
        const auto packets = picture();
        take(packets, 0);
        if (i < 20 || i >= 180) take(packets, 1);
        const auto feedback = incoming.take_feedback(now);
        for (const auto& message : feedback.by_path[1])
            for (const auto& ago : std::get<ArrivalReport>(message).ago) ASSERT_TRUE(ago) << "picture " << i;
    }
}

TEST_F(IncomingPackets, a_report_never_tells_of_more_than_a_packet_holds) {
    take(picture(), 0);
    static_cast<void>(incoming.take_feedback(now));
    for (int i = 0; i < 400; ++i) static_cast<void>(picture());  // 1600 packets are lost
    now += 500ms;
    take(picture(), 0);
    const auto out = report(0);
    ASSERT_TRUE(out);
    EXPECT_EQ(out->ago.size(), ArrivalReport::most_packets);
    EXPECT_TRUE(out->ago.back());
    EXPECT_FALSE(out->ago.front());
}

TEST_F(IncomingPackets, a_keyframe_is_requested_at_once_and_once) {
    take(picture());
    static_cast<void>(incoming.take_feedback(now));
    incoming.request_keyframe();
    EXPECT_LE(incoming.due(), now);
    const auto requested = incoming.take_feedback(now).to_all;
    EXPECT_EQ(requested, std::vector<RtcpMessage>{PictureLoss{80}});
    EXPECT_TRUE(incoming.take_feedback(now).to_all.empty());
    EXPECT_GT(incoming.due(), now);
}

TEST_F(IncomingPackets, lost_in_an_outage_are_not_asked_for_and_pictures_go_on_at_once) {
    take(picture());
    for (int i = 0; i < 100; ++i) static_cast<void>(picture());  // 400 packets
    now += 2s;
    take(picture());
    EXPECT_EQ(units.size(), 2U);
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{});
    for (int i = 0; i < 5000; ++i) static_cast<void>(picture());  // so many that the count says nothing
    now += 100s;
    take(picture());
    EXPECT_EQ(units.size(), 3U);
    EXPECT_EQ(asked(), std::vector<std::uint16_t>{});
}

TEST_F(IncomingPackets, of_other_streams_are_none_of_ours) {
    H264Packetizer other{{99, 96, 300}};
    take(fakes::apart(other.packets(fakes::annex_b({fakes::nal(fakes::sei, 40), fakes::nal(fakes::slice, 800)}), 7)));
    H264Packetizer type{{80, 111, 300}};
    take(fakes::apart(type.packets(fakes::annex_b({fakes::nal(fakes::sei, 40), fakes::nal(fakes::slice, 800)}), 7)));
    EXPECT_TRUE(units.empty());
    EXPECT_EQ(incoming.counts().packets, 0U);
    EXPECT_EQ(incoming.due(), Timestamp::max());
}

TEST_F(IncomingPackets, the_loss_is_the_share_that_did_not_come_at_once) {
    for (int i = 0; i < 5000; ++i, now += 20ms) {
        const auto packets = picture();
        if (i % 5 == 0)
            take({packets[0], packets[2], packets[3]});
        else
            take(packets);
        static_cast<void>(incoming.take_feedback(now));
        if (i % 5 == 0) send_again(packets[1]);
    }
    EXPECT_NEAR(incoming.loss(), 0.05, 0.01);
    EXPECT_EQ(units.size(), 5000U);
}

TEST_F(IncomingPackets, however_they_come_the_next_call_is_never_due_for_ever) {
    for (int i = 0; i < 300; ++i) {
        auto packets = picture();
        if (i % 3 == 0) packets.erase(packets.begin() + i % 4);
        if (i % 7 == 0) std::ranges::reverse(packets);
        take(packets, static_cast<std::size_t>(i) % 3);
        EXPECT_LE(pass(20ms), 20);
    }
    pass(1s);
    EXPECT_EQ(incoming.due(), Timestamp::max());
}

}  // namespace

// What a receiver says to its sender, byte by byte as the standards draw it, and what is made of a stranger's bytes.
#include "transport/rtp/rtcp.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace transport;
using namespace std::chrono_literals;

using RtcpBytes = std::vector<std::byte>;

RtcpBytes rtcp_bytes(std::initializer_list<unsigned> values) {
    RtcpBytes out;
    for (const auto value : values) out.push_back(static_cast<std::byte>(value));
    return out;
}
RtcpBytes written(const RtcpMessage& message) {
    return to_rtcp(0x01020304, {&message, 1});
}
std::vector<RtcpMessage> read_again(const RtcpMessage& message) {
    return read_rtcp(written(message));
}

TEST(Rtcp, a_nack_is_generic_nack_of_rfc_4585) {
    EXPECT_EQ(written(Nack{0x0A0B0C0D, {0x1234, 0x1235, 0x1244, 0x1245}}),
              rtcp_bytes({0x81, 205,  0,    4,    1, 2, 3, 4, 0x0A, 0x0B, 0x0C, 0x0D,  //
                          0x12, 0x34, 0x80, 0x01,                                      // one behind, and sixteen behind
                          0x12, 0x45, 0,    0}));
}

TEST(Rtcp, a_nack_goes_on_over_the_end_of_the_count) {
    const Nack nack{7, {65534, 65535, 0, 1, 14, 15, 300}};
    EXPECT_EQ(read_again(nack), std::vector<RtcpMessage>{nack});
}

TEST(Rtcp, a_keyframe_is_asked_for_by_picture_loss_indication_of_rfc_4585) {
    EXPECT_EQ(written(PictureLoss{0x0A0B0C0D}), rtcp_bytes({0x81, 206, 0, 2, 1, 2, 3, 4, 0x0A, 0x0B, 0x0C, 0x0D}));
    EXPECT_EQ(read_again(PictureLoss{9}), std::vector<RtcpMessage>{PictureLoss{9}});
}

TEST(Rtcp, arrivals_are_congestion_control_feedback_of_rfc_8888) {
    const ArrivalReport report{0x0A0B0C0D, 0xFFFE, {1'000'000us, std::nullopt, 0us}, 0x11223344};
    EXPECT_EQ(written(report),
              rtcp_bytes({0x8B, 205,  0,    6,    1,    2,    3, 4,  // FMT 11, sender
                          0x0A, 0x0B, 0x0C, 0x0D, 0xFF, 0xFE, 0, 3,  // SSRC, begin_seq, num_reports
                          0x84, 0x00, 0x00, 0x00, 0x80, 0x00, 0, 0,  // 1024/1024 s ago, lost, just now, padding
                          0x11, 0x22, 0x33, 0x44}));
    EXPECT_EQ(read_again(report), std::vector<RtcpMessage>{report});
}

TEST(Rtcp, an_arrival_longer_ago_than_thirteen_bits_hold_is_told_as_over_range) {
    const auto bytes = written(ArrivalReport{1, 0, {7'998'000us, 20s}, 0});
    EXPECT_EQ((RtcpBytes{bytes.begin() + 16, bytes.begin() + 20}), rtcp_bytes({0x9F, 0xFE, 0x9F, 0xFE}));
    const auto earlier = written(ArrivalReport{1, 0, {7'997'070us, -5us}, 0});
    EXPECT_EQ((RtcpBytes{earlier.begin() + 16, earlier.begin() + 20}), rtcp_bytes({0x9F, 0xFD, 0x80, 0x00}));
}

TEST(Rtcp, an_arrival_whose_time_is_not_said_is_none) {
    const auto read = read_rtcp(
        rtcp_bytes({0x8B, 205, 0, 5, 1, 2, 3, 4, 0, 0, 0, 9, 0, 5, 0, 2, 0x9F, 0xFF, 0x80, 0x01, 0, 0, 0, 1}));
    ASSERT_EQ(read.size(), 1U);
    const auto& report = std::get<ArrivalReport>(read.front());
    ASSERT_EQ(report.ago.size(), 2U);
    EXPECT_FALSE(report.ago[0]);
    EXPECT_EQ(report.ago[1], 976us);
}

TEST(Rtcp, an_arrival_keeps_its_time_to_half_a_step) {
    ArrivalReport report{1, 100, {}, 5};
    for (int i = 0; i < 200; ++i) report.ago.emplace_back(Microseconds{i * 39'119});
    const auto read = read_again(report);
    ASSERT_EQ(read.size(), 1U);
    const auto& again = std::get<ArrivalReport>(read.front());
    ASSERT_EQ(again.ago.size(), report.ago.size());
    for (std::size_t i = 0; i < report.ago.size(); ++i)
        EXPECT_NEAR(static_cast<double>(again.ago[i]->count()), static_cast<double>(report.ago[i]->count()), 490);
}

TEST(Rtcp, the_longest_report_fits_a_packet_of_the_link) {
    ArrivalReport report{1, 0, {}, 0};
    report.ago.assign(ArrivalReport::most_packets, 5ms);
    EXPECT_LE(written(report).size(), 1200U);
    EXPECT_EQ(read_again(report).size(), 1U);
    report.ago.emplace_back(5ms);
    EXPECT_EQ(read_again(report).size(), 0U) << "more is nobody's of ours";
}

TEST(Rtcp, a_probe_is_an_application_packet_of_the_name_scia) {
    EXPECT_EQ(
        written(PathProbe{true, 0x1122334455667788}),
        rtcp_bytes({0x81, 204, 0, 4, 1, 2, 3, 4, 'S', 'C', 'I', 'A', 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}));
    for (const bool answer : {false, true})
        EXPECT_EQ(read_again(PathProbe{answer, 77}), (std::vector<RtcpMessage>{PathProbe{answer, 77}}));
}

TEST(Rtcp, others_messages_are_passed_over_and_what_follows_is_read) {
    const std::vector<RtcpMessage> ours{Nack{1, {5}}, PictureLoss{2}, PathProbe{false, 3}};
    auto bytes = rtcp_bytes({0x80, 200, 0, 6, 1, 1, 1, 1, 0,    0,   0,   0,   0, 0, 0, 0, 0, 0, 0, 0,
                             0,    0,   0, 0, 0, 0, 0, 0, 0x84, 206, 0,   4,   1, 1, 1, 1, 0, 0, 0, 1,
                             0,    0,   0, 2, 0, 0, 0, 1,  // full intra request
                             0x80, 204, 0, 4, 1, 1, 1, 1, 'O',  'T', 'H', 'R', 0, 0, 0, 0, 0, 0, 0, 1});
    const auto more = to_rtcp(4, ours);
    bytes.insert(bytes.end(), more.begin(), more.end());
    EXPECT_EQ(read_rtcp(bytes), ours);
}

TEST(Rtcp, a_message_cut_anywhere_is_none) {
    const std::vector<RtcpMessage> all{Nack{1, {5, 90}}, PictureLoss{2}, ArrivalReport{3, 4, {1ms, 2ms, 3ms}, 5},
                                       PathProbe{true, 6}};
    for (const auto& message : all) {
        const auto bytes = written(message);
        for (std::size_t size = 0; size < bytes.size(); ++size)
            EXPECT_TRUE(read_rtcp(std::span{bytes}.first(size)).empty()) << message.index() << " of " << size;
    }
}

TEST(Rtcp, a_length_that_lies_ends_the_reading) {
    const std::vector<RtcpMessage> both{PictureLoss{2}, PictureLoss{3}};
    const auto good = to_rtcp(1, both);
    for (const unsigned words : {0U, 1U, 6U, 0xFFU}) {
        auto bytes = good;
        bytes[15] = static_cast<std::byte>(words);
        EXPECT_EQ(read_rtcp(bytes).size(), 1U) << words;
    }
    auto padded = good;
    padded[12] |= std::byte{0x20};
    EXPECT_EQ(read_rtcp(padded).size(), 1U);
    auto version = good;
    version[0] = std::byte{0x41};
    EXPECT_TRUE(read_rtcp(version).empty());
}

TEST(Rtcp, a_report_that_counts_more_than_it_holds_or_less_is_none) {
    const auto good = written(ArrivalReport{3, 4, {1ms, 2ms}, 5});
    for (const unsigned count : {0U, 3U, 5U, 255U}) {
        auto bytes = good;
        bytes[15] = static_cast<std::byte>(count);
        EXPECT_TRUE(read_rtcp(bytes).empty()) << count;
    }
}

TEST(Rtcp, a_nack_of_nothing_is_none) {
    EXPECT_TRUE(read_rtcp(rtcp_bytes({0x81, 205, 0, 1, 1, 2, 3, 4})).empty()) << "not even a stream";
    EXPECT_TRUE(read_rtcp(rtcp_bytes({0x81, 205, 0, 2, 1, 2, 3, 4, 0, 0, 0, 9})).empty());
}

TEST(Rtcp, a_nack_of_everything_names_a_bounded_number_of_packets) {
    auto bytes = rtcp_bytes({0x81, 205, 0x01, 0xF2, 0, 0, 0, 1, 0, 0, 0, 2});
    bytes.resize(4 + 4 * 0x1F2, std::byte{0xFF});
    const auto read = read_rtcp(bytes);
    ASSERT_EQ(read.size(), 1U);
    EXPECT_LE(std::get<Nack>(read.front()).sequences.size(), 1024U + 16U);
}

TEST(RtcpClock, arrival_times_go_on_when_the_reports_clock_starts_again) {
    ReportClock clock;
    const auto start = timestamp(18LL * 3600 * 1'000'000);  // some minutes before the first wrap
    const auto first = clock.unwrap(report_time(start));
    for (auto passed = 0us; passed < 60h; passed += 17min) {
        const auto here = clock.unwrap(report_time(start + passed));
        EXPECT_NEAR(static_cast<double>((here - first).count()), static_cast<double>(passed.count()), 20);
    }
}

TEST(RtcpClock, a_report_that_was_overtaken_is_earlier_not_eighteen_hours_later) {
    ReportClock clock;
    const auto before_wrap = std::uint32_t{0xFFFFFF00};
    const auto first = clock.unwrap(before_wrap);
    const auto after = clock.unwrap(0x100);
    EXPECT_EQ(after - first, 7813us);
    EXPECT_EQ(clock.unwrap(before_wrap), first);
    EXPECT_EQ(clock.unwrap(0x100), after);
}

}  // namespace

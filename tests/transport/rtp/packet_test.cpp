// Access units apart into packets and together again: what goes in comes out.
#include "transport/rtp/packet.hpp"

#include "fakes/rtp_units.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace transport;
using namespace fakes;

constexpr std::size_t header_size = 12;

std::vector<RtpPacket> read_all(const std::vector<Bytes>& packets) {
    std::vector<RtpPacket> out;
    for (const auto& bytes : packets) {
        const auto packet = read_rtp(bytes);
        EXPECT_TRUE(packet.has_value());
        if (packet) out.push_back(*packet);
    }
    return out;
}

/// Through a packetizer and a depacketizer that have seen nothing before.
std::vector<Bytes> round_trip(const Bytes& unit, std::size_t mtu) {
    H264Packetizer packetizer{{.mtu = mtu}};
    H264Depacketizer depacketizer;
    return join(depacketizer, apart(packetizer.packets(unit, 1)));
}

TEST(RtpPacket, a_unit_of_any_size_around_the_mtu_comes_back_as_it_was) {
    constexpr std::size_t mtu = 64;
    for (std::size_t size = 1; size < 4 * mtu; ++size) {
        const auto unit = annex_b({nal(sei, 20), nal(slice, size)});
        const auto units = round_trip(unit, mtu);
        ASSERT_EQ(units.size(), 1U) << size;
        EXPECT_EQ(units.front(), unit) << size;
    }
}

TEST(RtpPacket, several_slices_and_parameter_sets_come_back_in_their_order) {
    const auto unit = annex_b({nal(sequence_parameters, 25), nal(picture_parameters, 5), nal(sei, 400),
                               nal(keyframe_slice, 5000), nal(keyframe_slice, 1188), nal(keyframe_slice, 1189)});
    EXPECT_EQ(round_trip(unit, 1200), std::vector<Bytes>{unit});
}

TEST(RtpPacket, short_start_codes_and_trailing_zeros_come_back_as_long_start_codes_alone) {
    const std::vector nals{nal(sei, 10), nal(slice, 300), nal(slice, 7)};
    auto unit = annex_b(nals, 2);
    unit.insert(unit.begin() + 13, 4, std::byte{0});  // behind the first NAL unit
    unit.insert(unit.end(), 5, std::byte{0});
    EXPECT_EQ(round_trip(unit, 100), std::vector<Bytes>{annex_b(nals)});
}

TEST(RtpPacket, bytes_without_a_nal_unit_make_no_packet) {
    H264Packetizer packetizer{{}};
    EXPECT_TRUE(packetizer.packets({}, 1).ends.empty());
    EXPECT_TRUE(packetizer.packets(Bytes(100, std::byte{0}), 1).ends.empty());
    EXPECT_TRUE(packetizer.packets(Bytes(100, std::byte{7}), 1).ends.empty());
    EXPECT_TRUE(packetizer.packets(annex_b({{}, {}}), 1).ends.empty());
}

TEST(RtpPacket, every_packet_says_whose_it_is_and_fits_and_only_the_last_has_the_marker) {
    for (const std::size_t mtu : {64U, 100U, 1200U}) {
        H264Packetizer packetizer{{.ssrc = 0x12345678, .payload_type = 97, .mtu = mtu}};
        const auto bytes = apart(packetizer.packets(annex_b({nal(sei, 300), nal(slice, 4000)}), 0xABCDEF01));
        const auto packets = read_all(bytes);
        ASSERT_GE(packets.size(), 2U);
        for (std::size_t i = 0; i < packets.size(); ++i) {
            EXPECT_LE(bytes[i].size(), mtu);
            EXPECT_EQ(packets[i].marker, i + 1 == packets.size()) << i;
            EXPECT_EQ(packets[i].sequence, i);
            EXPECT_EQ(packets[i].time, 0xABCDEF01U);
            EXPECT_EQ(packets[i].ssrc, 0x12345678U);
            EXPECT_EQ(packets[i].payload_type, 97);
        }
    }
}

TEST(RtpPacket, fragments_of_a_nal_unit_are_equally_long_up_to_the_last) {
    H264Packetizer packetizer{{.mtu = 100}};
    const auto packets = apart(packetizer.packets(annex_b({nal(slice, 1000)}), 1));
    ASSERT_EQ(packets.size(), 12U);
    for (std::size_t i = 0; i + 1 < packets.size(); ++i) EXPECT_EQ(packets[i].size(), 100U) << i;
    EXPECT_LT(packets.back().size(), 100U);
}

TEST(RtpPacket, the_sequence_begins_anew_after_65535_and_no_unit_is_lost_by_that) {
    H264Packetizer packetizer{{.mtu = 64}};
    H264Depacketizer depacketizer;
    const auto unit = annex_b({nal(sei, 5), nal(slice, 100)});  // 3 packets: the wrap lies inside a unit
    std::uint16_t next = 0;
    for (std::uint32_t i = 0; i < 22'000; ++i) {
        const auto bytes = apart(packetizer.packets(unit, i));
        ASSERT_EQ(bytes.size(), 3U);
        for (const auto& packet : read_all(bytes)) ASSERT_EQ(packet.sequence, next++);
        ASSERT_EQ(join(depacketizer, bytes).size(), 1U) << i;
    }
    EXPECT_EQ(depacketizer.dropped(), 0U);
}

TEST(RtpPacket, a_unit_keeps_the_time_of_its_packets) {
    H264Packetizer packetizer{{}};
    H264Depacketizer depacketizer;
    const auto bytes = apart(packetizer.packets(annex_b({nal(slice, 10)}), 0xFFFFFFFF));
    const auto unit = depacketizer.take(*read_rtp(bytes.front()));
    ASSERT_TRUE(unit.has_value());
    EXPECT_EQ(unit->time, 0xFFFFFFFFU);
}

TEST(RtpPacket, contributors_extension_and_padding_are_stepped_over) {
    H264Packetizer packetizer{{}};
    auto bytes = apart(packetizer.packets(annex_b({nal(slice, 10)}), 1)).front();
    const Bytes payload(bytes.begin() + header_size, bytes.end());
    bytes[0] = std::byte{0xB2};  // padding, extension, two contributors
    Bytes more(2 * 4, std::byte{9});
    for (const int byte : {0xBE, 0xDE, 0, 1, 1, 2, 3, 4}) more.push_back(static_cast<std::byte>(byte));
    bytes.insert(bytes.begin() + header_size, more.begin(), more.end());
    for (const int byte : {0, 0, 3}) bytes.push_back(static_cast<std::byte>(byte));
    const auto packet = read_rtp(bytes);
    ASSERT_TRUE(packet.has_value());
    EXPECT_TRUE(std::ranges::equal(packet->payload, payload));
}

}  // namespace

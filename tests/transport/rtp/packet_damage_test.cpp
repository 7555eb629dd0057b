// Packets that are lost, and packets of a stranger: a unit comes out whole or not at all.
#include "transport/rtp/packet.hpp"

#include "fakes/rtp_units.hpp"

#include <gtest/gtest.h>

namespace {

using namespace transport;
using namespace fakes;

/// Three units: in front, the one that loses a packet, behind.
struct LostPacket : testing::Test {
    H264Packetizer packetizer{{.mtu = 100}};
    H264Depacketizer depacketizer;
    Bytes picture = annex_b({nal(sei, 50), nal(slice, 500), nal(slice, 20)});
    Bytes keyframe = annex_b({nal(sequence_parameters, 25), nal(picture_parameters, 5), nal(sei, 50),
                              nal(keyframe_slice, 500), nal(keyframe_slice, 20)});

    /// What comes out when packets `first` up to `end` of `torn` are lost.
    std::vector<Bytes> without(std::size_t first, std::size_t end, const Bytes& torn, const Bytes& behind) {
        std::vector<Bytes> out = join(depacketizer, apart(packetizer.packets(picture, 1)));
        auto packets = apart(packetizer.packets(torn, 2));
        EXPECT_LE(end, packets.size());
        packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(first),
                      packets.begin() + static_cast<std::ptrdiff_t>(end));
        for (auto&& unit : join(depacketizer, packets)) out.push_back(std::move(unit));
        for (auto&& unit : join(depacketizer, apart(packetizer.packets(behind, 3)))) out.push_back(std::move(unit));
        return out;
    }
};

TEST_F(LostPacket, any_one_of_a_picture_costs_that_picture_alone) {
    const auto count = apart(packetizer.packets(picture, 0)).size();
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(without(i, i + 1, picture, picture), (std::vector{picture, picture})) << "packet " << i;
        EXPECT_EQ(depacketizer.dropped(), i + 1) << "packet " << i;
    }
}

TEST_F(LostPacket, any_beginning_of_a_keyframe_costs_that_keyframe) {
    const auto count = apart(packetizer.packets(keyframe, 0)).size();
    for (std::size_t i = 1; i < count; ++i) {
        EXPECT_EQ(without(0, i, keyframe, picture), (std::vector{picture, picture})) << "first " << i;
        EXPECT_EQ(depacketizer.dropped(), i) << "first " << i;
    }
}

TEST_F(LostPacket, a_keyframe_behind_a_torn_picture_comes_out_whole) {
    EXPECT_EQ(without(7, 8, picture, keyframe), (std::vector{picture, keyframe}));
    EXPECT_EQ(depacketizer.dropped(), 1U);
}

TEST_F(LostPacket, a_picture_behind_one_that_is_lost_altogether_comes_out_whole) {
    const auto count = apart(packetizer.packets(picture, 0)).size();
    EXPECT_EQ(without(0, count, picture, picture), (std::vector{picture, picture}));
    EXPECT_EQ(depacketizer.dropped(), 0U) << "nobody knows of it here: its stamp's sequence is missed";
}

Bytes header(unsigned flags, std::size_t more) {
    Bytes out(12 + more, std::byte{0});
    out[0] = static_cast<std::byte>(flags);
    return out;
}

TEST(RtpHeader, a_truncated_or_foreign_one_is_no_packet) {
    for (std::size_t size = 0; size <= 12; ++size) {
        Bytes bytes(size, std::byte{0x80});
        EXPECT_FALSE(read_rtp(bytes)) << size << " bytes hold no payload";
    }
    for (const unsigned version : {0x00U, 0x40U, 0xC0U}) EXPECT_FALSE(read_rtp(header(version, 10)));
    EXPECT_TRUE(read_rtp(header(0x80, 1)));
}

TEST(RtpHeader, more_contributors_than_bytes_are_no_packet) {
    EXPECT_FALSE(read_rtp(header(0x8F, 15 * 4)));
    EXPECT_TRUE(read_rtp(header(0x8F, 15 * 4 + 1)));
}

TEST(RtpHeader, an_extension_longer_than_the_packet_is_no_packet) {
    for (std::size_t size = 0; size <= 4; ++size) EXPECT_FALSE(read_rtp(header(0x90, size))) << size;
    auto bytes = header(0x90, 4 + 8);
    bytes[15] = std::byte{2};  // words
    EXPECT_FALSE(read_rtp(bytes)) << "nothing is left for the payload";
    bytes[15] = std::byte{1};
    EXPECT_TRUE(read_rtp(bytes));
    bytes[14] = bytes[15] = std::byte{0xFF};
    EXPECT_FALSE(read_rtp(bytes));
}

TEST(RtpHeader, padding_may_be_all_there_is_but_neither_nothing_nor_more) {
    auto bytes = header(0xA0, 5);
    EXPECT_FALSE(read_rtp(bytes));
    bytes.back() = std::byte{4};
    ASSERT_TRUE(read_rtp(bytes));
    EXPECT_EQ(read_rtp(bytes)->payload.size(), 1U);
    bytes.back() = std::byte{5};
    ASSERT_TRUE(read_rtp(bytes));
    EXPECT_TRUE(read_rtp(bytes)->payload.empty());
    for (const unsigned padding : {6U, 17U, 18U, 255U}) {
        bytes.back() = static_cast<std::byte>(padding);
        EXPECT_FALSE(read_rtp(bytes)) << padding;
    }
}

/// Payloads as one access unit, all packets there.
std::optional<Bytes> unit_of(H264Depacketizer& depacketizer, const std::vector<std::vector<int>>& payloads) {
    static std::uint32_t time = 0;
    static std::uint16_t sequence = 0;
    ++time;
    std::optional<H264Depacketizer::AccessUnit> unit;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        Bytes bytes;
        for (const int byte : payloads[i]) bytes.push_back(static_cast<std::byte>(byte));
        unit = depacketizer.take(
            {.marker = i + 1 == payloads.size(), .sequence = sequence++, .time = time, .payload = bytes});
    }
    return unit ? std::optional{unit->bytes} : std::nullopt;
}

TEST(RtpPayload, a_fragment_without_beginning_or_end_spoils_its_unit) {
    H264Depacketizer depacketizer;
    const std::vector<int> first{0x7C, 0x81, 1, 2};
    const std::vector<int> middle{0x7C, 0x01, 3, 4};
    const std::vector<int> last{0x7C, 0x41, 5, 6};
    const std::vector<int> slice_alone{0x61, 7, 8};
    EXPECT_TRUE(unit_of(depacketizer, {first, middle, last, slice_alone}));
    EXPECT_FALSE(unit_of(depacketizer, {middle, last}));
    EXPECT_FALSE(unit_of(depacketizer, {last}));
    EXPECT_FALSE(unit_of(depacketizer, {slice_alone, middle, last}));
    EXPECT_FALSE(unit_of(depacketizer, {first, middle}));
    EXPECT_FALSE(unit_of(depacketizer, {first, first, last}));
    EXPECT_FALSE(unit_of(depacketizer, {first, slice_alone, last}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x7C, 0x81}, last})) << "a fragment of nothing";
    EXPECT_FALSE(unit_of(depacketizer, {{0x7C}}));
    EXPECT_EQ(depacketizer.dropped(), 8U);
    EXPECT_TRUE(unit_of(depacketizer, {first, last}));
}

TEST(RtpPayload, an_aggregate_with_lying_sizes_spoils_its_unit) {
    H264Depacketizer depacketizer;
    EXPECT_EQ(unit_of(depacketizer, {{0x78, 0, 2, 0x67, 9, 0, 1, 0x68}}),
              (Bytes{annex_b({{std::byte{0x67}, std::byte{9}}, {std::byte{0x68}}})}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x78}})) << "an aggregate of nothing";
    EXPECT_FALSE(unit_of(depacketizer, {{0x78, 0}}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x78, 0, 0}}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x78, 0, 0, 0x67, 9}}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x78, 0, 3, 0x67, 9}}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x78, 0, 2, 0x67, 9, 0}}));
    EXPECT_FALSE(unit_of(depacketizer, {{0x78, 0, 2, 0x67, 9, 0xFF, 0xFF, 1}}));
    EXPECT_EQ(depacketizer.dropped(), 7U);
}

TEST(RtpPayload, kinds_that_mode_1_does_not_know_spoil_their_unit) {
    H264Depacketizer depacketizer;
    for (const int kind : {0, 25, 26, 27, 29, 30, 31})
        EXPECT_FALSE(unit_of(depacketizer, {{0x60 | kind, 0, 1, 2, 3}})) << kind;
}

TEST(RtpPayload, a_unit_whose_marker_never_comes_stops_growing) {
    H264Depacketizer depacketizer;
    const auto part = nal(slice, 1 << 16);
    std::uint16_t sequence = 0;
    for (int i = 0; i < 1 << 10; ++i)
        EXPECT_FALSE(depacketizer.take({.sequence = sequence++, .time = 1, .payload = part}));
    EXPECT_FALSE(depacketizer.take({.marker = true, .sequence = sequence++, .time = 1, .payload = part})) << "64 MB";
    EXPECT_EQ(depacketizer.dropped(), 1U);
    EXPECT_TRUE(depacketizer.take({.marker = true, .sequence = sequence++, .time = 2, .payload = part}));
}

}  // namespace

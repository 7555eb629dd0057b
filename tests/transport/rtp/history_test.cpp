// What was sent lately, and what goes out again of it; the test says what time it is.
#include "transport/rtp/history.hpp"
#include "fakes/rtp_units.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace transport;
using namespace std::chrono_literals;
using fakes::Bytes;

struct SentPackets : testing::Test {
    RtpHistory history;
    Timestamp now = timestamp(1'000'000);
    std::uint16_t next = 0;

    /// A picture of so many packets; each holds its own sequence.
    void picture(int count) {
        RtpPackets packets;
        for (int i = 0; i < count; ++i) {
            const auto sequence = static_cast<std::uint16_t>(next + i);
            packets.bytes.push_back(static_cast<std::byte>(sequence >> 8U));
            packets.bytes.push_back(static_cast<std::byte>(sequence));
            packets.ends.push_back(packets.bytes.size());
        }
        history.add(std::move(packets), next, now);
        next = static_cast<std::uint16_t>(next + count);
    }
    static int held(const std::optional<RtpHistory::Sent>& sent) {
        if (!sent || sent->bytes.size() != 2) return -1;
        return std::to_integer<int>(sent->bytes[0]) << 8 | std::to_integer<int>(sent->bytes[1]);
    }
};

TEST_F(SentPackets, are_found_by_sequence_with_the_time_of_their_picture) {
    picture(3);
    now += 10ms;
    picture(2);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(held(history.find(static_cast<std::uint16_t>(i))), i);
    EXPECT_EQ(history.find(2)->time, now - 10ms);
    EXPECT_EQ(history.find(3)->time, now);
}

TEST_F(SentPackets, that_were_never_sent_are_not_found) {
    EXPECT_FALSE(history.find(0));
    picture(3);
    for (const int other : {3, 4, 1000, 40'000, 65'535})
        EXPECT_FALSE(history.find(static_cast<std::uint16_t>(other))) << other;
}

TEST_F(SentPackets, are_found_across_the_end_of_the_count) {
    next = 65'530;
    for (int i = 0; i < 4; ++i) picture(4);
    for (int i = 65'530; i < 65'546; ++i) EXPECT_EQ(held(history.find(static_cast<std::uint16_t>(i))), i % 65'536);
    EXPECT_FALSE(history.find(65'529));
    EXPECT_FALSE(history.find(10));
}

TEST_F(SentPackets, are_forgotten_after_two_seconds_and_not_before) {
    picture(2);
    now += RtpHistory::longest;
    picture(1);
    EXPECT_EQ(held(history.find(1)), 1);
    now += 1us;
    picture(1);
    EXPECT_FALSE(history.find(1));
    EXPECT_EQ(held(history.find(2)), 2);
}

TEST_F(SentPackets, are_forgotten_when_another_count_begins) {
    picture(5);
    next = 300;
    picture(1);
    EXPECT_FALSE(history.find(2));
    EXPECT_EQ(held(history.find(300)), 300);
}

TEST_F(SentPackets, go_again_once_in_the_time_that_the_answer_takes) {
    picture(3);
    EXPECT_EQ(held(history.take_again(1, now, 10ms)), 1);
    now += 10ms - 1us;
    EXPECT_FALSE(history.take_again(1, now, 10ms)) << "the same question by another path";
    EXPECT_EQ(held(history.take_again(2, now, 10ms)), 2) << "another packet";
    now += 1us;
    EXPECT_EQ(held(history.take_again(1, now, 10ms)), 1);
    EXPECT_FALSE(history.take_again(77, now, 10ms));
}

/// With the marker, as a picture's last packet.
Bytes media_packet(std::uint16_t sequence, std::size_t payload) {
    Bytes out(12 + payload, static_cast<std::byte>(sequence + 1));
    const auto head = {0x80U, 0x80U | 96U, unsigned{sequence} >> 8U, sequence & 0xFFU, 0U, 1U, 2U, 3U, 0U, 0U, 0U, 80U};
    std::ranges::transform(head, out.begin(), [](unsigned value) { return static_cast<std::byte>(value); });
    return out;
}

TEST(RepairPacket, is_the_original_behind_its_sequence_as_rfc_4588_draws_it) {
    auto expected = media_packet(0x1234, 5);
    expected[1] = std::byte{0x80U | 97U};
    expected[2] = std::byte{0xAB};
    expected[3] = std::byte{0xCD};
    expected[11] = std::byte{81};
    expected.insert(expected.begin() + 12, {std::byte{0x12}, std::byte{0x34}});
    EXPECT_EQ(to_repair(media_packet(0x1234, 5), 81, 97, 0xABCD), expected);
}

TEST(RepairPacket, gives_the_packet_back_as_it_was_sent) {
    for (const std::size_t payload : {1U, 2U, 1188U})
        EXPECT_EQ(from_repair(to_repair(media_packet(65'535, payload), 81, 97, 3), 80, 96),
                  media_packet(65'535, payload));
}

TEST(RepairPacket, of_padding_is_padding) {
    H264Packetizer packetizer{{80, 96}};
    const auto padding = packetizer.padding(200, 7).bytes;
    EXPECT_EQ(from_repair(to_repair(padding, 81, 97, 3), 80, 96), padding);
}

TEST(RepairPacket, that_holds_nothing_or_has_another_header_is_none) {
    const auto good = to_repair(media_packet(9, 1), 81, 97, 3);
    for (std::size_t size = 0; size < good.size(); ++size)
        EXPECT_FALSE(from_repair(std::span{good}.first(size), 80, 96));
    for (const unsigned flags : {0x00U, 0x40U, 0x81U, 0x90U, 0xC0U}) {
        auto other = good;
        other[0] = static_cast<std::byte>(flags);
        EXPECT_FALSE(from_repair(other, 80, 96)) << flags;
    }
}

/// The RTX stream through `rtprtxreceive`, which gives the originals.
TEST(RepairPacket, is_understood_by_rtprtxreceive) {
    gst_init(nullptr, nullptr);
    auto* factory = gst_element_factory_find("rtprtxreceive");
    if (factory == nullptr) GTEST_SKIP() << "GStreamer has no rtprtxreceive here";
    gst_object_unref(factory);
    auto* pipeline = gst_parse_launch(
        "appsrc name=in format=time caps=application/x-rtp,media=video,clock-rate=90000,payload=97,ssrc=(uint)81 ! "
        "rtprtxreceive name=repair ! appsink name=out sync=false",
        nullptr);
    auto* repair = gst_bin_get_by_name(GST_BIN(pipeline), "repair");
    auto* types = gst_structure_new("types", "96", G_TYPE_UINT, 97, nullptr);
    auto* ssrcs = gst_structure_new("ssrcs", "80", G_TYPE_UINT, 81, nullptr);
    g_object_set(repair, "payload-type-map", types, "ssrc-map", ssrcs, nullptr);
    gst_structure_free(types);
    gst_structure_free(ssrcs);
    auto* in = gst_bin_get_by_name(GST_BIN(pipeline), "in");
    auto* out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (std::uint16_t i = 0; i < 20; ++i) {
        const auto bytes = to_repair(media_packet(static_cast<std::uint16_t>(65'530 + i), 10U + i), 81, 97, i);
        auto* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
        GST_BUFFER_PTS(buffer) = i * GST_MSECOND;
        gst_app_src_push_buffer(GST_APP_SRC(in), buffer);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(in));
    for (std::uint16_t i = 0; i < 20; ++i) {
        auto* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(out), 5 * GST_SECOND);
        if (sample == nullptr) {
            ADD_FAILURE() << "packet " << i << " did not come";
            break;
        }
        GstMapInfo map;
        gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
        const auto* begin = reinterpret_cast<const std::byte*>(map.data);
        EXPECT_EQ((Bytes{begin, begin + map.size}), media_packet(static_cast<std::uint16_t>(65'530 + i), 10U + i));
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
        gst_sample_unref(sample);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    for (auto* object : {in, out, repair}) gst_object_unref(object);
    gst_object_unref(pipeline);
}

}  // namespace

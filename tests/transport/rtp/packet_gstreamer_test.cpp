// Real H.264 between our packets and GStreamer's: what one end takes apart the other puts together.
#include "transport/codec.hpp"
#include "transport/pool.hpp"
#include "transport/rtp/packet.hpp"

#include "fakes/gst_chain.hpp"
#include "fakes/rtp_units.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace transport;
using fakes::Bytes;

/// Keyframes with parameter sets, and pictures between them; each in several slices.
std::vector<Bytes> real_units(int count) {
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.width = 320;
    settings.height = 240;
    const auto encoder = make_encoder(settings);
    PixelPool pool;
    std::vector<Bytes> out;
    for (int i = 0; i < count; ++i) {
        auto pixels = pool.get(PixelFormat::i420, settings.width, settings.height);
        for (int plane = 0; plane < 3; ++plane)
            for (int y = 0; y < pixels->plane_height(plane); ++y)
                for (int x = 0; x < pixels->plane_width(plane); ++x)
                    pixels->row(plane, y)[x] = static_cast<std::uint8_t>((x * y + 9 * i) % 200);
        out.push_back(encoder->encode(pixels, i == count / 2)->bytes);
    }
    return out;
}

/// Every start code is a long one, as we write them.
Bytes canonical(const Bytes& unit) {
    H264Packetizer packetizer{{}};
    H264Depacketizer depacketizer;
    const auto units = fakes::join(depacketizer, fakes::apart(packetizer.packets(unit, 1)));
    return units.size() == 1 ? units.front() : Bytes{};
}

TEST(RtpPacketAndGStreamer, rtph264depay_puts_our_packets_together) {
    const auto units = real_units(12);
    H264Packetizer packetizer{{.mtu = 500}};
    std::vector<Bytes> packets;
    std::vector<Bytes> expected;
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto some = fakes::apart(packetizer.packets(units[i], static_cast<std::uint32_t>(90 * i)));
        EXPECT_GT(some.size(), 1U);
        packets.insert(packets.end(), some.begin(), some.end());
        expected.push_back(canonical(units[i]));
    }
    EXPECT_EQ(fakes::through_gst("application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96",
                                 "rtph264depay ! video/x-h264,stream-format=byte-stream,alignment=au", packets),
              expected);
}

TEST(RtpPacketAndGStreamer, we_put_the_packets_of_rtph264pay_together_aggregated_or_not) {
    const auto units = real_units(12);
    std::vector<Bytes> expected;
    for (const auto& unit : units) expected.push_back(canonical(unit));
    for (const std::string mode : {"none", "zero-latency", "max-stap"}) {
        const auto packets = fakes::through_gst("video/x-h264,stream-format=byte-stream,alignment=au",
                                                "h264parse ! rtph264pay mtu=500 aggregate-mode=" + mode, units);
        H264Depacketizer depacketizer;
        EXPECT_EQ(fakes::join(depacketizer, packets), expected) << mode;
        EXPECT_EQ(depacketizer.dropped(), 0U) << mode;
    }
}

}  // namespace

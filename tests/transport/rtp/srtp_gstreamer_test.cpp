// The same packets between our seals and GStreamer's: the wire is the standard's, key identifier included.
#include "transport/rtp/srtp.hpp"

#include "fakes/gst_chain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace transport;
using Packets = std::vector<std::vector<std::byte>>;

constexpr std::uint32_t stream_ssrc = 0x01020304;

/// Across a rollover of the sequence numbers.
Packets plain_rtp() {
    Packets out;
    for (unsigned i = 65500; i < 65600; ++i) {
        std::vector<std::byte> packet(12 + i % 50, static_cast<std::byte>(i));
        for (std::size_t at = 0; at < 12; ++at) packet[at] = std::byte{0};
        packet[0] = std::byte{0x80};
        packet[1] = std::byte{96};
        packet[2] = static_cast<std::byte>(i >> 8U);
        packet[3] = static_cast<std::byte>(i);
        for (unsigned at = 0; at < 4; ++at) packet[8 + at] = static_cast<std::byte>(stream_ssrc >> (24U - 8U * at));
        out.push_back(packet);
    }
    return out;
}
Packets plain_rtcp() {
    std::vector<std::byte> report(28, std::byte{9});
    report[0] = std::byte{0x80};
    report[1] = std::byte{200};
    report[2] = std::byte{0};
    report[3] = std::byte{6};
    for (unsigned at = 0; at < 4; ++at) report[4 + at] = static_cast<std::byte>(stream_ssrc >> (24U - 8U * at));
    return {report, report, report};
}

struct SrtpAndGStreamer : testing::Test {
    MediaKey key = new_media_key(0x2A);
    std::string hex = key.text().substr(2);  // without the id

    static void SetUpTestSuite() {
        gst_init(nullptr, nullptr);
        if (auto* factory = gst_element_factory_find("srtpdec"))
            gst_object_unref(factory);
        else
            GTEST_SKIP() << "GStreamer has no srtpdec here";
    }
    [[nodiscard]] std::string sealed_caps(const std::string& type) const {
        return type +
               ",ssrc=(uint)16909060,roc=(uint)0,srtp-cipher=aes-256-gcm,srtp-auth=null,srtcp-cipher=aes-256-gcm," +
               "srtcp-auth=null,srtp-key=(buffer)" + hex + ",mki=(buffer)2a";
    }
    [[nodiscard]] std::string encoder() const {
        return "srtpenc name=seal rtp-cipher=aes-256-gcm rtp-auth=null rtcp-cipher=aes-256-gcm rtcp-auth=null mki=2a "
               "key=" +
               hex;
    }
    [[nodiscard]] Packets sealed(const Packets& packets) const {
        SrtpSealer sealer{key};
        auto out = packets;
        for (auto& packet : out) EXPECT_TRUE(sealer.seal(packet));
        return out;
    }
    [[nodiscard]] Packets opened(const Packets& packets) const {
        SrtpOpener opener{key};
        opener.add(stream_ssrc);
        Packets out;
        for (auto packet : packets) {
            const auto plain = opener.open(packet).packet;
            out.emplace_back(plain.begin(), plain.end());
        }
        return out;
    }
};

TEST_F(SrtpAndGStreamer, srtpdec_opens_what_we_seal) {
    EXPECT_EQ(fakes::through_gst(sealed_caps("application/x-srtp"), "srtpdec", sealed(plain_rtp())), plain_rtp());
    EXPECT_EQ(fakes::through_gst(sealed_caps("application/x-srtcp"), "open.rtcp_sink srtpdec name=open open.rtcp_src",
                                 sealed(plain_rtcp())),
              plain_rtcp());
}

TEST_F(SrtpAndGStreamer, we_open_what_srtpenc_seals) {
    EXPECT_EQ(opened(fakes::through_gst("application/x-rtp,media=video,payload=96,clock-rate=90000,ssrc=(uint)16909060",
                                        "seal.rtp_sink_0 " + encoder() + " seal.rtp_src_0", plain_rtp())),
              plain_rtp());
    EXPECT_EQ(opened(fakes::through_gst("application/x-rtcp", "seal.rtcp_sink_0 " + encoder() + " seal.rtcp_src_0",
                                        plain_rtcp())),
              plain_rtcp());
}

}  // namespace

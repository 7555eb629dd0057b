// What a browser is asked by the RTP extension, and how the answer says so.
#include "render/share_playout.hpp"

#include <gtest/gtest.h>

namespace {

using namespace render;

const std::string offer =
    "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 108\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\na=rtcp-mux\r\n";

TEST(PlayoutDelay, the_number_is_the_browsers_own) {
    EXPECT_EQ(playout_delay_in(offer), 5);
}

TEST(PlayoutDelay, a_browser_that_does_not_know_it_or_numbers_it_oddly_is_not_asked) {
    EXPECT_EQ(playout_delay_in("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 108\r\n"), std::nullopt);
    for (const std::string number : {"0", "15", "x", "", "99999999999", "5/recvonly"}) {
        auto odd = offer;
        odd.replace(odd.find("extmap:5") + 7, 1, number);
        EXPECT_EQ(playout_delay_in(odd), std::nullopt) << number;
    }
    EXPECT_EQ(playout_delay_in(playout_delay_uri), std::nullopt);
}

TEST(PlayoutDelay, the_answer_has_it_in_its_video_section_once) {
    const auto answer = with_playout_delay("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 108\r\na=mid:0\r\na=rtcp-mux\r\n", 5);
    const auto line = std::string{"a=extmap:5 "} + playout_delay_uri + "\r\n";
    EXPECT_EQ(answer.find(line), answer.rfind(line));
    EXPECT_GT(answer.find(line), answer.find("m=video"));
    EXPECT_EQ(with_playout_delay("v=0\r\nm=audio 9 x\r\na=rtcp-mux\r\n", 5), "v=0\r\nm=audio 9 x\r\na=rtcp-mux\r\n");
}

}  // namespace

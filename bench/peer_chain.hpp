// The same work done by others, as the words that GStreamer builds it from.
//
//   source → x264enc → wire ──▶ 2 x avdec_h264 → compositor → x264enc → wire ──▶ avdec_h264 → judge
#pragma once

#include "transport/frame.hpp"
#include "transport/geometry.hpp"
#include "transport/options.hpp"

#include <string>
#include <vector>

namespace bench {

/// How a stream travels from one process to the next.
enum class Wire : unsigned char {
    udp,     ///< RTP by udpsink and rtpjitterbuffer with 20 ms: built by hand for a wire
    rtpbin,  ///< RTP and RTCP by rtpbin with its defaults: a jitter buffer of 200 ms, no feedback, no repair
    srt,     ///< MPEG-TS by srtsink and srtsrc with their defaults: 125 ms, retransmission
};

/// One stream's way. Ports are UDP's, on 127.0.0.1.
struct Hop {
    Wire wire = Wire::udp;
    int to = 0;                   ///< where the sender sends to; SRT: where the caller calls
    int at = 0;                   ///< where the receiver listens; SRT: where the listener listens
    int from = 0;                 ///< udp, rtpbin: the sender's own port; 0: any
    bool receiver_calls = false;  ///< SRT: the sender listens, as a server that displays come to
    // rtpbin: reports go over the loopback beside the radio
    int reports_to_receiver = 0;
    int reports_to_sender = 0;
};

struct PeerChain {
    Hop ultrasound;
    Hop xray;
    Hop view;
    int frames_per_second = 30;
    int quality = transport::Options{}.quality;
    int view_quality = transport::Options{}.view_quality;
    bool keyframes = false;  ///< one a second in place of intra refresh, for those that cannot ask for one after a loss
};

/// From raw pictures to the wire.
[[nodiscard]] std::string peer_source(const PeerChain& chain, transport::Modality modality);
/// A command for Process::start: decodes both, composes what the product's `fused` layout shows, encodes.
[[nodiscard]] std::vector<std::string> peer_server_command(const PeerChain& chain);
/// From the wire to raw pictures.
[[nodiscard]] std::string peer_view(const PeerChain& chain);

/// Caps of such pictures: one matrix and one range from end to end, so that no element converts what need not be.
[[nodiscard]] std::string raw(int width, int height, int frames_per_second);
/// Properties of a compositor's pad.
[[nodiscard]] std::string pane(int index, const transport::Rect& where, double alpha = 1);

// What the server composes.
inline constexpr int chain_width = 1280;
inline constexpr int chain_height = 720;
inline constexpr transport::Rect echo_picture{674, 48, 606, 478};   // 800x600 and the strip
inline constexpr transport::Rect xray_picture{0, 2, 674, 716};      // 512x512 and the strip
inline constexpr transport::Rect echo_overlay{135, 200, 404, 318};  // blended over the X-ray

}  // namespace bench

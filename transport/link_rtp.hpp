// The link as RTP: rtpbin does session, RTCP and jitter buffer; MediaPort does the socket.
#pragma once

#include "transport/link.hpp"
#include "transport/media_port.hpp"

#include <memory>
#include <optional>

namespace transport {

/// One stream between two nodes, as the server's Welcome hands it out.
struct RtpStream {
    std::uint32_t media_ssrc = 0;     ///< of the RTP packets and sender reports
    std::uint32_t feedback_ssrc = 0;  ///< of the receiver's RTCP
    std::uint8_t payload_type = 96;
    /// Where the other end is; nothing: learned from the first packet that carries its SSRC, and kept.
    std::optional<Address> peer;
};

struct RtpSettings {
    int jitter_ms = 40;  ///< how long the jitter buffer waits at a gap; in-order packets never wait
    int mtu = 1200;      ///< bytes of RTP packet
};

/// Throws std::runtime_error when GStreamer lacks an element, naming it and its Debian package.
[[nodiscard]] std::unique_ptr<Sender> make_rtp_sender(MediaPort& port, const RtpStream& stream, Clock& clock,
                                                      const RtpSettings& settings = {});
[[nodiscard]] std::unique_ptr<Receiver> make_rtp_receiver(MediaPort& port, const RtpStream& stream,
                                                          OnArrival on_arrival, Clock& clock,
                                                          const RtpSettings& settings = {});

}  // namespace transport

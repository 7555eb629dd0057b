// What both ends of one stream know of it before the first packet.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <cstdint>

namespace transport {

inline constexpr std::size_t most_paths = 4;  ///< between two ends

/// One stream between two nodes, as the server's Welcome hands it out. The two SSRCs after the media's are its too:
/// what is sent again (RFC 4588), and parity (RFC 5109).
struct RtpStream {
    std::uint32_t media_ssrc = 0;     ///< of the RTP packets
    std::uint32_t feedback_ssrc = 0;  ///< of the receiver's RTCP, and of the sender's
    std::uint8_t payload_type = 96;

    [[nodiscard]] std::uint32_t repair_ssrc() const { return media_ssrc + 1; }
    [[nodiscard]] std::uint32_t fec_ssrc() const { return media_ssrc + 2; }
    [[nodiscard]] std::uint8_t repair_type() const { return static_cast<std::uint8_t>(payload_type + 1); }
    [[nodiscard]] std::uint8_t fec_type() const { return static_cast<std::uint8_t>(payload_type + 2); }
};

struct RtpSettings {
    std::size_t mtu = 1200;              ///< bytes of an RTP packet before it is sealed
    Microseconds repair_budget{60'000};  ///< how much later a repaired picture may come than an undamaged one
    bool fec = true;                     ///< parity where losses are isolated, or asking takes too long
};

}  // namespace transport

// RTP packets of an H.264 stream: access units apart into packets, and packets together into access units. RFC 3550,
// RFC 6184 packetization mode 1. Pure: no network, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace transport {

/// One packet, looked at where it lies.
struct RtpPacket {
    std::uint8_t payload_type = 0;
    bool marker = false;         ///< last packet of its access unit
    std::uint16_t sequence = 0;  ///< counts packets, not pictures
    std::uint32_t time = 0;      ///< 90 kHz; the same for all packets of an access unit
    std::uint32_t ssrc = 0;
    std::span<const std::byte> payload;  ///< empty: padding alone
};
/// Nothing when it is no RTP packet, or its header says more than there is.
[[nodiscard]] std::optional<RtpPacket> read_rtp(std::span<const std::byte> bytes);

struct RtpIdentity {
    std::uint32_t ssrc = 0;
    std::uint8_t payload_type = 96;
    std::size_t mtu = 1200;  ///< bytes of a whole packet, at least 64
};

/// Packets that lie one behind the other in memory.
struct RtpPackets {
    std::vector<std::byte> bytes;
    std::vector<std::size_t> ends;  ///< of each packet, in `bytes`
};

class H264Packetizer {
public:
    explicit H264Packetizer(const RtpIdentity& identity) : identity_{identity} {}
    /// `access_unit`: Annex B. The last packet carries the marker; empty when there is no NAL unit in it.
    [[nodiscard]] RtpPackets packets(std::span<const std::byte> access_unit, std::uint32_t time);
    /// One packet that holds nothing: it only tells how the way is. At most 255 bytes more than its header.
    [[nodiscard]] RtpPackets padding(std::size_t bytes, std::uint32_t time);

private:
    RtpIdentity identity_;
    std::uint16_t sequence_ = 0;
};

class H264Depacketizer {
public:
    struct AccessUnit {
        std::vector<std::byte> bytes;  ///< Annex B
        std::uint32_t time = 0;
    };
    /// Packets in the order of their sequence. Gives the access unit that this packet completes. One of which a packet
    /// is missing or malformed is dropped whole: its stamp's sequence will be missed.
    [[nodiscard]] std::optional<AccessUnit> take(const RtpPacket& packet);
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    void begin(const RtpPacket& packet);
    bool append(std::span<const std::byte> payload);

    AccessUnit unit_;
    std::optional<std::uint16_t> last_;  ///< sequence of the packet before
    bool open_ = false;                  ///< packets of unit_ have come, its marker has not
    bool whole_ = false;                 ///< nothing of unit_ is missing so far
    bool after_gap_ = false;             ///< packets before unit_ are missing: its own, or another unit's
    bool gap_ = false;                   ///< packets are missing before the padding that came last
    bool in_fragment_ = false;
    std::size_t usual_size_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace transport

// Forward error correction by parity, RFC 5109 (ULPFEC, level 0): repairs a picture without asking. Its packets are a
// stream of their own, so that the media's sequence has no gaps. Pure.
#pragma once

#include "transport/rtp/packet.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace transport {

class FecSender {
public:
    FecSender(std::uint32_t fec_ssrc, std::uint8_t payload_type) : ssrc_{fec_ssrc}, payload_type_{payload_type} {}
    /// `picture`: packets of one picture, the first of that sequence. `percent` of them (at least one) come on top.
    /// Each protects every so-manieth packet, so that a burst as long as their number can be repaired.
    [[nodiscard]] RtpPackets protect(const RtpPackets& picture, std::uint16_t first_sequence, int percent);

private:
    std::uint32_t ssrc_;
    std::uint8_t payload_type_;
    std::uint16_t sequence_ = 0;
};

/// Not thread safe. Keeps what came until it is 1024 packets old.
class FecReceiver {
public:
    explicit FecReceiver(std::uint32_t media_ssrc) : media_ssrc_{media_ssrc} {}
    /// True once a FEC packet has come: before, nothing need be told.
    [[nodiscard]] bool active() const { return active_; }
    /// A media packet as it arrived, or was repaired.
    void saw_media(std::uint16_t sequence, std::span<const std::byte> packet);
    /// A packet of the FEC stream. Malformed ones change nothing.
    void saw_fec(const RtpPacket& packet);
    /// Media packets that can be made from the others; each is told once. Call after either.
    [[nodiscard]] std::vector<std::vector<std::byte>> take_recovered();

private:
    struct Parity {
        std::vector<std::byte> bytes;  ///< FEC header and what follows
        std::int64_t base = 0;
        std::uint64_t mask = 0;  ///< bit 0: base
    };
    [[nodiscard]] std::int64_t unwrap(std::uint16_t sequence) const;
    [[nodiscard]] std::optional<std::vector<std::byte>> recover(const Parity& parity, std::int64_t missing) const;
    void forget_old();

    std::uint32_t media_ssrc_;
    bool active_ = false;
    std::int64_t newest_ = 0;
    std::map<std::int64_t, std::vector<std::byte>> media_;
    std::vector<Parity> parities_;
};

}  // namespace transport

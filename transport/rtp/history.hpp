// What was sent lately: to send it again when it was lost, and to know when it left.
#pragma once

#include "transport/clock.hpp"
#include "transport/rtp/packet.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace transport {

/// Packets of one stream, in the order of their sequence without a gap. Not thread safe.
class RtpHistory {
public:
    static constexpr Microseconds longest{2'000'000};  ///< a report of an outage comes late

    /// Takes all packets of a picture over.
    void add(RtpPackets packets, std::uint16_t first_sequence, Timestamp now);

    struct Sent {
        std::span<const std::byte> bytes;
        Timestamp time{};
        bool again = false;  ///< it had been sent again before
    };
    /// Nothing when it was never sent, or too long ago. Valid until the next add().
    [[nodiscard]] std::optional<Sent> find(std::uint16_t sequence) const;
    /// For sending again: nothing also when that was done less than `spacing` ago.
    [[nodiscard]] std::optional<Sent> take_again(std::uint16_t sequence, Timestamp now, Microseconds spacing);

private:
    struct Picture {
        RtpPackets packets;
        std::int64_t first = 0;
        Timestamp time{};
        std::vector<Timestamp> again;  ///< by packet; empty as long as none was sent again
    };
    struct Place {
        std::size_t picture = 0;
        std::size_t packet = 0;
    };
    [[nodiscard]] std::optional<Place> place(std::uint16_t sequence) const;
    [[nodiscard]] Sent at(const Place& place) const;

    std::deque<Picture> pictures_;
    std::int64_t next_ = 0;  ///< sequence of the next packet, counted on beyond 65535
};

/// RFC 4588: that packet's payload under a sequence and an SSRC of the repair stream.
[[nodiscard]] std::vector<std::byte> to_repair(std::span<const std::byte> packet, std::uint32_t repair_ssrc,
                                               std::uint8_t repair_type, std::uint16_t repair_sequence);
/// The packet as it was first sent; nothing when it is too short to hold one.
[[nodiscard]] std::optional<std::vector<std::byte>> from_repair(std::span<const std::byte> repair,
                                                                std::uint32_t media_ssrc, std::uint8_t media_type);

}  // namespace transport

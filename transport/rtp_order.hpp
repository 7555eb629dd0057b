// Packets back into the order they were sent in. What is in order passes at once; a gap is waited for so long.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace transport {

/// Not thread safe. Time passes with the packets: the next one, at most a picture later, ends the wait for a gap.
class RtpOrder {
public:
    /// `patience`: how long a missing packet is waited for.
    explicit RtpOrder(Microseconds patience) : patience_{patience} {}

    /// Calls `each(bytes)` for this packet and those that waited for it, in order. Duplicates, and packets whose gap
    /// has been given up, are dropped.
    template <typename Each>
    void take(std::uint16_t sequence, std::span<const std::byte> packet, Timestamp now, Each each) {
        if (passes(sequence)) {
            each(packet);
        } else {
            hold(sequence, packet, now);
        }
        while (const auto next = release(now)) each(std::span<const std::byte>{*next});
    }
    /// Packets that never came, or too late.
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    struct Held {
        std::vector<std::byte> bytes;
        Timestamp since{};
    };
    bool passes(std::uint16_t sequence);
    void hold(std::uint16_t sequence, std::span<const std::byte> packet, Timestamp now);
    std::optional<std::vector<std::byte>> release(Timestamp now);

    Microseconds patience_;
    std::optional<std::int64_t> next_;   ///< sequence that is in order, counted on beyond 65535
    std::map<std::int64_t, Held> held_;  ///< by sequence, counted likewise
    std::uint64_t lost_ = 0;
};

}  // namespace transport

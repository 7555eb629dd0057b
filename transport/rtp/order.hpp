// Packets back into the order they were sent in. What is in order passes at once; a gap is asked for, and waited for so
// long.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace transport {

/// How long, and how often, for a packet that is missing.
struct RtpPatience {
    Microseconds give_up{40'000};  ///< after the gap was noticed
    Microseconds ask_after{0};     ///< what only overtook another needs no asking
    Microseconds ask_again{20'000};
};

/// Not thread safe. `now` never goes back.
class RtpOrder {
public:
    explicit RtpOrder(const RtpPatience& patience) : patience_{patience} {}
    /// The link has changed: counts for gaps that are open, too.
    void be(const RtpPatience& patience) { patience_ = patience; }

    /// Calls `each(bytes)` for this packet and those that waited for it, in order. Duplicates, and packets whose gap
    /// has been given up, are dropped.
    template <typename Each>
    void take(std::uint16_t sequence, std::span<const std::byte> packet, Timestamp now, Each each) {
        if (passes(sequence)) {
            each(packet);
        } else {
            hold(sequence, packet, now);
        }
        release(now, each);
    }
    /// Time has passed: what has been waited for too long is given up.
    template <typename Each>
    void release(Timestamp now, Each each) {
        while (const auto next = take_next(now)) each(std::span<const std::byte>{*next});
    }
    /// What to ask the sender for at `now`, ascending; counts as asked.
    [[nodiscard]] std::vector<std::uint16_t> take_missing(Timestamp now);
    /// When release() or take_missing() next has something to do; nothing while nothing is missing.
    [[nodiscard]] std::optional<Timestamp> due() const;
    /// True while that packet has neither come nor been given up, though later ones came.
    [[nodiscard]] bool misses(std::uint16_t sequence) const;
    /// Packets that never came, or too late.
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    struct Missing {
        Timestamp since{};
        std::optional<Timestamp> asked;
    };
    bool passes(std::uint16_t sequence);
    void hold(std::uint16_t sequence, std::span<const std::byte> packet, Timestamp now);
    void miss(std::int64_t before, Timestamp now);
    std::optional<std::vector<std::byte>> take_next(Timestamp now);
    [[nodiscard]] Timestamp ask_at(const Missing& missing) const;

    RtpPatience patience_;
    std::optional<std::int64_t> next_;                     ///< sequence that is in order, counted on beyond 65535
    std::map<std::int64_t, std::vector<std::byte>> held_;  ///< by sequence, counted likewise
    std::map<std::int64_t, Missing> missing_;  ///< all between next_ and the last of held_ that are not held
    std::uint64_t lost_ = 0;
};

}  // namespace transport

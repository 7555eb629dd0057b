// One direction of a wireless link, packet by packet. Pure: seeded, `now` is passed in, so that an hour of radio is a
// test of seconds and the same code relays packets in real time.
#pragma once

#include "transport/clock.hpp"
#include "transport/emulator/link_profile.hpp"

#include <cstddef>
#include <cstdint>

namespace transport {

/// What became of a packet.
enum class Fate : std::uint8_t {
    delivered,
    lost,        ///< by the radio: Gilbert–Elliott
    outage,      ///< entered while the link was down
    queue_full,  ///< the sender's side of the radio held no more
};

struct Passage {
    Fate fate = Fate::delivered;
    Timestamp out{};          ///< delivered: when its last bit is at the other end
    Microseconds queueing{0};  ///< delivered: of that, the wait behind other packets; the delay of the radio itself apart
};

/// Not thread safe.
class LinkModel {
public:
    /// The same profile, seed and packets give the same passages. Time 0 of the profile's traces is `start`.
    LinkModel(const LinkDirection& direction, std::uint64_t seed, Timestamp start);
    /// A packet of so many bytes is handed to the radio at `now`, never earlier than the one before. Packets leave in the
    /// order they entered unless the profile reorders.
    [[nodiscard]] Passage enter(std::size_t bytes, Timestamp now);
    /// What the link can carry at that time, kbit/s; 0 in an outage or a gap of its trace.
    [[nodiscard]] double kbit_per_s(Timestamp time) const;
};

}  // namespace transport

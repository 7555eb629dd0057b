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
[[nodiscard]] std::string_view name(Fate fate);

struct Passage {
    Fate fate = Fate::delivered;
    Timestamp out{};  ///< delivered: when its last bit is at the other end
    Microseconds queueing{
        0};  ///< delivered: of that, the wait behind other packets; the delay of the radio itself apart
};

/// The radio's own fate depends on time and seed alone, not on what is sent: two senders can be compared on it. Packets
/// are served in order of arrival, and a departure is known at arrival: nothing has to be called in between.
/// Not thread safe.
class LinkModel {
public:
    /// The same profile, seed and packets give the same passages. Time 0 of the profile's traces is `start`. Both
    /// directions of a link take the same seed: handovers are then at the same instants.
    LinkModel(const LinkDirection& direction, std::uint64_t seed, Timestamp start);
    /// A packet of so many bytes is handed to the radio at `now`, never earlier than the one before. Packets leave in
    /// the order they entered unless the profile reorders.
    [[nodiscard]] Passage enter(std::size_t bytes, Timestamp now);
    /// What the link can carry at that time, kbit/s; 0 in an outage, a stall or a gap of its trace. Of a trace of
    /// deliveries: over the 100 ms around it.
    [[nodiscard]] double kbit_per_s(Timestamp time) const;
    /// The link's own doing, not its sender's: outage, stall, or the trace carries less than one packet in 50 ms.
    [[nodiscard]] bool in_gap(Timestamp time) const;
    /// When it is out of a gap: `time` itself when it is in none.
    [[nodiscard]] Timestamp next_up(Timestamp time) const;
    [[nodiscard]] std::size_t queue_bytes() const { return queue_bytes_; }

private:
    [[nodiscard]] Microseconds since_start(Timestamp time) const;
    void drain(Microseconds time);
    [[nodiscard]] Microseconds served(Microseconds from, Millibits amount) const;
    [[nodiscard]] Microseconds radio_delay(Microseconds time);
    [[nodiscard]] bool lost(Microseconds time);

    LinkDirection direction_;
    Timestamp start_;
    Intervals outages_;  ///< value: delay step afterwards, µs
    Intervals stalls_;
    Intervals edges_;  ///< value: share lost
    CorrelatedDraws delay_;
    Random loss_random_;
    Random reorder_random_;
    std::size_t queue_bytes_ = 0;
    bool burst_ = false;
    Millibits backlog_ = 0;
    Microseconds drained_{0};  ///< when the backlog was that
    Microseconds last_out_{0};
};

}  // namespace transport

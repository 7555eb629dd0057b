// Access units across a network. RTP stands behind link_rtp.cpp; tests put a queue there.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace transport {

struct AccessUnit {
    std::vector<std::byte> bytes;  ///< Annex B, stamped
    std::uint32_t sequence = 0;    ///< of the picture's own stream
    Timestamp sampled{};           ///< becomes the RTP time stamp
    bool keyframe = false;
};

/// The last packet of a picture was handed to the network.
struct Departure {
    std::uint32_t sequence = 0;
    Timestamp time{};
};

/// One stream to one receiver. Every call returns at once.
class Sender {
public:
    virtual ~Sender() = default;
    /// A sender that has fallen behind drops up to the next keyframe, counts, and asks for one.
    virtual void send(AccessUnit unit) = 0;
    [[nodiscard]] virtual std::optional<Departure> take_departure() = 0;
    /// True once after the receiver (or this sender itself) asked for a keyframe.
    [[nodiscard]] virtual bool take_keyframe_request() = 0;
    /// Access units dropped here because the network did not take them.
    [[nodiscard]] virtual std::uint64_t dropped() const = 0;
};

/// One access unit, with the arrival of its first and last packet on this machine's clock.
struct Arrival {
    std::vector<std::byte> bytes;
    Timestamp first_packet{};
    Timestamp last_packet{};
};

/// One stream from one sender. Arrivals come on the link's own thread.
class Receiver {
public:
    virtual ~Receiver() = default;
    virtual void request_keyframe() = 0;
    /// Call ten times a second: opens the way through NATs and tells the sender where we are until media flows.
    virtual void keep_open() = 0;
    /// Packets that never came, as the jitter buffer counts them.
    [[nodiscard]] virtual std::uint64_t lost_packets() const = 0;
};
using OnArrival = std::function<void(Arrival)>;

}  // namespace transport

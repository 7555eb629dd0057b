// Access units across a network. RTP stands behind link_rtp.cpp; tests put a queue there.
#pragma once

#include "transport/clock.hpp"
#include "transport/rtp/media_key.hpp"
#include "transport/rtp/paths.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
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

/// How the link of one stream does.
struct LinkHealth {
    std::vector<PathHealth> paths;
    double loss = 0;                         ///< share of packets that did not come at once, lately
    std::uint64_t repaired = 0;              ///< packets that were lost and came all the same, since the start
    std::uint64_t lost = 0;                  ///< packets that never came, or too late, since the start
    std::uint64_t refused = 0;               ///< forged, damaged or replayed packets, since the start
    std::optional<int> target_kbit_per_s{};  ///< of a sender: what the link is thought to carry
    Microseconds queueing{0};                ///< of a sender: what waits in the link
    bool key_offered = false;                ///< and not yet used by the other end
    std::uint64_t keyframes_asked = 0;       ///< of a receiver: by it; of a sender: of it, and owed; since the start
};

/// Either end of a stream.
class LinkEnd {
public:
    virtual ~LinkEnd() = default;
    [[nodiscard]] virtual LinkHealth health() const { return {}; }
    /// The other end is about to be told this key: what it seals is understood from now on, and once it uses the key,
    /// so do we.
    virtual void offer_key(const MediaKey& key) { static_cast<void>(key); }
    /// The other end has offered this key: used at once.
    virtual void take_key(const MediaKey& key) { static_cast<void>(key); }
};

/// What the link of a stream carries at present.
struct Allowance {
    int kbit_per_s = std::numeric_limits<int>::max();  ///< of pictures: what repairs take is taken off
    bool room = true;      ///< false: a picture sent now would only wait; skip it before it is encoded
    bool answered = true;  ///< false: the other end has not been heard of for a while
};

/// One stream to one receiver. Every call returns at once.
class Sender : public LinkEnd {
public:
    /// A sender that has fallen behind drops up to the next keyframe, counts, and asks for one.
    virtual void send(AccessUnit unit) = 0;
    [[nodiscard]] virtual std::optional<Departure> take_departure() = 0;
    /// True once after the receiver (or this sender itself) asked for a keyframe.
    [[nodiscard]] virtual bool take_keyframe_request() = 0;
    /// Access units dropped here because the network did not take them.
    [[nodiscard]] virtual std::uint64_t dropped() const = 0;
    /// To be asked before each picture.
    [[nodiscard]] virtual Allowance allowance() { return {}; }
};

/// One access unit, with the arrival of its first and last packet on this machine's clock.
struct Arrival {
    std::vector<std::byte> bytes;
    Timestamp first_packet{};
    Timestamp last_packet{};
};

/// One stream from one sender. Arrivals come on the link's own thread.
class Receiver : public LinkEnd {
public:
    virtual void request_keyframe() = 0;
};
using OnArrival = std::function<void(Arrival)>;

}  // namespace transport

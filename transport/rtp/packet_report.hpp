// What became of one packet, as the other end says (RFC 8888) and this end remembers.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace transport {

struct PacketReport {
    std::uint16_t sequence = 0;  ///< counts every packet of the flow as it is sent: pictures, repairs, padding
    Timestamp sent{};
    std::size_t bytes = 0;                   ///< of the whole packet, as the rate is meant
    std::optional<RemoteTimestamp> arrived;  ///< the receiver's clock; nothing: has not come so far
};

}  // namespace transport

// What nodes tell alike, read where it is counted already. Any thread.
#pragma once

#include "transport/bus.hpp"
#include "transport/link.hpp"
#include "transport/media_port.hpp"
#include "transport/metrics/page.hpp"
#include "transport/reception.hpp"

#include <string_view>

namespace transport {

/// `link`: which of this node's links it is, in a word that does not change.
void tell_link(MetricsPage& page, std::string_view link, const Sender& sender);
void tell_link(MetricsPage& page, std::string_view link, const Receiver& receiver);
/// The same where the sender stands behind a lock.
void tell_sender(MetricsPage& page, std::string_view link, const LinkHealth& health);
/// What of the other end's clock is known at `now`.
void tell_clock(MetricsPage& page, std::string_view peer, const ClockOffset& clock, Timestamp now);
/// Access units that came, and why some of them became no pictures.
void tell_reception(MetricsPage& page, std::string_view stream, const ReceptionCounts& counts,
                    const ReceptionDrops& drops);
void tell_media(MetricsPage& page, const MediaPort& media);
/// Of a node: its bus and the server's clock.
void tell_bus(MetricsPage& page, const BusClient& bus, Timestamp now);

}  // namespace transport

// Who looks at latency from outside the room: what displays have finished goes on to those who ask for it. All in
// Status messages that there were before: a node that does not know these words passes them over.
#pragma once

#include "transport/bus.hpp"
#include "transport/link.hpp"
#include "transport/reception.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace transport {

/// An annotator's or a control's wish to the server: the finished timelines and the health of every display, and the
/// server's own health, for so long; at most longest_timeline_watch. To be said again before it is over.
[[nodiscard]] Status timeline_watch(Microseconds lease);
inline constexpr Microseconds longest_timeline_watch{10'000'000};
/// The wish in this message; nothing when it is none.
[[nodiscard]] std::optional<Microseconds> timeline_watch_in(const Status& status);

/// What the server says before it hands timelines on: whose they are.
[[nodiscard]] Status timelines_of(const std::string& display, const FinishedTimelines& timelines);
/// Was that said of these? Between two displays' a message may be lost, and no display may get another's figures.
[[nodiscard]] bool announces(const Status& status, const FinishedTimelines& timelines);

/// How a node does, in counters "GROUP.WHAT" (at most 64 of them): drops by reason, its links, and whatever it adds.
/// The server names the display whose it is, and its own "".
[[nodiscard]] Status health_status();
[[nodiscard]] bool is_health(const Status& status);
/// "drops.missing" … with `prefix` before.
void add_drops(Status& health, std::string_view prefix, const ReceptionDrops& drops);
/// "link.lost", "link.repaired", "link.lost_ppm", of the path that takes least "link.round_trip_us", with `prefix`
/// before. No path that carries: no round trip.
void add_link(Status& health, std::string_view prefix, const LinkHealth& link);

}  // namespace transport

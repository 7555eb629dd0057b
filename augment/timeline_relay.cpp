#include "augment/timeline_relay.hpp"

#include "transport/timeline_watch.hpp"

namespace augment {

using namespace transport;

bool TimelineRelay::heard(const std::string& peer, Role role, const Status& status, Timestamp now) {
    if (const auto lease = timeline_watch_in(status)) {
        if (role != Role::annotator && role != Role::control) return false;
        static_cast<void>(watched(now));
        if (!until_.contains(peer) && until_.size() >= most_watchers) return false;
        until_[peer] = now + *lease;
        return true;
    }
    if (role == Role::display && is_health(status) && watched(now)) to_all(Status{peer, status.text, status.counters});
    return false;
}

void TimelineRelay::heard(const std::string& peer, Role role, const FinishedTimelines& timelines, Timestamp now) {
    if (role != Role::display || !watched(now)) return;
    to_all(timelines_of(peer, timelines));
    to_all(timelines);
}

void TimelineRelay::to_all(const Message& message) {
    for (const auto& [watcher, until] : until_) send_(watcher, message);
}

/// By anybody, of those whose lease is not over.
bool TimelineRelay::watched(Timestamp now) {
    std::erase_if(until_, [now](const auto& one) { return one.second <= now; });
    return !until_.empty();
}

}  // namespace augment

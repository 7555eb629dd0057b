// Who looks at where the time goes: the server is asked only while somebody does.
#include "render/share.hpp"
#include "transport/timeline_watch.hpp"

namespace render {

namespace {
constexpr transport::Microseconds asked_every{1'000'000};
constexpr transport::Microseconds lease{3'000'000};
}  // namespace

void Share::watch_latency(const Seat& seat, bool on) {
    if (!on) {
        watching_latency_.erase(seat.id);
        return;
    }
    if (watching_latency_.empty()) latency_.forget();  // of an earlier time
    if (watching_latency_.insert(seat.id).second) latency_asked_ = {};
}

/// Five times a second: one text for all who watch.
void Share::tell_latency() {
    if (watching_latency_.empty()) return;
    const auto now = clock_.now();
    if (reached_ && now - latency_asked_ >= asked_every) {
        bus_->send(transport::timeline_watch(lease));
        latency_asked_ = now;
    }
    const auto text = to_json(latency_.take_news(now));
    for (const auto id : watching_latency_)
        if (const auto* seat = people_.at(id)) door_->say(seat->socket, text);
}

}  // namespace render

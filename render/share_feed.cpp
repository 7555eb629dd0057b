#include "render/share_feed.hpp"

#include "transport/metrics/tell.hpp"
#include "transport/stamp.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace render {

using namespace transport;

namespace {
constexpr auto ask_again_after = std::chrono::milliseconds{250};
}

ShareFeed::ShareFeed(const ShareWiring& wiring, Clock& clock, const ViewerClass& viewer_class,
                     const std::string& suffix)
    : clock_{clock}, class_{viewer_class}, suffix_{suffix} {
    Hello hello;
    hello.node = suffix;
    hello.role = Role::display;
    hello.boot = boot_id();
    hello.viewer = viewer_class;
    hello.follow_layout = false;  // what the room chooses for its displays is not ours
    bus_ = wiring.dial(hello, [this, &wiring](const Message& message) { on_message(wiring, message); });
}

void ShareFeed::on_message(const ShareWiring& wiring, const Message& message) {
    if (const auto* welcome = std::get_if<transport::Welcome>(&message)) {
        const std::scoped_lock lock{receiver_mutex_};
        receiver_.reset();  // the old link ends before the new one begins
        {
            const std::scoped_lock viewers{mutex_};
            server_boot_ = welcome->server_boot;
            for (auto& viewer : viewers_) viewer.needs_keyframe = true;
        }
        receiver_ = wiring.receive(*welcome, [this](const Arrival& arrival) { on_arrival(arrival); });
    } else if (const auto* rekey = std::get_if<Rekey>(&message)) {
        const std::scoped_lock lock{receiver_mutex_};
        if (receiver_ && rekey->key) receiver_->take_key(*rekey->key);
    }
}

void ShareFeed::add(std::shared_ptr<PipeWriter> viewer) {
    {
        const std::scoped_lock lock{mutex_};
        viewers_.push_back({std::move(viewer)});
    }
    want_keyframe();
}

void ShareFeed::remove(const std::shared_ptr<PipeWriter>& viewer) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(viewers_, [&](const Viewer& one) { return one.pipe == viewer; });
}

std::size_t ShareFeed::viewers() const {
    const std::scoped_lock lock{mutex_};
    return viewers_.size();
}

std::uint64_t ShareFeed::dropped() const {
    const std::scoped_lock lock{mutex_};
    return dropped_;
}

void ShareFeed::want_keyframe() {
    const std::scoped_lock lock{receiver_mutex_};
    if (receiver_) receiver_->request_keyframe();  // the server makes at most one in 500 ms
}

void ShareFeed::on_arrival(const Arrival& arrival) {
    UnitHead head;
    head.time_us = microseconds(arrival.last_packet);
    head.keyframe = is_keyframe(arrival.bytes) ? 1 : 0;
    bool wanted = false;
    {
        const std::scoped_lock lock{mutex_};
        ++units_;
        bytes_ += arrival.bytes.size();
        for (auto& viewer : viewers_) {
            if (viewer.needs_keyframe && head.keyframe == 0) {
                wanted = true;
                continue;
            }
            viewer.needs_keyframe = !viewer.pipe->send(PipeKind::unit, bytes_of(head), arrival.bytes);
            dropped_ += viewer.needs_keyframe ? 1 : 0;
        }
        const auto now = clock_.now();
        wanted = wanted && now - asked_ > ask_again_after;
        if (wanted) asked_ = now;
    }
    // Not while a new Welcome takes the receiver away, which waits for this very thread.
    if (!wanted) return;
    const std::unique_lock lock{receiver_mutex_, std::try_to_lock};
    if (lock && receiver_) receiver_->request_keyframe();
}

void ShareFeed::tell(MetricsPage& page) const {
    // Few: a person chooses one of the layouts, whole or half.
    const auto link = fmt::format("{} {}x{}", name(class_.layout), class_.width, class_.height);
    {
        const std::scoped_lock lock{mutex_};
        page.add(Metric::frames, {{"direction", "in"}, {"stream", link}}, units_);
        page.add(Metric::frame_bytes, {{"direction", "in"}, {"stream", link}}, bytes_);
        page.add(Metric::drops, {{"reason", "browser"}, {"stream", link}}, dropped_);
    }
    const std::scoped_lock lock{receiver_mutex_};
    if (receiver_) tell_link(page, link, *receiver_);
}

ServerClock ShareFeed::server_clock() const {
    ServerClock out;
    std::uint64_t boot = 0;
    {
        const std::scoped_lock lock{mutex_};
        boot = server_boot_;
    }
    const auto now = microseconds(clock_.now());
    if (boot == boot_id()) return {1, now, now, 0, 0};
    const auto reading = bus_->server_clock().reading();
    if (!reading) return out;
    return {1, microseconds(reading->ours), microseconds(reading->theirs), reading->bound.count(), ClockRate::most_ppm};
}

}  // namespace render

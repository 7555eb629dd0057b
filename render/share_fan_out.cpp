// The picture by Janus: one child publishes each viewer class that somebody watches, and Janus gives it to all of them.
#include "render/share.hpp"

#include "render/share_publish.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace render {

namespace {

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

void Share::make_janus() {
    const auto address = janus_address(options_.janus);
    if (options_.secure && !is_this_machine(address.host))
        throw transport::UsageError{fmt::format(
            "share: --janus {}: the picture goes there in the clear; run Janus on this machine, or take --secure false",
            options_.janus)};
    const auto to_him = [this](PersonId person, const ToPage& message) {
        if (const auto* there = people_.at(person)) say(*there, message);
    };
    janus_ = std::make_unique<ShareJanus>(
        make_janus_wire(address), address.host,
        ShareJanus::Handlers{[this](ShareJanus::Mount mount, ShareJanus::Ports ports) { publish(mount, ports); },
                             [this](ShareJanus::Mount mount, const std::string& why) { end_picture(mount, why); },
                             [to_him](PersonId person, const std::string& sdp) {
                                 to_him(person, Offer{Connection::view, sdp});
                             },
                             [this, to_him](PersonId person, const std::string& why) {
                                 leave_picture(person);
                                 to_him(person, Ended{Connection::view, why});
                             }});
}

void Share::watch_by_janus(Seat& seat) {
    if (!janus_) return say(seat, NotTaken{"there is no Janus here: offer a connection"});
    leave_picture(seat.id);
    const auto& chosen = chosen_[seat.id];
    const auto wanted = class_of(chosen);
    if (!pictures_.contains(wanted)) {
        std::string why;
        auto feed = feed_for(wanted, why);
        if (!feed) return say(seat, Ended{Connection::view, why});
        pictures_[wanted] = {janus_->mount(), std::move(feed)};
    }
    auto& picture = pictures_.at(wanted);
    picture.viewers.insert(seat.id);
    say(seat, Shown{chosen.layout, chosen.size, ""});
    janus_->watch(seat.id, picture.mount);
}

void Share::leave_picture(PersonId id) {
    if (!janus_) return;
    for (auto& [viewer_class, picture] : pictures_)
        picture.viewers.erase(id);  // the next tick drops what nobody watches
    janus_->leave(id);
}

void Share::publish(ShareJanus::Mount mount, ShareJanus::Ports ports) {
    const auto found = std::ranges::find_if(pictures_, [&](const auto& one) { return one.second.mount == mount; });
    if (found == pictures_.end()) return;
    auto& picture = found->second;
    try {
        picture.publisher = std::make_unique<ShareChild>(
            wiring_.child("publish"),
            ShareChild::Handlers{[feed = picture.feed](const PipeMessage& message) {
                                     if (message.kind == PipeKind::keyframe) feed->want_keyframe();
                                 },
                                 [this, mount](const std::string& why) { end_picture(mount, why); }});
    } catch (const std::exception& error) {
        return end_picture(mount, error.what());
    }
    const auto& pipe = picture.publisher->pipe();
    pipe->send(PipeKind::offer, bytes_of(words_of({janus_address(options_.janus).host, ports.rtp, ports.rtcp})));
    picture.feed->add(pipe);
}

void Share::end_picture(ShareJanus::Mount mount, const std::string& why) {
    const auto found = std::ranges::find_if(pictures_, [&](const auto& one) { return one.second.mount == mount; });
    if (found == pictures_.end()) return;
    auto gone = std::move(found->second);
    pictures_.erase(found);
    janus_->unmount(mount);
    if (gone.publisher) {
        gone.feed->remove(gone.publisher->pipe());
        ended_.push_back(std::move(gone.publisher));  // one of its handlers may be running
    }
    if (gone.viewers.empty()) return;
    fmt::print(stderr, "share: {} lost the picture: {}\n", gone.viewers.size(), why);
    for (const auto person : gone.viewers)
        if (const auto* there = people_.at(person)) say(*there, Ended{Connection::view, why});
}

void Share::drop_unwatched() {
    std::vector<ShareJanus::Mount> unwatched;
    for (const auto& [viewer_class, picture] : pictures_)
        if (picture.viewers.empty()) unwatched.push_back(picture.mount);
    for (const auto mount : unwatched) end_picture(mount, "");
}

void Share::tell_clock(const Seat& seat, const LivePing& ping) {
    ServerClock clock;
    for (const auto& [viewer_class, picture] : pictures_)
        if (picture.viewers.contains(seat.id)) clock = picture.feed->server_clock();
    const auto now = server_instant(clock, transport::microseconds(clock_.now()));
    say(seat, LivePong{ping.id, now.time_us, now.bound_us});
}

}  // namespace render

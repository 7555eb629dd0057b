// The children of share, and what they are fed.
#include "render/share.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace render {

using transport::ViewerClass;

namespace {
constexpr std::size_t most_peers = 200;
constexpr int most_listeners = 30;  // where there may be hundreds
}  // namespace

Share::PeerId Share::start(Connection kind, const std::string& sdp, Peer peer) {
    const auto id = next_peer_++;
    if (peers_.size() >= most_peers) throw std::runtime_error("too many connections");
    peer.kind = kind;
    peer.child = std::make_unique<ShareChild>(
        wiring_.child(std::string{name(kind)}),
        ShareChild::Handlers{[this, id](const PipeMessage& message) { heard(id, message); },
                             [this, id](const std::string& why) {
                                 const auto found = peers_.find(id);
                                 if (found == peers_.end()) return;
                                 const auto ended = found->second.ended;
                                 stop(id);
                                 if (ended) ended(why);
                             }});
    const auto& pipe = peer.child->pipe();
    pipe->send(PipeKind::offer, bytes_of(sdp));
    if (kind == Connection::view) {
        const auto clock = peer.feed->server_clock();
        pipe->send(PipeKind::clock, bytes_of(clock));
        peer.feed->add(pipe);
    }
    if (kind == Connection::talk) mix_.add(peer.person, pipe);
    if (kind == Connection::camera) camera_peer_ = id;
    peers_.emplace(id, std::move(peer));
    return id;
}

void Share::stop(PeerId id) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return;
    auto& peer = found->second;
    if (peer.feed) peer.feed->remove(peer.child->pipe());
    if (peer.kind == Connection::talk) mix_.remove(peer.person);
    if (camera_peer_ == id) {
        camera_peer_.reset();
        camera_.reset();
        if (auto* seat = people_.at(peer.person)) seat->camera = false;
        tell_people();
    }
    ended_.push_back(std::move(peer.child));  // one of its handlers may be running
    peers_.erase(found);
}

void Share::stop_all(PersonId person) {
    std::vector<PeerId> his;
    for (const auto& [id, peer] : peers_)
        if (peer.person == person) his.push_back(id);
    for (const auto id : his) stop(id);
}

void Share::connect(Seat& seat, const Offer& offer) {
    const auto fail = [&](const std::string& why) { say(seat, Ended{offer.connection, why}); };
    for (const auto& [id, peer] : peers_)
        if (peer.person == seat.id && peer.kind == offer.connection) {
            stop(id);  // it offers anew
            break;
        }
    if (janus_ && offer.connection == Connection::view) return fail("the picture comes from Janus: ask to watch it");
    if (janus_ && offer.connection == Connection::talk && !permissions(seat.who.role).talk &&
        std::ranges::count_if(peers_, [](const auto& one) { return one.second.kind == Connection::talk; }) >=
            most_listeners)
        return say(seat, Ended{offer.connection, fmt::format("sound for the first {}", most_listeners), false});
    Peer peer;
    peer.person = seat.id;
    if (offer.connection == Connection::view) {
        std::string why;
        const auto& chosen = chosen_[seat.id];
        peer.feed = feed_for(class_of(chosen), why);
        if (!peer.feed) return fail(why);
        say(seat, Shown{chosen.layout, chosen.size, ""});
    }
    if (offer.connection == Connection::camera && camera_peer_) return fail("another camera is shared already");
    const auto person = seat.id;
    const auto to_him = [this, person](const ToPage& message) {
        if (const auto* there = people_.at(person)) say(*there, message);
    };
    peer.answered = [to_him, kind = offer.connection](const std::string& sdp) { to_him(Answer{kind, sdp}); };
    peer.ended = [to_him, kind = offer.connection](const std::string& why) { to_him(Ended{kind, why}); };
    try {
        start(offer.connection, offer.sdp, std::move(peer));
    } catch (const std::exception& error) {
        return fail(error.what());
    }
    if (offer.connection == Connection::talk && seat.silenced) mix_.silence(seat.id, true);
    if (offer.connection == Connection::camera) {
        seat.camera = true;
        tell_people();
    }
}

void Share::heard(PeerId id, const PipeMessage& message) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return;
    auto& peer = found->second;
    auto* const seat = people_.at(peer.person);
    if (message.kind == PipeKind::answer && peer.answered) peer.answered(std::string{text_of(message.bytes)});
    if (message.kind == PipeKind::keyframe && peer.feed) peer.feed->want_keyframe();
    if (message.kind == PipeKind::unit && camera_peer_ == id) give_camera(id, message);
    if (message.kind == PipeKind::sound && seat != nullptr && permissions(seat->who.role).talk && !seat->muted)
        mix_.heard(peer.person, message.bytes);
    if (message.kind == PipeKind::text && seat != nullptr) {
        std::string why;
        const auto pointed = read_from_channel(text_of(message.bytes), why);
        if (!pointed) return;
        if (const auto* at = std::get_if<PointAt>(&*pointed); at != nullptr && forbidden(*at, seat->who.role).empty())
            draw(*seat, *at);
        if (std::holds_alternative<PointerOff>(*pointed)) draw(*seat, PointerOff{});
    }
}

void Share::give_camera(PeerId id, const PipeMessage& message) {
    if (!camera_)
        camera_ = std::make_unique<ShareCamera>(wiring_, clock_, [this, id](const std::string& why) {
            post([this, id, why] {
                const auto found = peers_.find(id);
                if (found == peers_.end()) return;
                const auto ended = found->second.ended;
                stop(id);
                if (ended) ended(why);
            });
        });
    camera_->give(message.bytes);
    if (camera_->take_keyframe_wish()) peers_.at(id).child->pipe()->send(PipeKind::keyframe, {});
}

ViewerClass Share::class_of(const ChooseLayout& choice) const {
    ViewerClass wanted{choice.layout, options_.canvas_width, options_.canvas_height, transport::CodecProfile::browser};
    if (choice.size == ViewSize::half) {
        wanted.width = std::max(320, wanted.width / 4 * 2);
        wanted.height = std::max(180, wanted.height / 4 * 2);
    }
    return wanted;
}

std::shared_ptr<ShareFeed> Share::feed_for(const ViewerClass& wanted, std::string& why) {
    if (const auto found = feeds_.find(wanted); found != feeds_.end()) return found->second;
    const auto used = std::ranges::count_if(feeds_, [](const auto& one) { return one.second->viewers() > 0; });
    if (used >= options_.most_pictures) {
        why = fmt::format("this session makes {} different pictures at once; choose one that others watch", used);
        return nullptr;
    }
    return feeds_[wanted] = std::make_shared<ShareFeed>(wiring_, clock_, wanted, free_feed_name());
}

/// The lowest number that is free: who counts by name meets no new names as pictures come and go.
std::string Share::free_feed_name() const {
    std::string name;
    const auto has_name = [&name](const auto& one) { return one.second->suffix() == name; };
    for (int number = 1; name.empty() || std::ranges::any_of(feeds_, has_name); ++number)
        name = fmt::format("view{}", number);
    return name;
}

void Share::watch(Seat& seat, const ChooseLayout& choice) {
    auto& chosen = chosen_[seat.id];
    std::string why;
    const auto found = std::ranges::find_if(
        peers_, [&](const auto& one) { return one.second.person == seat.id && one.second.kind == Connection::view; });
    if (janus_ && choice != chosen && feed_for(class_of(choice), why)) {
        chosen = choice;
        return watch_by_janus(seat);
    }
    if (found != peers_.end() && choice != chosen) {
        if (auto feed = feed_for(class_of(choice), why)) {
            const auto& pipe = found->second.child->pipe();
            found->second.feed->remove(pipe);
            feed->add(pipe);
            found->second.feed = std::move(feed);
        }
    }
    if (why.empty()) chosen = choice;
    say(seat, Shown{chosen.layout, chosen.size, why});
}

void Share::tell_clocks() {
    for (const auto& [id, peer] : peers_) {
        if (!peer.feed) continue;
        const auto clock = peer.feed->server_clock();
        peer.child->pipe()->send(PipeKind::clock, bytes_of(clock));
    }
}

}  // namespace render

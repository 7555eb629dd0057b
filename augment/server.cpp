#include "augment/server.hpp"

#include "augment/permission.hpp"
#include "transport/host_clock.hpp"
#include "transport/node_paths.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace augment {

using namespace transport;

namespace {

StreamId stream_of(Modality modality) {
    return static_cast<StreamId>(1 + static_cast<int>(modality));
}

/// ", 2 of 2 paths, 11.9 ms there and back; "
std::string in_words(const LinkHealth& health) {
    const auto carrying = std::ranges::count_if(health.paths, &PathHealth::carries);
    auto out = fmt::format(", {} of {} paths", carrying, health.paths.size());
    for (const auto& path : health.paths)
        if (path.round_trip) out += fmt::format(", {:.1f} ms", static_cast<double>(path.round_trip->count()) / 1000);
    if (health.target_kbit_per_s)
        out += fmt::format(", room for {} kbit/s, {:.1f} ms waiting", *health.target_kbit_per_s,
                           static_cast<double>(health.queueing.count()) / 1000);
    return out + fmt::format(", {:.1f} % lost at first, {} repaired, {} forged or replayed; ", health.loss * 100,
                             health.repaired, health.refused);
}

constexpr int least_view_height = 180;
constexpr auto longest_trust = std::chrono::seconds{10};
constexpr auto offer_again_after = std::chrono::seconds{1};
constexpr auto most_larger_after = std::chrono::minutes{5};

}  // namespace

Server::Server(const Options& options, Clock& clock)
    : options_{options},
      clock_{clock},
      media_{options.listen, options.media_port, clock},
      mixer_{options, clock},
      relay_{[this](const std::string& peer, const Message& message) { bus_->send(peer, message); }} {
    const std::scoped_lock lock{nodes_mutex_};  // who speaks before the bus has its name here waits for it
    bus_ = listen_on_bus(
        options.listen, options.bus_port,
        [this](const std::string& peer, const Message& message) { on_message(peer, message); },
        [this](const std::string& peer) { on_gone(peer); }, clock, {options.secure, options.keys},
        clock_settings(options));
}

// Member by member, from the last: a reset() would take the bus's name away while its thread still answers.
Server::~Server() = default;

// ---- who is here -------------------------------------------------------------------------------------------

void Server::on_message(const std::string& peer, const Message& message) {
    const std::scoped_lock lock{nodes_mutex_};
    if (const auto* hello = std::get_if<Hello>(&message)) {
        if (hello->role == Role::capture) welcome_capture(peer, *hello);
        if (hello->role == Role::display) welcome_display(peer, *hello);
        if (hello->role == Role::control || hello->role == Role::annotator) welcome(peer, hello->role, {});
    } else if (const auto* control = std::get_if<Control>(&message)) {
        bus_->send(peer, apply(peer, *control));
    } else if (const auto* ping = std::get_if<Ping>(&message)) {
        learn_clock(peer, ping->clocks);
        renew_key(peer);
        fit_viewer(peer);
        sweep();
    } else if (const auto* status = std::get_if<Status>(&message)) {
        if (relay_.heard(peer, role_of(peer), *status, clock_.now())) bus_->send(peer, health());
    } else if (const auto* timelines = std::get_if<FinishedTimelines>(&message)) {
        relay_.heard(peer, role_of(peer), *timelines, clock_.now());
    }
}

/// Of who was not welcomed nothing is heard but his Hello.
Role Server::role_of(const std::string& peer) const {
    const auto found = roles_.find(peer);
    return found == roles_.end() ? Role::capture : found->second;
}

void Server::welcome(const std::string& peer, Role role, const Welcome& welcome) {
    roles_[peer] = role;
    bus_->welcome(peer, welcome);
}

void Server::on_gone(const std::string& peer) {
    const std::scoped_lock lock{nodes_mutex_};
    roles_.erase(peer);
    relay_.gone(peer);
    for (auto& [modality, uplink] : uplinks_)
        if (uplink->node == peer) uplink->silent_since = clock_.now();
    if (const auto display = displays_.find(peer); display != displays_.end()) display->second.silent_on_bus = true;
    sweep();
}

/// Who is silent on the bus while his media path is alive has changed his address, and dials anew: pictures go on.
void Server::sweep() {
    const auto carries = [](const LinkHealth& health) {
        return std::ranges::any_of(health.paths, &PathHealth::carries);
    };
    for (auto& [modality, uplink] : uplinks_) {
        if (!uplink->silent_since || uplink->gone) continue;
        uplink->gone = !carries(uplink->receiver->health());  // its last frame stays and ages: displays call it LOST
        // A clock that nobody compares any more may have stepped.
        if (uplink->gone || clock_.now() - *uplink->silent_since > longest_trust) uplink->know_clock({});
    }
    for (auto display = displays_.begin(); display != displays_.end();) {
        const auto view = mixer_.find(display->second.hello.viewer);
        const auto health = view ? view->health(display->first) : LinkHealth{};
        if (!display->second.silent_on_bus || carries(health)) {
            ++display;
            continue;
        }
        remove_viewer(display->first);
        seals_.erase(display->first);
        display = displays_.erase(display);
    }
    mixer_.close_empty_views();
}

/// The stream's two SSRCs more lie behind the media's. The node dials: where it is, its probes tell.
RtpLink Server::new_link(const std::string& peer, Priority priority) {
    RtpLink link;
    link.priority = priority;
    const int most = priority == Priority::critical ? options_.view_max_kbit_per_s : options_.max_kbit_per_s;
    link.rate = rate_limits(options_, most);
    link.stream.media_ssrc = static_cast<std::uint32_t>(random_()) & ~7U;
    link.stream.feedback_ssrc = link.stream.media_ssrc | 4U;
    link.every_path = options_.every_path;
    link.settings.repair_budget = std::chrono::milliseconds{options_.repair_budget_ms};
    seals_.erase(peer);
    if (!options_.secure) return link;
    link.key = new_media_key(1);
    seals_.emplace(peer, Seal{link.stream.media_ssrc, *link.key, clock_.now()});
    return link;
}

/// Both ends understand the new key before either seals with it: no packet is lost. A key that the node has not taken
/// is offered again: a third one would drop the one in use.
void Server::renew_key(const std::string& peer) {
    const auto found = seals_.find(peer);
    if (found == seals_.end()) return;
    auto& seal = found->second;
    const auto age = clock_.now() - seal.since;
    if (age < offer_again_after) return;
    const auto view = displays_.contains(peer) ? mixer_.find(displays_.at(peer).hello.viewer) : nullptr;
    LinkEnd* receiver = nullptr;
    for (auto& [modality, uplink] : uplinks_)
        if (uplink->media_ssrc == seal.media_ssrc) receiver = uplink->receiver.get();
    const auto health = receiver != nullptr ? receiver->health() : view ? view->health(peer) : LinkHealth{};
    if (health.key_offered) {
        bus_->send(peer, Rekey{seal.media_ssrc, seal.key});
        return;
    }
    if (age < std::chrono::seconds{options_.rekey_s}) return;
    seal.key = new_media_key(static_cast<std::uint8_t>(seal.key.id() + 1));
    seal.since = clock_.now();
    if (receiver != nullptr) receiver->offer_key(seal.key);
    if (view) view->offer_key(peer, seal.key);
    bus_->send(peer, Rekey{seal.media_ssrc, seal.key});
}

Welcome Server::welcome_to(const RtpLink& link, StreamId id) const {
    Welcome welcome;
    welcome.media_port = media_.port();
    welcome.media_ssrc = link.stream.media_ssrc;
    welcome.feedback_ssrc = link.stream.feedback_ssrc;
    welcome.payload_type = link.stream.payload_type;
    welcome.stream = id;
    welcome.media_key = link.key;
    return welcome;
}

void Server::welcome_capture(const std::string& peer, const Hello& hello) {
    auto& place = uplinks_[hello.stream];
    if (place && !place->gone && place->node != peer) {
        bus_->send(peer, Reply{false, fmt::format("stream '{}' already comes from node '{}'", name(hello.stream),
                                                  place->node)});
        return;
    }
    for (auto& [modality, other] : uplinks_)  // a node has one stream: it was started again with another
        if (other && other->node == peer) other->gone = true;
    remove_viewer(peer);
    displays_.erase(peer);
    place.reset();  // the old link ends before the new one begins
    auto uplink = std::make_unique<Uplink>();
    auto* const raw = uplink.get();
    uplink->node = peer;
    uplink->boot = hello.boot;
    uplink->modality = hello.stream;
    uplink->input = std::make_unique<Input>(
        clock_, [raw] { return raw->clock(); },
        [this, raw](Frame frame) {
            ++raw->frames;
            mixer_.on_frame(std::move(frame));
        },
        [this](const LateMark& mark) { mixer_.on_late(mark); });
    const auto link = new_link(peer, priority_of(hello.stream));
    uplink->media_ssrc = link.stream.media_ssrc;
    uplink->receiver = make_rtp_receiver(
        media_, link,
        [raw](const Arrival& arrival) {
            raw->input->on_arrival(arrival);
            auto* const feedback = raw->feedback.load();
            if (feedback != nullptr && raw->input->take_keyframe_wish()) feedback->request_keyframe();
        },
        clock_);
    uplink->feedback = uplink->receiver.get();
    place = std::move(uplink);
    welcome(peer, hello.role, welcome_to(link, stream_of(hello.stream)));
}

/// A node that tells nothing knows nothing any more: its clock, or ours, has stepped.
void Server::learn_clock(const std::string& peer, const std::optional<TwoClocks>& told) {
    for (auto& [modality, uplink] : uplinks_) {
        if (uplink->node != peer || uplink->gone) continue;
        auto clock = told ? clock_of_node(*told) : ClockOffset{};
        clock.belongs_to(uplink->boot);
        uplink->know_clock(clock);
    }
}

void Server::Uplink::know_clock(const ClockOffset& of_node) {
    const std::scoped_lock lock{clock_mutex};
    node_clock = of_node;
}

ClockOffset Server::Uplink::clock() const {
    const std::scoped_lock lock{clock_mutex};
    return node_clock;
}

void Server::welcome_display(const std::string& peer, const Hello& hello) {
    for (auto& [modality, uplink] : uplinks_)
        if (uplink && uplink->node == peer) uplink->gone = true;
    remove_viewer(peer);
    auto wanted = hello;
    auto& viewer = wanted.viewer;
    if (viewer.width <= 0 || viewer.height <= 0) {
        viewer.width = options_.canvas_width;
        viewer.height = options_.canvas_height;
    }
    const auto link = new_link(peer, Priority::critical);
    auto& view = mixer_.view_for(viewer);
    view.add_viewer(peer, make_rtp_sender(media_, link, clock_));
    displays_[peer] = {.hello = wanted, .wanted = viewer};
    mixer_.close_empty_views();
    welcome(peer, hello.role, welcome_to(link, view.stream()));
}

// ---- what the room wishes ----------------------------------------------------------------------------------

std::uint32_t Server::tidy(const Control& control, bool by_room) {
    return mixer_.room().update([&](RoomState& room) {
        auto& drawn = room.annotations;
        if (control.undo) drawn.undo(*control.undo);
        if (control.clear_owner) drawn.clear(*control.clear_owner);
        if (control.pointer_off) drawn.take_pointer_away(*control.pointer_off);
        if (control.clear_annotations) drawn.clear();
        if (control.clear_annotations && by_room) room.markers.clear();
        return drawn.revision();
    });
}

Reply Server::apply(const std::string& peer, const Control& control) {
    const auto role = role_of(peer);
    if (const auto refused = not_allowed(role, peer, control)) return {false, *refused};
    if (!control.display.empty() && !displays_.contains(control.display))
        return {false, fmt::format("no display '{}' here", control.display)};
    if (control.annotate) {
        if (const auto refused = mixer_.annotate(*control.annotate)) return {false, *refused};
    }
    mixer_.room().update([&](RoomState& room) {
        if (control.opacity) room.opacity = *control.opacity;
        if (control.overlay) room.overlay = *control.overlay;
        if (control.doppler_only) room.doppler_only = *control.doppler_only;
        if (control.echo_hue) room.hue = *control.echo_hue;
    });
    // What the room has measured and pointed at by itself, nobody outside takes away.
    const bool by_room = role == Role::control;
    const auto revision = tidy(control, by_room);
    if ((control.clear_annotations && by_room) || control.forget_tip.value_or(false)) mixer_.forget_tip();
    if (control.probe || control.search_probe.value_or(false)) {
        const auto where = control.probe ? std::optional{rigid_of(*control.probe)} : std::nullopt;
        if (!mixer_.place_probe(where)) return {false, "probe: nobody looks for it here (--register-probe false)"};
    }
    if (control.layout) move_viewers(*control.layout, control.display);
    if (control.freeze)
        for (const auto& [display, viewer] : displays_)
            if (control.display.empty() || control.display == display) bus_->send(display, control);
    const bool drawn =
        control.annotate || control.undo || control.clear_owner || control.pointer_off || control.clear_annotations;
    return {true, control.want_status ? describe() : "done", drawn ? revision : 0};
}

void Server::move_viewers(Layout layout, const std::string& only) {
    for (auto& [display, viewer] : displays_) {
        const bool meant = only.empty() ? viewer.hello.follow_layout : only == display;
        if (!meant || viewer.wanted.layout == layout) continue;
        viewer.wanted.layout = layout;
        auto seen = viewer.hello.viewer;
        seen.layout = layout;
        show(display, viewer, seen);
    }
    mixer_.close_empty_views();
}

void Server::show(const std::string& display, Viewer& viewer, const ViewerClass& seen) {
    auto sender = mixer_.find(viewer.hello.viewer)->remove_viewer(display);
    viewer.hello.viewer = seen;
    mixer_.view_for(seen).add_viewer(display, std::move(sender));
}

void Server::fit_viewer(const std::string& peer) {
    const auto found = displays_.find(peer);
    if (found == displays_.end()) return;
    auto& viewer = found->second;
    auto seen = viewer.hello.viewer;
    const auto view = mixer_.find(seen);
    if (!view) return;
    const auto now = clock_.now();
    const auto thin = view->thin_viewers();
    if (std::ranges::find(thin, peer) != thin.end() && seen.height / 2 >= least_view_height) {
        seen.width = seen.width / 4 * 2;
        seen.height = seen.height / 4 * 2;
        viewer.larger_not_before = now + viewer.larger_after;
        viewer.larger_after = std::min(viewer.larger_after * 2, Microseconds{most_larger_after});
    } else if (seen.height < viewer.wanted.height && now > viewer.larger_not_before && view->has_room(peer)) {
        seen.width = std::min(seen.width * 2, viewer.wanted.width);
        seen.height = std::min(seen.height * 2, viewer.wanted.height);
    } else {
        return;
    }
    fmt::print("augment: display {} sees {}x{} from now on, as its link carries\n", peer, seen.width, seen.height);
    show(peer, viewer, seen);
    mixer_.close_empty_views();
}

void Server::remove_viewer(const std::string& peer) {
    const auto found = displays_.find(peer);
    if (found == displays_.end()) return;
    if (const auto view = mixer_.find(found->second.hello.viewer)) view->remove_viewer(peer);
}

std::string Server::line() {
    const std::scoped_lock lock{nodes_mutex_};
    return describe();
}

std::string Server::describe() {
    std::string out;
    for (const auto& [modality, uplink] : uplinks_) {
        const auto& drops = uplink->input->drops();
        const auto health = uplink->receiver->health();
        std::uint64_t copies = 0;
        for (const auto& path : health.paths) copies += path.copies;
        out += fmt::format(
            "{} from {}{}: {} frames, {} missing, {} damaged, {} corrupt, {} unstamped, {} packets lost, {} twice",
            name(modality), uplink->node, uplink->gone ? " (gone)" : "", uplink->frames.load(), drops.missing.load(),
            drops.damaged.load(), drops.corrupt.load(), drops.unstamped.load(), health.lost, copies);
        out += in_words(health);
    }
    for (const auto& [display, viewer] : displays_) {
        const auto& seen = viewer.hello.viewer;
        out += fmt::format("display {}: {} {}x{}", display, name(seen.layout), seen.width, seen.height);
        const auto view = mixer_.find(seen);
        out += in_words(view ? view->health(display) : LinkHealth{});
    }
    if (auto tip = mixer_.tip()) {
        const auto& xray = mixer_.shown().frames.xray;
        const bool live = xray && age_of(xray->header, clock_.now()) == XrayAge::live;
        if (tip->state == Tip::State::tracking && !live) tip->state = Tip::State::held, tip->confidence = 0;
        out += fmt::format("tip {} ({:.2f}); ", name(tip->state), tip->confidence);
    }
    return out + fmt::format("{} pictures replaced, {} foreign packets, {} bus messages and {} strangers refused",
                             mixer_.replaced(), media_.foreign(), bus_->refused(), bus_->strangers());
}

}  // namespace augment

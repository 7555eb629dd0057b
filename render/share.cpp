#include "render/share.hpp"

#include "render/share_pages.hpp"
#include "render/share_qr.hpp"

#include <fmt/format.h>
#include <glib.h>

#include <algorithm>
#include <chrono>

namespace render {

using namespace std::chrono_literals;
using transport::Timestamp;

namespace {

constexpr unsigned tick_ms = 200;
constexpr unsigned ticks_between_metrics = 5;
constexpr auto join_within = 5s;
constexpr std::size_t most_by_janus = 600;  // people
constexpr std::uint16_t not_let_in = 4001;
constexpr std::uint16_t removed = 4002;
constexpr std::uint16_t too_talkative = 1008;

std::chrono::system_clock::time_point wall_now() {
    return std::chrono::system_clock::now();
}

template <typename Message>
const Message* as(const FromPage& message) {
    return std::get_if<Message>(&message);
}

gboolean call_tick(gpointer what) noexcept {
    (*static_cast<std::function<void()>*>(what))();
    return G_SOURCE_CONTINUE;
}

gboolean call_quit(gpointer loop) noexcept {
    g_main_loop_quit(static_cast<GMainLoop*>(loop));
    return G_SOURCE_REMOVE;
}

}  // namespace

Share::Share(const transport::Options& options, ShareWiring wiring, Tokens& tokens, transport::Clock& clock)
    : options_{options},
      wiring_{std::move(wiring)},
      tokens_{tokens},
      clock_{clock},
      people_{options.janus.empty() ? SharePeople::most_people : most_by_janus} {
    if (!options.janus.empty()) make_janus();
    DoorSettings settings;
    settings.address = options.listen;
    settings.port = options.https_port;
    settings.certificate = options.certificate;
    settings.key = options.certificate_key;
    settings.files = page_files();
    if (janus_) settings.most_sockets = most_by_janus + most_by_janus / 10;
    door_ = std::make_unique<ShareDoor>(
        settings,
        ShareDoor::Handlers{[this](Socket socket) { visitors_[socket] = {clock_.now()}; },
                            [this](Socket socket, std::string_view text) { said(socket, text); },
                            [this](Socket socket) {
                                visitors_.erase(socket);
                                if (const auto* seat = people_.on(socket)) leave(seat->id);
                            },
                            [this](const HttpRequest& request, const HttpReply& reply) { asked(request, reply); }},
        clock_);
    base_ = fmt::format("https://{}:{}", options.link_host, door_->port());
    transport::Hello hello;
    hello.role = transport::Role::annotator;
    hello.boot = transport::boot_id();
    bus_ =
        wiring_.dial(hello, [this](const transport::Message& message) { post([this, message] { on_bus(message); }); });
    sound_ = std::jthread{[this](const std::stop_token& stop) {
        for (auto due = clock_.now(); clock_.wait_until(due, stop); due += sound_tick) mix_.tick();
    }};
}

Share::~Share() {
    bus_.reset();  // nothing is posted any more
    door_.reset();
    janus_.reset();
}

void Share::run(const std::stop_token& stop) {
    auto* loop = g_main_loop_new(nullptr, FALSE);
    std::function<void()> each = [this] { tick(); };
    const auto source = g_timeout_add(tick_ms, &call_tick, &each);
    const std::stop_callback quit{stop, [loop] { g_idle_add(&call_quit, loop); }};
    g_main_loop_run(loop);
    g_source_remove(source);
    g_main_loop_unref(loop);
}

void Share::post(std::function<void()> what) {
    {
        const std::scoped_lock lock{posted_mutex_};
        posted_.push_back(std::move(what));
    }
    g_idle_add(
        [](gpointer self) noexcept -> gboolean {
            auto* const share = static_cast<Share*>(self);
            std::vector<std::function<void()>> all;
            {
                const std::scoped_lock lock{share->posted_mutex_};
                all.swap(share->posted_);
            }
            for (const auto& one : all) one();
            return G_SOURCE_REMOVE;
        },
        this);
}

std::string Share::link(ShareRole role) {
    const auto* const page = role == ShareRole::engineer ? "latency" : "";
    return fmt::format("{}/{}#{}", base_, page, tokens_.mint(role, wall_now()));
}

std::string Share::line() const {
    return fmt::format("{} people, {} pictures, {} connections", people_.list().people.size(), feeds_.size(),
                       peers_.size());
}

void Share::say(const Seat& seat, const ToPage& message) {
    door_->say(seat.socket, to_json(message));
}

void Share::tell_people() {
    people_changed_ = true;
}

void Share::refuse(Socket socket, std::uint16_t code, const std::string& why) {
    door_->say(socket, to_json(Refused{why}));
    door_->close(socket, code, why);
}

// ---- coming and going --------------------------------------------------------------------------------------

void Share::said(Socket socket, std::string_view text) {
    std::string why;
    const auto message = read_from_page(text, why);
    auto* const seat = people_.on(socket);
    if (seat == nullptr) {
        if (!visitors_.contains(socket)) return;  // on its way out
        if (!message) return refuse(socket, not_let_in, why);
        return enter(socket, *message);
    }
    if (!SharePeople::may_speak(*seat, clock_.now())) return door_->close(socket, too_talkative, "too many messages");
    if (!message) return say(*seat, NotTaken{why});
    take(*seat, *message);
}

void Share::enter(Socket socket, const FromPage& message) {
    if (const auto* join = as<Join>(message)) {
        const auto grant = tokens_.admit(join->token, wall_now());
        if (const auto* why = std::get_if<std::string>(&grant)) return refuse(socket, not_let_in, *why);
        const auto& [role, nonce] = std::get<Grant>(grant);
        if (role == ShareRole::source) return refuse(socket, not_let_in, "this link is for a camera (WHIP)");
        return welcome(socket, {nonce, role, join->name, people_.free_colour()});
    }
    if (const auto* back = as<ComeBack>(message)) {
        const auto known = tokens_.come_back(back->pass, wall_now());
        if (const auto* why = std::get_if<std::string>(&known)) return refuse(socket, not_let_in, *why);
        return welcome(socket, std::get<Participant>(known));
    }
    refuse(socket, not_let_in, "say who you are first");
}

void Share::welcome(Socket socket, const Participant& who) {
    if (const auto* before = people_.called(who.id)) {  // his page was loaded again before the old one was gone
        const auto old = before->socket;
        leave(before->id);
        door_->close(old, not_let_in, "this session goes on in another window");
    }
    auto* const seat = people_.sit(who, socket, clock_.now());
    if (seat == nullptr) return refuse(socket, not_let_in, "this session is full");
    visitors_.erase(socket);
    auto& chosen = chosen_.try_emplace(seat->id, ChooseLayout{options_.layout, ViewSize::full}).first->second;
    Welcome words;
    words.you = seat->id;
    words.name = who.name;
    words.role = who.role;
    words.colour = who.colour;
    words.pass = tokens_.pass(who, wall_now());
    words.may = permissions(who.role);
    const bool connects = sees_the_room(who.role);  // a TURN password is for who does
    if (connects && !options_.stun.empty()) words.ice.push_back({fmt::format("stun:{}", options_.stun), "", ""});
    if (connects && !options_.turn.empty())
        words.ice.push_back({fmt::format("turn:{}", options_.turn), options_.turn_user, options_.turn_password});
    for (int i = 0; connects && i < 5; ++i) words.layouts.push_back(static_cast<transport::Layout>(i));
    if (janus_) words.picture = PictureBy::janus;
    words.layout = chosen.layout;
    words.size = chosen.size;
    say(*seat, words);
    say(*seat, ServerReached{reached_});
    tell_people();
    fmt::print("share: {} joined as {}; {}\n", who.name, name(who.role), line());
    std::fflush(stdout);
}

void Share::leave(PersonId id) {
    const auto* const seat = people_.at(id);
    if (seat == nullptr) return;
    fmt::print("share: {} left\n", seat->who.name);
    stop_all(id);
    leave_picture(id);
    watching_latency_.erase(id);
    transport::Control off;
    off.pointer_off = seat->who.id;
    ask(0, std::nullopt, off);
    people_.leave(id);
    tell_people();
}

// ---- what people say ---------------------------------------------------------------------------------------

void Share::take(Seat& seat, const FromPage& message) {
    if (const auto why = forbidden(message, seat.who.role); !why.empty()) return say(seat, NotTaken{why});
    if (const auto* offer = as<Offer>(message)) return connect(seat, *offer);
    if (as<WatchPicture>(message)) return watch_by_janus(seat);
    if (const auto* answer = as<Answer>(message)) {
        if (janus_ && answer->connection == Connection::view) janus_->answer(seat.id, answer->sdp);
        return;
    }
    if (const auto* ping = as<LivePing>(message)) return tell_clock(seat, *ping);
    if (const auto* choice = as<ChooseLayout>(message)) return watch(seat, *choice);
    if (const auto* wish = as<WatchLatency>(message)) return watch_latency(seat, wish->on);
    if (const auto* close = as<CloseConnection>(message)) {
        if (close->connection == Connection::view) leave_picture(seat.id);
        for (const auto& [id, peer] : peers_)
            if (peer.person == seat.id && peer.kind == close->connection) return stop(id);
        return;
    }
    if (const auto* mute = as<Mute>(message)) {
        seat.muted = mute->on;
        return tell_people();
    }
    if (as<SilencePerson>(message) || as<RemovePerson>(message) || as<InvitePerson>(message))
        return moderate(seat, message);
    if (as<Join>(message) || as<ComeBack>(message)) return say(seat, NotTaken{"you are here already"});
    draw(seat, message);
}

void Share::moderate(Seat& seat, const FromPage& message) {
    if (const auto* invitation = as<InvitePerson>(message)) return invite(seat, invitation->role);
    const auto* silence = as<SilencePerson>(message);
    const auto* remove = as<RemovePerson>(message);
    auto* const other = people_.at(silence != nullptr ? silence->who : remove->who);
    if (other == nullptr) return say(seat, NotTaken{"that person is not here any more"});
    if (silence != nullptr) {
        people_.silence(*other, silence->on);
        mix_.silence(other->id, silence->on);
        return tell_people();
    }
    if (!tokens_.revoke(other->who.id, wall_now())) fmt::print(stderr, "share: {}\n", tokens_.why());
    const auto socket = other->socket;
    fmt::print("share: {} was removed by {}\n", other->who.name, seat.who.name);
    leave(other->id);
    refuse(socket, removed, "a moderator has ended your part in this session");
}

void Share::invite(Seat& seat, ShareRole role) {
    Invitation out;
    out.role = role;
    out.link = link(role);
    out.qr = qr_rows(out.link);
    out.expires_s = options_.link_minutes * 60;
    say(seat, out);
}

// ---- five times a second -----------------------------------------------------------------------------------

void Share::tick() {
    ended_.clear();
    door_->drop_silent();
    const auto now = clock_.now();
    std::vector<Socket> late;
    for (const auto& [socket, visitor] : visitors_)
        if (now - visitor.since > join_within) late.push_back(socket);
    for (const auto socket : late) {
        visitors_.erase(socket);
        refuse(socket, not_let_in, "nobody said who is there");
    }
    for (auto& [id, seat] : people_.all())
        people_changed_ |= std::exchange(seat.speaking, !seat.muted && mix_.speaks(id)) != seat.speaking;
    if (std::exchange(people_changed_, false)) {
        const auto all = to_json(people_.list());
        const auto active = to_json(people_.list(ShareRole::viewer));
        for (const auto& [id, seat] : people_.all())
            if (sees_the_room(seat.who.role))
                door_->say(seat.socket, permissions(seat.who.role).moderate ? all : active);
    }
    if (const bool reached = bus_->connected(); std::exchange(reached_, reached) != reached)
        for (const auto& [id, seat] : people_.all()) say(seat, ServerReached{reached});
    tell_clocks();
    drop_unwatched();
    tell_latency();
    std::erase_if(feeds_, [](const auto& one) { return one.second->viewers() == 0 && one.second.use_count() == 1; });
    if (options_.metrics_port != 0 && tick_++ % ticks_between_metrics == 0) note_metrics();
}

}  // namespace render

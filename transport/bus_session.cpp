#include "transport/bus_session.hpp"

#include <algorithm>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr auto interval = 200ms;        // of Hellos and Pings
constexpr auto refused_pause = 1s;      // before a refused Hello is said again
constexpr auto silence_limit = 1s;      // 5 Pings: as long as the display's LOST
constexpr std::size_t most_pings = 32;  // on the way: round trips up to 6 s still count

}  // namespace

std::optional<Message> BusSession::due(Timestamp now) {
    if (now < next_) return std::nullopt;
    next_ = now + interval;
    if (!welcomed_) return hello_;
    pings_.push_back({++last_ping_, now});
    if (pings_.size() > most_pings) pings_.pop_front();
    return Ping{last_ping_, measured()};
}

/// The server refuses the whole Ping when its bound is too wide, and then no better one would ever be measured.
std::optional<TwoClocks> BusSession::measured() const {
    const auto best = server_clock().reading();
    if (!best || best->bound.count() > TwoClocks::most_bound_us) return std::nullopt;
    return TwoClocks{microseconds(best->ours), microseconds(best->theirs), best->bound.count(), best->basis};
}

bool BusSession::receive(const Message& message, Timestamp now) {
    if (const auto* welcome = std::get_if<Welcome>(&message)) return receive_welcome(*welcome, now);
    if (const auto* reply = std::get_if<Reply>(&message); reply && !welcomed_) {
        if (!reply->accepted) next_ = now + refused_pause;
        return !reply->accepted;
    }
    if (!welcomed_) return false;
    if (const auto* pong = std::get_if<Pong>(&message)) {
        receive_pong(*pong, now);
        return false;
    }
    heard_ = now;
    return !std::holds_alternative<Hello>(message) && !std::holds_alternative<Ping>(message);
}

bool BusSession::connected(Timestamp now) const {
    return welcomed_ && now - heard_ <= silence_limit;
}

bool BusSession::receive_welcome(const Welcome& welcome, Timestamp now) {
    // A second Hello that was already on its way brings the same Welcome again.
    if (welcomed_ && welcome == *welcome_) return false;
    if (welcome_ && welcome_->server_boot != welcome.server_boot) exchanges_ = ClockExchanges{settings_.asymmetry};
    exchanges_.belongs_to(welcome.server_boot);
    if (welcome.server_boot == hello_.boot) exchanges_.same_machine();
    if (!welcomed_) next_ = now;
    welcome_ = welcome;
    welcomed_ = true;
    heard_ = now;
    return true;
}

void BusSession::receive_pong(const Pong& pong, Timestamp now) {
    const auto ping = std::ranges::find(pings_, pong.id, &SentPing::id);
    if (ping == pings_.end()) return;
    if (!pong.known || pong.server_run != welcome_->server_run) {
        welcomed_ = false;
        pings_.clear();  // their Pongs would undo the next Welcome
        next_ = now;
        return;
    }
    std::optional<HostTimes> hosts;
    if (pong.host && settings_.host_time)
        if (const auto ours = settings_.host_time()) hosts = HostTimes{*ours, *pong.host};
    const auto steps = exchanges_.steps();
    exchanges_.exchange(ping->time, remote_timestamp(pong.server_time_us), now, hosts);
    if (exchanges_.steps() != steps) next_ = now;  // the server must hear of it, and we learn anew
    pings_.erase(pings_.begin(), ping + 1);
    heard_ = now;
}

ClockOffset clock_of_node(const TwoClocks& told) {
    ClockOffset clock;
    clock.learn({timestamp(told.server_us), remote_timestamp(told.node_us), Microseconds{told.bound_us}, told.basis});
    return clock;
}

bool BusPeers::hear(const std::string& peer, Timestamp now) {
    const auto found = heard_.find(peer);
    if (found == heard_.end()) return false;
    found->second = now;
    return true;
}

std::vector<std::string> BusPeers::take_silent(Timestamp now) {
    std::vector<std::string> silent;
    std::erase_if(heard_, [&](const auto& peer) {
        const bool gone = now - peer.second > silence_limit;
        if (gone) silent.push_back(peer.first);
        return gone;
    });
    return silent;
}

}  // namespace transport

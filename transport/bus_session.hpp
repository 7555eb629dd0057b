// Who knows whom, and since when: the two ends of a bus connection without their sockets. `now` is passed in.
#pragma once

#include "transport/bus.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace transport {

/// The node's side. Not thread safe.
class BusSession {
public:
    explicit BusSession(Hello hello, ClockSettings clocks = {})
        : hello_{std::move(hello)}, settings_{std::move(clocks)}, exchanges_{settings_.asymmetry} {}

    /// When `due` next has something to say.
    [[nodiscard]] Timestamp next() const { return next_; }
    /// What to say now: a Hello until welcomed, then a Ping. To be sent at once, its time is `now`.
    [[nodiscard]] std::optional<Message> due(Timestamp now);
    /// Takes a message of the server; true when the node should see it.
    [[nodiscard]] bool receive(const Message& message, Timestamp now);

    [[nodiscard]] bool welcomed() const { return welcomed_; }
    /// Welcomed, and heard of within the last second.
    [[nodiscard]] bool connected(Timestamp now) const;
    [[nodiscard]] const ClockOffset& server_clock() const { return exchanges_.offset(); }

private:
    struct SentPing {
        std::uint64_t id = 0;
        Timestamp time{};
    };
    bool receive_welcome(const Welcome& welcome, Timestamp now);
    void receive_pong(const Pong& pong, Timestamp now);
    [[nodiscard]] std::optional<TwoClocks> measured() const;

    Hello hello_;
    ClockSettings settings_;
    bool welcomed_ = false;
    std::optional<Welcome> welcome_;  ///< the last one, also after the server forgot us
    Timestamp next_ = Timestamp::min();
    Timestamp heard_{};
    std::uint64_t last_ping_ = 0;
    std::deque<SentPing> pings_;
    ClockExchanges exchanges_;
};

/// The server's side: the peers that were welcomed. Not thread safe.
class BusPeers {
public:
    void welcome(const std::string& peer, Timestamp now) { heard_[peer] = now; }
    void forget(const std::string& peer) { heard_.erase(peer); }
    /// Something came from the peer; true when it is known.
    [[nodiscard]] bool hear(const std::string& peer, Timestamp now);
    /// Forgets the peers that were silent for more than 1 s and names them.
    [[nodiscard]] std::vector<std::string> take_silent(Timestamp now);

private:
    std::map<std::string, Timestamp> heard_;
};

}  // namespace transport

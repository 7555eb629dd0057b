// The server's end of the bus: a ROUTER on a thread of its own.
#include "transport/bus.hpp"
#include "transport/bus_session.hpp"
#include "transport/bus_zmq_socket.hpp"
#include "transport/bus_zmq_zap.hpp"

#include <fmt/format.h>

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 100ms;  // silence is noticed that much later at most
constexpr std::size_t most_waiting_at_server = 4096;
constexpr int most_at_once = 256;  // messages read before the outbox has its turn

std::uint64_t random_run() {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32U | device();
}

class Router final : public BusServer {
public:
    Router(const std::string& address, int port, OnMessage handler, OnGone gone, Clock& clock,
           const BusSecurity& security, const ClockSettings& clocks)
        : handler_{std::move(handler)}, gone_{std::move(gone)}, clock_{clock}, host_time_{clocks.host_time} {
        if (security.secure) {
            if (security.keys.empty())
                throw std::runtime_error{
                    "bus: --keys names no folder of keys; `scialytic keys server DIR` makes one (--secure false needs "
                    "none, for a lab)"};
            door_ = std::make_unique<BusDoor>(socket_.context(), security.keys);
            door_->guard(socket_.handle());
        }
        port_ = socket_.listen(address, port);
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~Router() override {
        thread_.request_stop();
        bell_.ring();
    }

    void welcome(const std::string& peer, Welcome welcome) override {
        welcome.server_boot = boot_id();
        welcome.server_run = run_;
        {
            const std::scoped_lock lock{mutex_};
            peers_.welcome(peer, clock_.now());
        }
        send(peer, welcome);
    }
    void forget(const std::string& peer) override {
        const std::scoped_lock lock{mutex_};
        peers_.forget(peer);
        routes_.erase(peer);
    }
    void send(const std::string& peer, const Message& message) override {
        auto bytes = to_cbor(message);
        {
            const std::scoped_lock lock{mutex_};
            const auto found = routes_.find(peer);
            if (found == routes_.end()) return;
            outbox_.emplace_back(found->second.address, std::move(bytes));
            if (outbox_.size() > most_waiting_at_server) outbox_.pop_front();
        }
        bell_.ring();
    }
    [[nodiscard]] std::uint64_t refused() const override { return refused_; }
    [[nodiscard]] std::uint64_t strangers() const override { return door_ ? door_->refused() : 0; }
    [[nodiscard]] int port() const override { return port_; }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            socket_.wait(bell_, false, longest_wait);
            for (int i = 0; i < most_at_once && receive(); ++i) {
            }
            flush();
            for (const auto& peer : silent()) gone_(peer);
            for (const auto& peer : revoked()) gone_(peer);
        }
    }

    /// Where a node is reached, and the key that it came with.
    struct Route {
        std::string address;
        std::string user;
        bool operator==(const Route&) const = default;
    };

    /// False when nothing is waiting.
    bool receive() {
        const auto routing = socket_.receive();
        if (!routing) return false;
        const auto body = routing->more ? socket_.receive() : std::nullopt;
        const Route from{routing->bytes, body ? body->user : std::string{}};
        // Behind the name stands what no other node can guess: see Dealer.
        const auto peer = from.address.substr(0, from.address.find('/'));
        std::optional<Message> message;
        if (body && !socket_.discard_rest(body->more) && is_node_name(peer))
            message = message_from_cbor(std::as_bytes(std::span{body->bytes}));
        if (!message || !take(peer, from, *message)) ++refused_;
        return true;
    }

    /// False when a node should not have said that.
    bool take(const std::string& peer, const Route& from, const Message& message) {
        if (const auto* hello = std::get_if<Hello>(&message)) return take_hello(peer, from, *hello);
        bool known = false;
        bool replaced = false;
        {
            const std::scoped_lock lock{mutex_};
            const auto found = routes_.find(peer);
            replaced = found != routes_.end() && found->second != from;
            known = !replaced && peers_.hear(peer, clock_.now());
        }
        if (const auto* ping = std::get_if<Ping>(&message)) {
            if (door_ && !door_->find(from.user)) return false;
            // Whoever was replaced by another of its name hears nothing until that one is gone.
            if (replaced) return true;
            Pong pong{ping->id, 0, run_, known, host_time_ ? host_time_() : std::nullopt};
            pong.server_time_us = microseconds(clock_.now());
            transmit(from.address, to_cbor(pong));
            if (known) handler_(peer, message);
            return true;
        }
        if (!known || std::holds_alternative<Welcome>(message) || std::holds_alternative<Pong>(message) ||
            std::holds_alternative<Rekey>(message))
            return false;
        handler_(peer, message);
        return true;
    }

    bool take_hello(const std::string& peer, const Route& from, const Hello& hello) {
        if (hello.node != peer) return false;
        if (door_) {
            const auto node = door_->find(from.user);
            if (!node) return false;
            auto why = refusal(*node, hello);
            if (why.empty() && !speaks_for(*node, peer)) why = fmt::format("'{}' is enrolled with another key", peer);
            if (!why.empty()) {
                transmit(from.address, to_cbor(Reply{false, why}));
                return false;
            }
        }
        {
            const std::scoped_lock lock{mutex_};
            routes_[peer] = from;
            static_cast<void>(peers_.hear(peer, clock_.now()));
        }
        handler_(peer, hello);
        // Whoever was not welcomed leaves nothing behind.
        const std::scoped_lock lock{mutex_};
        if (!peers_.hear(peer, clock_.now())) routes_.erase(peer);
        return true;
    }

    /// A name that is enrolled by itself is nobody's end.
    bool speaks_for(const EnrolledNode& node, const std::string& peer) const {
        return node.name == peer || (is_end_of(peer, node.name) && !door_->is_enrolled(peer));
    }

    void flush() {
        std::deque<std::pair<std::string, std::vector<std::byte>>> outbox;
        {
            const std::scoped_lock lock{mutex_};
            outbox.swap(outbox_);
        }
        for (const auto& [peer, bytes] : outbox) transmit(peer, bytes);
    }

    /// A ROUTER drops what is for nobody, and what a slow peer has no room for.
    void transmit(const std::string& peer, const std::vector<std::byte>& bytes) {
        if (socket_.send(std::as_bytes(std::span{peer}), true)) socket_.send(bytes);
    }

    std::vector<std::string> silent() {
        const std::scoped_lock lock{mutex_};
        auto silent = peers_.take_silent(clock_.now());
        for (const auto& peer : silent) routes_.erase(peer);
        return silent;
    }

    /// Who was welcomed and is no longer on the list. Their connections stay, but nothing they say is heard.
    std::vector<std::string> revoked() {
        if (!door_ || door_->edition() == edition_) return {};
        edition_ = door_->edition();
        const std::scoped_lock lock{mutex_};
        std::vector<std::string> out;
        for (const auto& [peer, route] : routes_)
            if (const auto node = door_->find(route.user); !node || !speaks_for(*node, peer)) out.push_back(peer);
        for (const auto& peer : out) {
            peers_.forget(peer);
            routes_.erase(peer);
        }
        return out;
    }

    OnMessage handler_;
    OnGone gone_;
    Clock& clock_;
    std::function<std::optional<HostTime>()> host_time_;
    const std::uint64_t run_ = random_run();
    int port_ = 0;
    std::atomic<std::uint64_t> refused_{0};
    BusBell bell_;
    BusSocket socket_{BusSocketKind::router};  // after the constructor, the thread's alone
    std::unique_ptr<BusDoor> door_;            // null: everybody is let in
    std::uint64_t edition_ = 0;                // of the door's list, the thread's alone
    std::mutex mutex_;                         // guards what follows
    BusPeers peers_;
    std::map<std::string, Route> routes_;  ///< of known peers, and of one that is saying hello
    std::deque<std::pair<std::string, std::vector<std::byte>>> outbox_;
    std::jthread thread_;  // last: ends before anything that it uses
};

}  // namespace

std::unique_ptr<BusServer> listen_on_bus(const std::string& address, int port, BusServer::OnMessage handler,
                                         BusServer::OnGone gone, Clock& clock, const BusSecurity& security,
                                         const ClockSettings& clocks) {
    return std::make_unique<Router>(address, port, std::move(handler), std::move(gone), clock, security, clocks);
}

}  // namespace transport

// The bus on ZeroMQ: the server's ROUTER and a node's DEALER, one thread each. Nothing else knows ZeroMQ.
#include "transport/bus.hpp"
#include "transport/bus_session.hpp"
#include "transport/bus_zmq_zap.hpp"
#include "transport/handle.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_wait = 100ms;         // silence is noticed that much later at most
constexpr int most_waiting_in_socket = 256;  // messages per peer; more are dropped
constexpr std::size_t most_waiting = 256;    // messages in the outbox of a node
constexpr std::size_t most_waiting_at_server = 4096;
constexpr int most_handshakes_waiting = 512;  // connections that the kernel holds before they are taken
constexpr int longest_handshake_ms = 2000;    // then whoever has not shown its key is dropped
constexpr int most_at_once = 256;             // messages read before the outbox has its turn

using Context = Handle<void, zmq_ctx_term>;
using Socket = Handle<void, zmq_close>;

Context make_context() {
    Context context{zmq_ctx_new()};
    if (!context) throw std::runtime_error{fmt::format("bus: no ZeroMQ context: {}", zmq_strerror(zmq_errno()))};
    return context;
}

void set(const Socket& socket, int option, const void* value, std::size_t size) {
    if (zmq_setsockopt(socket.get(), option, value, size) != 0)
        throw std::runtime_error{fmt::format("bus: ZeroMQ option {}: {}", option, zmq_strerror(zmq_errno()))};
}
void set(const Socket& socket, int option, int value) {
    set(socket, option, &value, sizeof value);
}

Socket make_socket(const Context& context, int type) {
    Socket socket{zmq_socket(context.get(), type)};
    if (!socket) throw std::runtime_error{fmt::format("bus: no ZeroMQ socket: {}", zmq_strerror(zmq_errno()))};
    const std::int64_t most_bytes = most_message_bytes;
    set(socket, ZMQ_MAXMSGSIZE, &most_bytes, sizeof most_bytes);
    set(socket, ZMQ_LINGER, 0);
    set(socket, ZMQ_IPV6, 0);
    set(socket, ZMQ_SNDHWM, most_waiting_in_socket);
    set(socket, ZMQ_RCVHWM, most_waiting_in_socket);
    set(socket, ZMQ_BACKLOG, most_handshakes_waiting);
    set(socket, ZMQ_HANDSHAKE_IVL, longest_handshake_ms);
    // A connection that a network swallowed (a new cell, a NAT that forgot) is given up and dialled anew.
    set(socket, ZMQ_HEARTBEAT_IVL, 500);
    set(socket, ZMQ_HEARTBEAT_TIMEOUT, 1500);
    return socket;
}

/// Wakes a thread out of zmq_poll.
class Bell {
public:
    Bell() : file_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
        if (file_ < 0) throw std::system_error{errno, std::generic_category(), "bus: eventfd"};
    }
    ~Bell() { ::close(file_); }
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    void ring() const { (void)::eventfd_write(file_, 1); }
    void silence() const {
        eventfd_t count = 0;
        (void)::eventfd_read(file_, &count);
    }
    [[nodiscard]] int file() const { return file_; }

private:
    int file_;
};

/// Waits for the socket or the bell. True when the socket can be written (if `to_write`).
bool wait(const Socket& socket, const Bell& bell, bool to_write, std::chrono::milliseconds patience) {
    const auto events = static_cast<short>(to_write ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
    std::array<zmq_pollitem_t, 2> items{{{socket.get(), 0, events, 0}, {nullptr, bell.file(), ZMQ_POLLIN, 0}}};
    zmq_poll(items.data(), static_cast<int>(items.size()), static_cast<long>(patience.count()));
    if (items[1].revents != 0) bell.silence();
    return (items[0].revents & ZMQ_POLLOUT) != 0;
}

class Part {
public:
    Part() { zmq_msg_init(&message_); }
    ~Part() { zmq_msg_close(&message_); }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    bool receive(const Socket& socket) { return zmq_msg_recv(&message_, socket.get(), ZMQ_DONTWAIT) >= 0; }
    [[nodiscard]] bool more() const { return zmq_msg_more(&message_) != 0; }
    [[nodiscard]] std::span<const std::byte> bytes() {
        return {static_cast<const std::byte*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)};
    }
    [[nodiscard]] std::string text() {
        return {static_cast<const char*>(zmq_msg_data(&message_)), zmq_msg_size(&message_)};
    }
    /// Whom the door let in: the key; empty without a door.
    [[nodiscard]] std::string user() {
        const char* user = zmq_msg_gets(&message_, "User-Id");
        return user == nullptr ? std::string{} : std::string{user};
    }

private:
    zmq_msg_t message_;
};

/// Reads the rest of a message that nobody sent in good faith; true when there was any.
bool discard_rest(const Socket& socket, bool more) {
    const bool any = more;
    while (more) {
        Part part;
        if (!part.receive(socket)) break;
        more = part.more();
    }
    return any;
}

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
            door_ = std::make_unique<BusDoor>(context_.get(), security.keys);
            door_->guard(socket_.get());
        }
        set(socket_, ZMQ_ROUTER_HANDOVER, 1);
        const auto endpoint = fmt::format("tcp://{}:{}", address, port == 0 ? "*" : std::to_string(port));
        if (zmq_bind(socket_.get(), endpoint.c_str()) != 0) {
            const int error = zmq_errno();
            throw std::runtime_error{fmt::format("bus: cannot listen on {}: {}; choose another with {}", endpoint,
                                                 zmq_strerror(error),
                                                 error == EADDRINUSE || error == EACCES ? "--bus-port" : "--listen")};
        }
        std::array<char, 256> bound{};
        std::size_t size = bound.size();
        zmq_getsockopt(socket_.get(), ZMQ_LAST_ENDPOINT, bound.data(), &size);
        const std::string_view text{bound.data()};
        port_ = std::stoi(std::string{text.substr(text.rfind(':') + 1)});
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
            wait(socket_, bell_, false, longest_wait);
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
        Part routing;
        if (!routing.receive(socket_)) return false;
        Part body;
        const bool whole = routing.more() && body.receive(socket_);
        const Route from{routing.text(), body.user()};
        // Behind the name stands what no other node can guess: see Dealer.
        const auto peer = from.address.substr(0, from.address.find('/'));
        std::optional<Message> message;
        if (whole && !discard_rest(socket_, body.more()) && is_node_name(peer))
            message = message_from_cbor(body.bytes());
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
            if (const auto why = refusal(*node, hello); !why.empty()) {
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
        if (zmq_send(socket_.get(), peer.data(), peer.size(), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
            zmq_send(socket_.get(), bytes.data(), bytes.size(), ZMQ_DONTWAIT);
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
            if (const auto node = door_->find(route.user); !node || node->name != peer) out.push_back(peer);
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
    Bell bell_;
    Context context_ = make_context();
    std::unique_ptr<BusDoor> door_;                      // null: everybody is let in
    Socket socket_ = make_socket(context_, ZMQ_ROUTER);  // after the constructor, the thread's alone
    std::uint64_t edition_ = 0;                          // of the door's list, the thread's alone
    std::mutex mutex_;                                   // guards what follows
    BusPeers peers_;
    std::map<std::string, Route> routes_;  ///< of known peers, and of one that is saying hello
    std::deque<std::pair<std::string, std::vector<std::byte>>> outbox_;
    std::jthread thread_;  // last: ends before anything that it uses
};

Hello with_boot(Hello hello) {
    if (hello.boot == 0) hello.boot = boot_id();
    return hello;
}

class Dealer final : public BusClient {
public:
    Dealer(const std::string& address, int port, const Hello& hello, OnMessage handler, Clock& clock,
           const BusSecurity& security, const ClockSettings& clocks)
        : handler_{std::move(handler)}, clock_{clock}, session_{with_boot(hello), clocks} {
        if (!is_node_name(hello.node))
            throw std::runtime_error{
                fmt::format("bus: '{}' is no node name: 1 to 32 letters, digits, '.', '_' or '-'", hello.node)};
        if (security.secure) show_key(security.keys, hello);
        // Another node that calls itself by our name cannot take our place: the rest of the address stays with us.
        const auto address_there = fmt::format("{}/{:016x}{:016x}", hello.node, random_run(), random_run());
        set(socket_, ZMQ_ROUTING_ID, address_there.data(), address_there.size());
        set(socket_, ZMQ_RECONNECT_IVL, 50);
        set(socket_, ZMQ_RECONNECT_IVL_MAX, 200);
        set(socket_, ZMQ_CONNECT_TIMEOUT, 1000);
        // Nothing is queued for a server that is not there: what is said after a reconnection is said anew.
        set(socket_, ZMQ_IMMEDIATE, 1);
        const auto endpoint = fmt::format("tcp://{}:{}", address, port);
        if (zmq_connect(socket_.get(), endpoint.c_str()) != 0)
            throw std::runtime_error{fmt::format("bus: cannot dial {}: {}", endpoint, zmq_strerror(zmq_errno()))};
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~Dealer() override {
        thread_.request_stop();
        bell_.ring();
    }

    void send(const Message& message) override {
        auto bytes = to_cbor(message);
        {
            const std::scoped_lock lock{mutex_};
            outbox_.push_back(std::move(bytes));
            if (outbox_.size() > most_waiting) outbox_.pop_front();
        }
        bell_.ring();
    }
    [[nodiscard]] ClockOffset server_clock() const override {
        const std::scoped_lock lock{mutex_};
        return session_.server_clock();
    }
    [[nodiscard]] bool connected() const override {
        const std::scoped_lock lock{mutex_};
        return session_.connected(clock_.now());
    }
    [[nodiscard]] std::uint64_t refused() const override { return refused_; }

private:
    void show_key(const std::string& folder, const Hello& hello) {
        const auto how =
            fmt::format("`scialytic keys new DIR {}` makes keys, `keys enrol` lets the node in", hello.node);
        if (folder.empty())
            throw std::runtime_error{
                fmt::format("bus: {} has no keys: --keys names no folder; {} (--secure false needs none, for a lab)",
                            hello.node, how)};
        const auto keys = read_keys(folder, hello.node);
        const auto server = read_public_key(std::filesystem::path{folder} / "server.pub");
        const auto set_key = [this](int option, const std::string& key) {
            set(socket_, option, key.c_str(), key.size() + 1);
        };
        set_key(ZMQ_CURVE_SERVERKEY, server);
        set_key(ZMQ_CURVE_PUBLICKEY, keys.public_key);
        set_key(ZMQ_CURVE_SECRETKEY, keys.secret_key);
    }

    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto patience = time_to_next();
            const bool writable = wait(socket_, bell_, patience == 0ms, patience == 0ms ? longest_wait : patience);
            for (int i = 0; i < most_at_once && receive(); ++i) {
            }
            if (writable) speak();
        }
    }

    /// Zero when there is something to say.
    std::chrono::milliseconds time_to_next() {
        const std::scoped_lock lock{mutex_};
        const auto now = clock_.now();
        if (session_.next() <= now || (session_.welcomed() && !outbox_.empty())) return 0ms;
        return std::min<std::chrono::milliseconds>(std::chrono::ceil<std::chrono::milliseconds>(session_.next() - now),
                                                   longest_wait);
    }

    /// False when nothing is waiting.
    bool receive() {
        Part part;
        if (!part.receive(socket_)) return false;
        const auto now = clock_.now();
        std::optional<Message> message;
        if (!discard_rest(socket_, part.more())) message = message_from_cbor(part.bytes());
        if (!message) {
            ++refused_;
            return true;
        }
        bool wanted = false;
        {
            const std::scoped_lock lock{mutex_};
            wanted = session_.receive(*message, now);
        }
        if (wanted) handler_(*message);
        return true;
    }

    void speak() {
        std::optional<Message> due;
        std::deque<std::vector<std::byte>> outbox;
        {
            const std::scoped_lock lock{mutex_};
            due = session_.due(clock_.now());
            if (session_.welcomed()) outbox.swap(outbox_);
        }
        if (due) transmit(to_cbor(*due));
        for (const auto& bytes : outbox) transmit(bytes);
    }

    void transmit(const std::vector<std::byte>& bytes) {
        zmq_send(socket_.get(), bytes.data(), bytes.size(), ZMQ_DONTWAIT);
    }

    OnMessage handler_;
    Clock& clock_;
    std::atomic<std::uint64_t> refused_{0};
    Bell bell_;
    Context context_ = make_context();
    Socket socket_ = make_socket(context_, ZMQ_DEALER);  // after the constructor, the thread's alone
    mutable std::mutex mutex_;                           // guards what follows
    BusSession session_;
    std::deque<std::vector<std::byte>> outbox_;
    std::jthread thread_;  // last: ends before anything that it uses
};

}  // namespace

std::unique_ptr<BusServer> listen_on_bus(const std::string& address, int port, BusServer::OnMessage handler,
                                         BusServer::OnGone gone, Clock& clock, const BusSecurity& security,
                                         const ClockSettings& clocks) {
    return std::make_unique<Router>(address, port, std::move(handler), std::move(gone), clock, security, clocks);
}

std::unique_ptr<BusClient> dial_bus(const std::string& address, int port, const Hello& hello,
                                    BusClient::OnMessage handler, Clock& clock, const BusSecurity& security,
                                    const ClockSettings& clocks) {
    return std::make_unique<Dealer>(address, port, hello, std::move(handler), clock, security, clocks);
}

}  // namespace transport

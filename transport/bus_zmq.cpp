// The bus on ZeroMQ: the server's ROUTER and a node's DEALER, one thread each. Nothing else knows ZeroMQ.
#include "transport/bus.hpp"
#include "transport/bus_session.hpp"
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
constexpr int most_at_once = 256;  // messages read before the outbox has its turn

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
           const ClockSettings& clocks)
        : handler_{std::move(handler)}, gone_{std::move(gone)}, clock_{clock}, host_time_{clocks.host_time} {
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
    }
    void send(const std::string& peer, const Message& message) override {
        auto bytes = to_cbor(message);
        {
            const std::scoped_lock lock{mutex_};
            outbox_.emplace_back(peer, std::move(bytes));
            if (outbox_.size() > most_waiting_at_server) outbox_.pop_front();
        }
        bell_.ring();
    }
    [[nodiscard]] std::uint64_t refused() const override { return refused_; }
    [[nodiscard]] int port() const override { return port_; }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            wait(socket_, bell_, false, longest_wait);
            for (int i = 0; i < most_at_once && receive(); ++i) {
            }
            flush();
            for (const auto& peer : silent()) gone_(peer);
        }
    }

    /// False when nothing is waiting.
    bool receive() {
        Part routing;
        if (!routing.receive(socket_)) return false;
        Part body;
        const bool whole = routing.more() && body.receive(socket_);
        const auto id = routing.bytes();
        const std::string peer{reinterpret_cast<const char*>(id.data()), id.size()};
        std::optional<Message> message;
        if (whole && !discard_rest(socket_, body.more()) && is_node_name(peer))
            message = message_from_cbor(body.bytes());
        if (!message || !take(peer, *message)) ++refused_;
        return true;
    }

    /// False when a node should not have said that.
    bool take(const std::string& peer, const Message& message) {
        bool known = false;
        {
            const std::scoped_lock lock{mutex_};
            known = peers_.hear(peer, clock_.now());
        }
        if (const auto* ping = std::get_if<Ping>(&message)) {
            Pong pong{ping->id, 0, run_, known, host_time_ ? host_time_() : std::nullopt};
            pong.server_time_us = microseconds(clock_.now());
            transmit(peer, to_cbor(pong));
            if (known) handler_(peer, message);
            return true;
        }
        if (const auto* hello = std::get_if<Hello>(&message)) {
            if (hello->node != peer) return false;
        } else if (!known || std::holds_alternative<Welcome>(message) || std::holds_alternative<Pong>(message)) {
            return false;
        }
        handler_(peer, message);
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
        return peers_.take_silent(clock_.now());
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
    Socket socket_ = make_socket(context_, ZMQ_ROUTER);  // after the constructor, the thread's alone
    std::mutex mutex_;                                   // guards what follows
    BusPeers peers_;
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
           const ClockSettings& clocks)
        : handler_{std::move(handler)}, clock_{clock}, session_{with_boot(hello), clocks} {
        if (!is_node_name(hello.node))
            throw std::runtime_error{
                fmt::format("bus: '{}' is no node name: 1 to 32 letters, digits, '.', '_' or '-'", hello.node)};
        set(socket_, ZMQ_ROUTING_ID, hello.node.data(), hello.node.size());
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
                                         BusServer::OnGone gone, Clock& clock, const ClockSettings& clocks) {
    return std::make_unique<Router>(address, port, std::move(handler), std::move(gone), clock, clocks);
}

std::unique_ptr<BusClient> dial_bus(const std::string& address, int port, const Hello& hello,
                                    BusClient::OnMessage handler, Clock& clock, const ClockSettings& clocks) {
    return std::make_unique<Dealer>(address, port, hello, std::move(handler), clock, clocks);
}

}  // namespace transport

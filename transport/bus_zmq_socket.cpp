#include "transport/bus_zmq_socket.hpp"

#include "transport/bus.hpp"
#include "transport/priority.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace transport {
namespace {

constexpr int most_waiting_in_socket = 256;   // messages per peer; more are dropped
constexpr int most_handshakes_waiting = 512;  // connections that the kernel holds before they are taken

[[noreturn]] void refuse(const std::string& what) {
    throw std::runtime_error{fmt::format("bus: {}: {}", what, zmq_strerror(zmq_errno()))};
}

struct MessageInHand {
    zmq_msg_t it{};
    MessageInHand() { zmq_msg_init(&it); }
    ~MessageInHand() { zmq_msg_close(&it); }
    MessageInHand(const MessageInHand&) = delete;
    MessageInHand& operator=(const MessageInHand&) = delete;
};

}  // namespace

BusBell::BusBell() : file_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    if (file_ < 0) throw std::system_error{errno, std::generic_category(), "bus: eventfd"};
}
BusBell::~BusBell() {
    ::close(file_);
}
void BusBell::ring() const {
    (void)::eventfd_write(file_, 1);
}
void BusBell::silence() const {
    eventfd_t count = 0;
    (void)::eventfd_read(file_, &count);
}

BusSocket::BusSocket(BusSocketKind kind) : context_{zmq_ctx_new()} {
    if (context_ == nullptr) refuse("no ZeroMQ context");
    socket_ = zmq_socket(context_, kind == BusSocketKind::router ? ZMQ_ROUTER : ZMQ_DEALER);
    if (socket_ == nullptr) {
        zmq_ctx_term(context_);
        refuse("no ZeroMQ socket");
    }
    const std::int64_t most_bytes = most_message_bytes;
    set(ZMQ_MAXMSGSIZE, &most_bytes, sizeof most_bytes);
    set(ZMQ_LINGER, 0);
    set(ZMQ_IPV6, 0);
    set(ZMQ_SNDHWM, most_waiting_in_socket);
    set(ZMQ_RCVHWM, most_waiting_in_socket);
    set(ZMQ_TOS, dscp(Priority::critical) << 2);
    set(ZMQ_BACKLOG, most_handshakes_waiting);
    set(ZMQ_HANDSHAKE_IVL, longest_handshake_ms);
    // A connection that a network swallowed (a new cell, a NAT that forgot) is given up and dialled anew.
    set(ZMQ_HEARTBEAT_IVL, 500);
    set(ZMQ_HEARTBEAT_TIMEOUT, 1500);
}

BusSocket::~BusSocket() {
    zmq_close(socket_);
    zmq_ctx_term(context_);
}

void BusSocket::set(int option, const void* value, std::size_t size) {
    if (zmq_setsockopt(socket_, option, value, size) != 0) refuse(fmt::format("ZeroMQ option {}", option));
}
void BusSocket::set(int option, int value) {
    set(option, &value, sizeof value);
}

void BusSocket::call_itself(std::string_view name) {
    set(ZMQ_ROUTING_ID, name.data(), name.size());
}

void BusSocket::show_keys(const std::string& server, const std::string& own_public, const std::string& own_secret) {
    set(ZMQ_CURVE_SERVERKEY, server.c_str(), server.size() + 1);
    set(ZMQ_CURVE_PUBLICKEY, own_public.c_str(), own_public.size() + 1);
    set(ZMQ_CURVE_SECRETKEY, own_secret.c_str(), own_secret.size() + 1);
}

int BusSocket::listen(const std::string& address, int port) {
    set(ZMQ_ROUTER_HANDOVER, 1);
    const auto endpoint = fmt::format("tcp://{}:{}", address, port == 0 ? "*" : std::to_string(port));
    if (zmq_bind(socket_, endpoint.c_str()) != 0) {
        const int error = zmq_errno();
        throw std::runtime_error{fmt::format("bus: cannot listen on {}: {}; choose another with {}", endpoint,
                                             zmq_strerror(error),
                                             error == EADDRINUSE || error == EACCES ? "--bus-port" : "--listen")};
    }
    std::array<char, 256> bound{};
    std::size_t size = bound.size();
    zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, bound.data(), &size);
    const std::string_view text{bound.data()};
    return std::stoi(std::string{text.substr(text.rfind(':') + 1)});
}

void BusSocket::dial(const std::string& address, int port) {
    set(ZMQ_RECONNECT_IVL, 50);
    set(ZMQ_RECONNECT_IVL_MAX, 200);
    set(ZMQ_CONNECT_TIMEOUT, 1000);
    // Nothing is queued for a server that is not there: what is said after a reconnection is said anew.
    set(ZMQ_IMMEDIATE, 1);
    const auto endpoint = fmt::format("tcp://{}:{}", address, port);
    if (zmq_connect(socket_, endpoint.c_str()) != 0) refuse(fmt::format("cannot dial {}", endpoint));
}

bool BusSocket::wait(const BusBell& bell, bool to_write, std::chrono::milliseconds patience) const {
    const auto events = static_cast<short>(to_write ? ZMQ_POLLIN | ZMQ_POLLOUT : ZMQ_POLLIN);
    std::array<zmq_pollitem_t, 2> items{{{socket_, 0, events, 0}, {nullptr, bell.file(), ZMQ_POLLIN, 0}}};
    zmq_poll(items.data(), static_cast<int>(items.size()), static_cast<long>(patience.count()));
    if (items[1].revents != 0) bell.silence();
    return (items[0].revents & ZMQ_POLLOUT) != 0;
}

std::optional<BusPart> BusSocket::receive() const {
    MessageInHand message;
    if (zmq_msg_recv(&message.it, socket_, ZMQ_DONTWAIT) < 0) return std::nullopt;
    const char* user = zmq_msg_gets(&message.it, "User-Id");
    return BusPart{{static_cast<const char*>(zmq_msg_data(&message.it)), zmq_msg_size(&message.it)},
                   zmq_msg_more(&message.it) != 0,
                   user == nullptr ? std::string{} : std::string{user}};
}

bool BusSocket::discard_rest(bool more) const {
    const bool any = more;
    while (more) {
        const auto part = receive();
        more = part && part->more;
    }
    return any;
}

bool BusSocket::send(std::span<const std::byte> bytes, bool more) const {
    return zmq_send(socket_, bytes.data(), bytes.size(), ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

}  // namespace transport

#include "bench/eavesdropper.hpp"

#include "transport/bytes.hpp"
#include "transport/real_time.hpp"
#include "transport/rtp/network.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <random>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr std::size_t longest_passing = 2048;
constexpr int look_up_ms = 50;
constexpr int passing_buffer = 1 << 20;
constexpr std::size_t rtp_header_bytes = 12;

sockaddr_in here(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

int bound_socket() {
    const int made = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto address = here(0);
    if (made < 0 || bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("no free UDP port on 127.0.0.1");
    setsockopt(made, SOL_SOCKET, SO_RCVBUF, &passing_buffer, sizeof passing_buffer);
    return made;
}

int port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void send_to(int socket, int port, std::span<const std::byte> datagram) {
    const auto to = here(port);
    sendto(socket, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

}  // namespace

Eavesdropper::Eavesdropper(int server_port)
    : node_side_{bound_socket()},
      server_side_{bound_socket()},
      elsewhere_{bound_socket()},
      server_port_{server_port},
      port_{port_of(node_side_)},
      seen_as_{port_of(server_side_)} {
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

Eavesdropper::~Eavesdropper() {
    thread_.request_stop();
    thread_.join();
    for (const int socket : {node_side_, server_side_, elsewhere_}) close(socket);
}

void Eavesdropper::begin(Mischief mischief) {
    if (mischief == Mischief::spoil && !raw_) raw_.emplace();
    mischief_ = mischief;
}

MischiefCounts Eavesdropper::counts() const {
    return {repeated_, spoilt_, garbage_};
}

/// Wrong content, wrong seal, a sequence number that is to come, and nothing right but the stream's name.
void Eavesdropper::spoil(std::span<const std::byte> datagram) {
    thread_local std::mt19937 random{1};
    std::vector<std::byte> copy{datagram.begin(), datagram.end()};
    const auto send_spoilt = [&] {
        if (raw_->send(seen_as_, server_port_, copy)) ++spoilt_;
    };
    copy.at(copy.size() / 2) ^= std::byte{1};
    send_spoilt();
    copy.assign(datagram.begin(), datagram.end());
    copy.at(copy.size() - 2) ^= std::byte{0x80};
    send_spoilt();
    copy.assign(datagram.begin(), datagram.end());
    copy.at(2) ^= std::byte{0x01};  // 256 packets off
    send_spoilt();
    for (std::size_t i = rtp_header_bytes; i < copy.size(); ++i) copy[i] = static_cast<std::byte>(random());
    if (raw_->send(seen_as_, server_port_, copy)) ++garbage_;
}

void Eavesdropper::from_node() {
    std::array<std::byte, longest_passing> room{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    while (true) {
        const auto got = recvfrom(node_side_, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
        if (got <= 0) return;
        node_ = ntohs(from.sin_port);
        const auto datagram = std::span{room}.first(static_cast<std::size_t>(got));
        const bool media = datagram.size() > rtp_header_bytes && !is_rtcp(datagram);
        if (media) ssrc_ = ByteReader{datagram.subspan(8)}.get<std::uint32_t>();
        const auto mischief = mischief_.load();
        if (mischief == Mischief::spoil && media) spoil(datagram);
        send_to(server_side_, server_port_, datagram);
        if (mischief != Mischief::repeat && mischief != Mischief::repeat_from_elsewhere) continue;
        send_to(mischief == Mischief::repeat ? server_side_ : elsewhere_, server_port_, datagram);
        if (media) ++repeated_;
    }
}

void Eavesdropper::from_server() {
    std::array<std::byte, longest_passing> room{};
    while (true) {
        const auto got = recv(server_side_, room.data(), room.size(), 0);
        if (got <= 0) return;
        if (node_ == 0) continue;
        const auto datagram = std::span{room}.first(static_cast<std::size_t>(got));
        send_to(node_side_, node_, datagram);
        if (mischief_ == Mischief::repeat) send_to(node_side_, node_, datagram);
    }
}

void Eavesdropper::run(const std::stop_token& stop) {
    static_cast<void>(run_in_real_time());
    std::array<pollfd, 2> waiting{{{node_side_, POLLIN, 0}, {server_side_, POLLIN, 0}}};
    while (!stop.stop_requested()) {
        poll(waiting.data(), waiting.size(), look_up_ms);
        if (waiting[0].revents != 0) from_node();
        if (waiting[1].revents != 0) from_server();
    }
}

}  // namespace bench

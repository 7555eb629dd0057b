#include "bench/raw_socket.hpp"

#include "transport/bytes.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cstdint>
#include <stdexcept>

namespace bench {

namespace {

constexpr std::size_t ip_header_bytes = 20;
constexpr std::size_t udp_header_bytes = 8;
constexpr std::size_t longest_payload = 2048;

int open_raw() {
    return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
}

}  // namespace

bool RawSocket::allowed() {
    const int opened = open_raw();
    if (opened >= 0) close(opened);
    return opened >= 0;
}

RawSocket::RawSocket() : socket_{open_raw()} {
    if (socket_ < 0) throw std::runtime_error("source addresses cannot be spoofed: raw sockets are root's");
}

RawSocket::~RawSocket() {
    close(socket_);
}

/// RFC 791 and 768. The kernel fills in IP's check sum; UDP's is 0, "none".
bool RawSocket::send(int from_port, int to_port, std::span<const std::byte> payload) const {
    if (payload.size() > longest_payload) return false;
    const auto udp_size = udp_header_bytes + payload.size();
    transport::ByteWriter packet;
    packet.put(std::uint16_t{0x4500});  // version 4, five words, ordinary service
    packet.put(static_cast<std::uint16_t>(ip_header_bytes + udp_size));
    packet.put(std::uint32_t{0});  // no fragments
    packet.put(std::uint8_t{64});  // hops
    packet.put(std::uint8_t{IPPROTO_UDP});
    packet.put(std::uint16_t{0});
    packet.put(std::uint32_t{INADDR_LOOPBACK});
    packet.put(std::uint32_t{INADDR_LOOPBACK});
    packet.put(static_cast<std::uint16_t>(from_port));
    packet.put(static_cast<std::uint16_t>(to_port));
    packet.put(static_cast<std::uint16_t>(udp_size));
    packet.put(std::uint16_t{0});
    auto& bytes = packet.bytes();
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) ==
           static_cast<ssize_t>(bytes.size());
}

}  // namespace bench

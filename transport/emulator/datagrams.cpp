#include "transport/emulator/datagrams.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace transport {

namespace {

constexpr std::size_t most_at_once = 64;
constexpr int kernel_buffer = 4 << 20;
constexpr Microseconds oldest_arrival{100'000};  // older: the real-time clock was stepped

sockaddr_in kernel_address(const Address& address) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = address.host;
    out.sin_port = address.port;
    return out;
}

std::int64_t read_clock_ns(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// Real time minus our clock, ns; the shortest of three readings, lest we were interrupted between the two.
std::int64_t real_time_ahead() {
    std::int64_t best = 0;
    std::int64_t shortest = INT64_MAX;
    for (int i = 0; i < 3; ++i) {
        const auto before = read_clock_ns(CLOCK_MONOTONIC);
        const auto real = read_clock_ns(CLOCK_REALTIME);
        const auto after = read_clock_ns(CLOCK_MONOTONIC);
        if (after - before < shortest) shortest = after - before, best = real - (before + (after - before) / 2);
    }
    return best;
}

}  // namespace

UdpSocket::UdpSocket(const Address& local) : handle_{socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    const int on = 1;
    setsockopt(handle_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    setsockopt(handle_, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
    for (const int option : {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE})  // FORCE needs CAP_NET_ADMIN
        setsockopt(handle_, SOL_SOCKET, option, &kernel_buffer, sizeof kernel_buffer);
    // In the middle of a route it stands there with the server's own address; needs CAP_NET_ADMIN, else nobody misses
    // it.
    if (local.host != 0) setsockopt(handle_, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on);
    const auto address = kernel_address(local);
    if (handle_ >= 0 && bind(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    const std::string reason = std::strerror(errno);
    if (handle_ >= 0) close(handle_);
    std::array<char, INET_ADDRSTRLEN> host{};
    inet_ntop(AF_INET, &local.host, host.data(), host.size());
    throw std::runtime_error(fmt::format("link: cannot bind udp {}:{}: {}; choose another with --listen", host.data(),
                                         ntohs(local.port), reason));
}

UdpSocket::~UdpSocket() {
    close(handle_);
}

std::uint16_t UdpSocket::port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(handle_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

void UdpSocket::connect(const Address& peer) const {
    const auto address = kernel_address(peer);
    // An address that cannot be reached shows when something is sent.
    (void)::connect(handle_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

struct DatagramReader::Buffers {
    std::array<std::array<std::byte, longest>, most_at_once> bytes;
    std::array<std::array<std::byte, CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(int))>, most_at_once> controls;
    std::array<sockaddr_in, most_at_once> senders;
    std::array<iovec, most_at_once> vectors;
    std::array<mmsghdr, most_at_once> messages;
};

DatagramReader::DatagramReader() : buffers_{std::make_unique<Buffers>()} {}
DatagramReader::~DatagramReader() = default;

std::span<const ReadDatagram> DatagramReader::read(const UdpSocket& socket) {
    auto& all = *buffers_;
    for (std::size_t i = 0; i < most_at_once; ++i) {
        all.vectors[i] = {all.bytes[i].data(), longest};
        all.messages[i] = {};
        auto& header = all.messages[i].msg_hdr;
        header.msg_name = &all.senders[i];
        header.msg_namelen = sizeof all.senders[i];
        header.msg_iov = &all.vectors[i];
        header.msg_iovlen = 1;
        header.msg_control = all.controls[i].data();
        header.msg_controllen = all.controls[i].size();
    }
    found_.clear();
    const int count = recvmmsg(socket.handle(), all.messages.data(), most_at_once, MSG_DONTWAIT, nullptr);
    const auto now = timestamp(read_clock_ns(CLOCK_MONOTONIC) / 1000);
    const auto ahead = count > 0 ? real_time_ahead() : 0;
    for (int n = 0; n < count; ++n) {
        const auto i = static_cast<std::size_t>(n);
        auto& header = all.messages[i].msg_hdr;
        ReadDatagram datagram{.bytes = std::span{all.bytes[i]}.first(all.messages[i].msg_len),
                              .from = {all.senders[i].sin_addr.s_addr, all.senders[i].sin_port},
                              .received = now,
                              .cut = (header.msg_flags & MSG_TRUNC) != 0};
        for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
            if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
                timespec then{};
                std::memcpy(&then, CMSG_DATA(part), sizeof then);
                const auto at = timestamp((then.tv_sec * 1'000'000'000 + then.tv_nsec - ahead) / 1000);
                if (at <= now && now - at < oldest_arrival) datagram.received = at;
            }
            if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_TOS)
                std::memcpy(&datagram.type_of_service, CMSG_DATA(part), 1);
        }
        found_.push_back(datagram);
    }
    return found_;
}

std::size_t send_datagrams(const UdpSocket& socket, std::span<const DatagramToSend> datagrams) {
    std::array<sockaddr_in, most_at_once> addresses{};
    std::array<iovec, most_at_once> vectors{};
    std::array<std::array<std::byte, CMSG_SPACE(sizeof(int))>, most_at_once> controls{};
    std::array<mmsghdr, most_at_once> messages{};
    const auto count = std::min(datagrams.size(), most_at_once);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& datagram = datagrams[i];
        addresses[i] = kernel_address(datagram.to);
        vectors[i] = {const_cast<std::byte*>(datagram.bytes.data()), datagram.bytes.size()};
        auto& header = messages[i].msg_hdr;
        header.msg_name = &addresses[i];
        header.msg_namelen = sizeof addresses[i];
        header.msg_iov = &vectors[i];
        header.msg_iovlen = 1;
        header.msg_control = controls[i].data();
        header.msg_controllen = controls[i].size();
        auto* part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = IPPROTO_IP;
        part->cmsg_type = IP_TOS;
        part->cmsg_len = CMSG_LEN(sizeof(int));
        const int type_of_service = datagram.type_of_service;
        std::memcpy(CMSG_DATA(part), &type_of_service, sizeof type_of_service);
    }
    std::size_t sent = 0;
    for (int refused = 0; sent < count && refused < 8;) {
        const int taken = sendmmsg(socket.handle(), &messages[sent], static_cast<unsigned>(count - sent), MSG_DONTWAIT);
        if (taken > 0)
            sent += static_cast<std::size_t>(taken);
        else if (errno == ECONNREFUSED || errno == EINTR)  // an earlier packet's ICMP answer, not this one's
            ++refused;
        else
            break;
    }
    return sent;
}

}  // namespace transport

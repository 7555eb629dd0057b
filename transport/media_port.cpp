#include "transport/media_port.hpp"

#include "transport/bytes.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <stdexcept>

namespace transport {

namespace {

constexpr int socket_buffer = 4 << 20;  // a burst of key frames of several streams
constexpr std::size_t batch = 128;      // packets of one call
constexpr std::size_t longest_datagram = 2048;
constexpr std::size_t longest_read = 65536;  // datagrams that the kernel hands over in one piece
constexpr std::size_t reads = 16;
constexpr std::size_t most_segments = 44;  // the kernel takes 64, and 65,507 bytes

sockaddr_in to_socket_address(const Address& address) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = address.host;
    out.sin_port = address.port;
    return out;
}

/// The SSRC that says who sent this, or nothing when it is neither RTP nor RTCP.
std::optional<std::uint32_t> sender_ssrc(std::span<const std::byte> packet) {
    if (packet.size() < 8 || std::to_integer<unsigned>(packet[0]) >> 6U != 2) return std::nullopt;
    if (is_rtcp(packet)) return ByteReader{packet.subspan(4)}.get<std::uint32_t>();
    if (packet.size() < 12) return std::nullopt;
    return ByteReader{packet.subspan(8)}.get<std::uint32_t>();
}

/// When the kernel saw the datagram, on our clock. It stamps on the real-time clock, which may step: then, and when
/// there is no stamp, it is now.
Timestamp received_at(msghdr& header, Clock& clock) {
    for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
        timespec then{};
        std::memcpy(&then, CMSG_DATA(part), sizeof then);
        // Two clocks are read: once more when we were interrupted between them.
        for (int attempt = 0; attempt < 3; ++attempt) {
            timespec now{};
            const auto before = clock.now();
            clock_gettime(CLOCK_REALTIME, &now);
            const auto after = clock.now();
            const auto age = (now.tv_sec - then.tv_sec) * 1'000'000 + (now.tv_nsec - then.tv_nsec) / 1000;
            if (age < 0 || age > 1'000'000) return after;
            if (after - before <= Microseconds{20}) return after - Microseconds{age};
        }
    }
    return clock.now();
}

/// Of datagrams of one size that came in one piece; the last may be shorter.
std::optional<std::size_t> datagram_size(msghdr& header) {
    for (auto* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_UDP || part->cmsg_type != UDP_GRO) continue;
        int size = 0;
        std::memcpy(&size, CMSG_DATA(part), sizeof size);
        if (size > 0) return static_cast<std::size_t>(size);
    }
    return std::nullopt;
}

/// How many of the first packets the kernel can take as one: as long as the first, only the last of them shorter.
std::size_t alike(std::span<const std::span<const std::byte>> packets) {
    const auto size = packets.front().size();
    std::size_t count = 1;
    while (count < packets.size() && count < most_segments && count * size < longest_read - 2 * longest_datagram) {
        if (packets[count].size() > size) break;
        ++count;
        if (packets[count - 1].size() < size) break;
    }
    return count;
}

void ask_for_segments(msghdr& header, std::span<std::byte> control, std::size_t size) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    auto* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_UDP;
    part->cmsg_type = UDP_SEGMENT;
    part->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto segment = static_cast<std::uint16_t>(size);
    std::memcpy(CMSG_DATA(part), &segment, sizeof segment);
}

}  // namespace

bool is_rtcp(std::span<const std::byte> packet) {
    const auto type = packet.size() < 2 ? 0U : std::to_integer<unsigned>(packet[1]);
    return type >= 192 && type <= 223;
}

Address resolve(const std::string& host, int port) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    if (const int code = getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0)
        throw std::runtime_error(fmt::format("media: cannot find host '{}': {}", host, gai_strerror(code)));
    sockaddr_in address{};
    std::memcpy(&address, found->ai_addr, sizeof address);
    freeaddrinfo(found);
    return {address.sin_addr.s_addr, htons(static_cast<std::uint16_t>(port))};
}

MediaPort::MediaPort(const std::string& address, int port, Clock& clock) : clock_{clock} {
    auto bound = to_socket_address(resolve(address, port));
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    // A picture's packets pass the kernel in two or three pieces: a quarter of the link's time by themselves.
    setsockopt(socket_, SOL_UDP, UDP_GRO, &on, sizeof on);
    for (const int option : {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE})  // FORCE needs CAP_NET_ADMIN
        setsockopt(socket_, SOL_SOCKET, option, &socket_buffer, sizeof socket_buffer);
    if (socket_ < 0 || bind(socket_, reinterpret_cast<sockaddr*>(&bound), sizeof bound) != 0) {
        const std::string reason = std::strerror(errno);
        if (socket_ >= 0) close(socket_);
        throw std::runtime_error(
            fmt::format("media: cannot bind udp {}:{}: {}; choose another with --media-port", address, port, reason));
    }
    socklen_t size = sizeof bound;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = ntohs(bound.sin_port);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

MediaPort::~MediaPort() {
    thread_.request_stop();
    eventfd_write(wake_, 1);
    thread_.join();
    close(wake_);
    close(socket_);
}

void MediaPort::route(std::uint32_t ssrc, Handler handler) {
    const std::scoped_lock lock{mutex_};
    routes_[ssrc] = std::move(handler);
}

void MediaPort::unroute(std::uint32_t ssrc) {
    const std::scoped_lock lock{mutex_};
    routes_.erase(ssrc);
}

void MediaPort::dispatch(std::span<const Datagram> datagrams) {
    const std::scoped_lock lock{mutex_};
    while (!datagrams.empty()) {
        const auto ssrc = sender_ssrc(datagrams.front().bytes);
        std::size_t count = 1;
        while (count < datagrams.size() && sender_ssrc(datagrams[count].bytes) == ssrc) ++count;
        const auto found = ssrc ? routes_.find(*ssrc) : routes_.end();
        if (found == routes_.end())
            foreign_ += count;
        else
            found->second(datagrams.first(count));
        datagrams = datagrams.subspan(count);
    }
}

void MediaPort::run(const std::stop_token& stop) {
    std::vector<std::array<std::byte, longest_read>> buffers(reads);
    std::array<iovec, reads> vectors{};
    std::array<sockaddr_in, reads> senders{};
    std::array<std::array<std::byte, CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(int))>, reads> controls{};
    std::array<mmsghdr, reads> messages{};
    std::vector<Datagram> datagrams;
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> waiting{{{socket_, POLLIN, 0}, {wake_, POLLIN, 0}}};
        poll(waiting.data(), waiting.size(), -1);
        for (std::size_t i = 0; i < reads; ++i) {
            vectors[i] = {buffers[i].data(), buffers[i].size()};
            messages[i] = {};
            messages[i].msg_hdr.msg_name = &senders[i];
            messages[i].msg_hdr.msg_namelen = sizeof senders[i];
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
            messages[i].msg_hdr.msg_control = controls[i].data();
            messages[i].msg_hdr.msg_controllen = controls[i].size();
        }
        const int count = recvmmsg(socket_, messages.data(), reads, MSG_DONTWAIT, nullptr);
        datagrams.clear();
        for (int n = 0; n < count; ++n) {
            const auto i = static_cast<std::size_t>(n);
            auto& header = messages[i].msg_hdr;
            const auto received = received_at(header, clock_);
            const Address from{senders[i].sin_addr.s_addr, senders[i].sin_port};
            const auto size = datagram_size(header).value_or(messages[i].msg_len);
            for (auto rest = std::span<const std::byte>{buffers[i]}.first(messages[i].msg_len); !rest.empty();) {
                const auto one = rest.first(std::min<std::size_t>(size, rest.size()));
                rest = rest.subspan(one.size());
                if (one.size() > longest_datagram)
                    ++foreign_;
                else
                    datagrams.push_back({one, from, received});
            }
        }
        dispatch(datagrams);
    }
}

std::size_t MediaPort::send(const Address& to, std::span<const std::span<const std::byte>> packets) {
    auto address = to_socket_address(to);
    std::size_t sent = 0;
    while (sent < packets.size()) {
        std::array<iovec, batch> vectors{};
        std::array<mmsghdr, batch> messages{};
        std::array<std::size_t, batch> counts{};
        std::array<std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t))>, batch> controls{};
        const auto rest = packets.subspan(sent, std::min(batch, packets.size() - sent));
        for (std::size_t i = 0; i < rest.size(); ++i)
            vectors[i] = {const_cast<std::byte*>(rest[i].data()), rest[i].size()};
        std::size_t used = 0;
        for (std::size_t first = 0; first < rest.size(); ++used) {
            const auto count = segments_ ? alike(rest.subspan(first)) : 1;
            counts[used] = count;
            auto& header = messages[used].msg_hdr;
            header.msg_name = &address;
            header.msg_namelen = sizeof address;
            header.msg_iov = &vectors[first];
            header.msg_iovlen = count;
            if (count > 1) ask_for_segments(header, controls[used], rest[first].size());
            first += count;
        }
        const int taken = sendmmsg(socket_, messages.data(), static_cast<unsigned>(used), MSG_DONTWAIT);
        if (taken <= 0) {
            if (errno == ECONNREFUSED || errno == EINTR) continue;  // an earlier packet's ICMP answer, not ours
            if (segments_ && (errno == EINVAL || errno == EIO || errno == EOPNOTSUPP)) {
                segments_ = false;  // not on this way: a device without checksums of its own, a smaller MTU
                continue;
            }
            break;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(taken); ++i) sent += counts[i];
    }
    return sent;
}

}  // namespace transport

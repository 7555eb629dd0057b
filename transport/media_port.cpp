#include "transport/media_port.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ip.h>
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
constexpr Microseconds longest_wait{100'000};
constexpr Microseconds look_at_interfaces_every{1'000'000};
constexpr std::size_t most_segments = 44;  // the kernel takes 64, and 65,507 bytes

sockaddr_in to_socket_address(const Address& address) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = address.host;
    out.sin_port = address.port;
    return out;
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

/// Network interfaces by name. Not if_nametoindex(): of a name that is not there it asks for a driver, and waits.
std::map<std::string, unsigned> interfaces() {
    std::map<std::string, unsigned> out;
    auto* const all = if_nameindex();
    for (const auto* one = all; one != nullptr && one->if_index != 0; ++one) out[one->if_name] = one->if_index;
    if_freenameindex(all);
    return out;
}

using SendControl = std::array<std::byte, CMSG_SPACE(sizeof(std::uint16_t)) + CMSG_SPACE(sizeof(int))>;

/// How the kernel is to mark a piece, and into what size to cut it (0: not at all).
void describe(msghdr& header, SendControl& control, std::uint8_t dscp, std::size_t segment_size) {
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    auto* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = IPPROTO_IP;
    part->cmsg_type = IP_TOS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    const int service = dscp << 2U;
    std::memcpy(CMSG_DATA(part), &service, sizeof service);
    header.msg_controllen = CMSG_SPACE(sizeof(int));
    if (segment_size == 0) return;
    header.msg_controllen = control.size();
    part = CMSG_NXTHDR(&header, part);
    part->cmsg_level = SOL_UDP;
    part->cmsg_type = UDP_SEGMENT;
    part->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto segment = static_cast<std::uint16_t>(segment_size);
    std::memcpy(CMSG_DATA(part), &segment, sizeof segment);
}

/// Room for what one call reads: large, so made once.
struct ReadRoom {
    std::vector<std::array<std::byte, longest_read>> buffers{reads};
    std::array<iovec, reads> vectors{};
    std::array<sockaddr_in, reads> senders{};
    std::array<std::array<std::byte, CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(int))>, reads> controls{};
    std::array<mmsghdr, reads> messages{};

    int read(int socket) {
        for (std::size_t i = 0; i < reads; ++i) {
            vectors[i] = {buffers[i].data(), buffers[i].size()};
            messages[i] = {};
            auto& header = messages[i].msg_hdr;
            header.msg_name = &senders[i];
            header.msg_namelen = sizeof senders[i];
            header.msg_iov = &vectors[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].data();
            header.msg_controllen = controls[i].size();
        }
        return recvmmsg(socket, messages.data(), reads, MSG_DONTWAIT, nullptr);
    }
};

}  // namespace

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
    return with_port({address.sin_addr.s_addr, 0}, port);
}

Address with_port(Address address, int port) {
    address.port = htons(static_cast<std::uint16_t>(port));
    return address;
}

MediaPort::MediaPort(const std::vector<Local>& locals, Clock& clock) : clock_{clock} {
    try {
        for (const auto& local : locals) sockets_.push_back(open(local, interfaces()[local.address]));
    } catch (...) {
        for (const auto& socket : sockets_) close(socket.handle);
        throw;
    }
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(sockets_.front().handle, reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = ntohs(bound.sin_port);
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

MediaPort::Socket MediaPort::open(const Local& local, unsigned interface) {
    const bool is_interface = interface != 0;
    auto bound = to_socket_address(resolve(is_interface ? "0.0.0.0" : local.address, local.port));
    const int made = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(made, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    // A picture's packets pass the kernel in two or three pieces: a quarter of the link's time by themselves.
    setsockopt(made, SOL_UDP, UDP_GRO, &on, sizeof on);
    for (const int option : {SO_RCVBUF, SO_SNDBUF, SO_RCVBUFFORCE, SO_SNDBUFFORCE})  // FORCE needs CAP_NET_ADMIN
        setsockopt(made, SOL_SOCKET, option, &socket_buffer, sizeof socket_buffer);
    const auto& name = local.address;
    const bool attached = !is_interface || setsockopt(made, SOL_SOCKET, SO_BINDTODEVICE, name.data(),
                                                      static_cast<socklen_t>(name.size())) == 0;
    if (made < 0 || !attached || bind(made, reinterpret_cast<sockaddr*>(&bound), sizeof bound) != 0) {
        const std::string reason = std::strerror(errno);
        if (made >= 0) close(made);
        throw std::runtime_error(fmt::format("media: cannot bind udp {}:{}: {}; choose another with {}", name,
                                             local.port, reason, local.port == 0 ? "--paths" : "--media-port"));
    }
    return {made, local, interface};
}

void MediaPort::reopen_replugged(Timestamp now) {
    if (now < next_look_) return;
    next_look_ = now + look_at_interfaces_every;
    if (std::ranges::all_of(sockets_, [](const Socket& socket) { return socket.interface == 0; })) return;
    const auto here = interfaces();
    for (auto& socket : sockets_) {
        const auto found = here.find(socket.local.address);
        if (socket.interface == 0 || found == here.end() || found->second == socket.interface) continue;
        try {
            const auto again = open(socket.local, found->second);
            // Whoever is sending by it goes on with the new one.
            if (dup3(again.handle, socket.handle, O_CLOEXEC) >= 0) socket.interface = found->second;
            close(again.handle);
        } catch (const std::exception&) {
            continue;  // not yet up: the next look may have more luck
        }
    }
}

MediaPort::~MediaPort() {
    thread_.request_stop();
    eventfd_write(wake_, 1);
    thread_.join();
    close(wake_);
    for (const auto& socket : sockets_) close(socket.handle);
}

void MediaPort::route(std::span<const std::uint32_t> ssrcs, MediaEndpoint& endpoint) {
    const std::scoped_lock lock{mutex_};
    for (const auto ssrc : ssrcs) routes_[ssrc] = &endpoint;
    due_[&endpoint] = Timestamp::min();
    eventfd_write(wake_, 1);
}

void MediaPort::unroute(MediaEndpoint& endpoint) {
    const std::scoped_lock lock{mutex_};
    std::erase_if(routes_, [&](const auto& route) { return route.second == &endpoint; });
    due_.erase(&endpoint);
}

void MediaPort::dispatch(std::span<const Datagram> datagrams) {
    const std::scoped_lock lock{mutex_};
    while (!datagrams.empty()) {
        const auto ssrc = sender_ssrc(datagrams.front().bytes);
        const auto found = ssrc ? routes_.find(*ssrc) : routes_.end();
        auto* const endpoint = found == routes_.end() ? nullptr : found->second;
        std::size_t count = 1;
        while (count < datagrams.size() && sender_ssrc(datagrams[count].bytes) == ssrc) ++count;
        if (endpoint == nullptr) {
            foreign_ += count;
        } else {
            endpoint->take(datagrams.first(count));
            due_[endpoint] = Timestamp::min();
        }
        datagrams = datagrams.subspan(count);
    }
}

Timestamp MediaPort::tick() {
    const std::scoped_lock lock{mutex_};
    const auto now = clock_.now();
    auto next = Timestamp::max();
    for (auto& [endpoint, due] : due_) {
        if (due <= now) due = endpoint->tick(now);
        next = std::min(next, due);
    }
    return next;
}

void MediaPort::receive(std::uint8_t socket) {
    thread_local ReadRoom room;
    std::vector<Datagram> datagrams;
    const int count = room.read(sockets_[socket].handle);
    for (int n = 0; n < count; ++n) {
        const auto i = static_cast<std::size_t>(n);
        auto& header = room.messages[i].msg_hdr;
        const auto received = received_at(header, clock_);
        const Way way{socket, {room.senders[i].sin_addr.s_addr, room.senders[i].sin_port}};
        const auto size = datagram_size(header).value_or(room.messages[i].msg_len);
        for (auto rest = std::span<std::byte>{room.buffers[i]}.first(room.messages[i].msg_len); !rest.empty();) {
            const auto one = rest.first(std::min<std::size_t>(size, rest.size()));
            rest = rest.subspan(one.size());
            ++received_.packets;
            received_.bytes += one.size();
            if (one.size() > longest_datagram)
                ++foreign_;
            else
                datagrams.push_back({one, way, received});
        }
    }
    dispatch(datagrams);
}

void MediaPort::run(const std::stop_token& stop) {
    std::vector<pollfd> waiting;
    for (const auto& socket : sockets_) waiting.push_back({socket.handle, POLLIN, 0});
    waiting.push_back({wake_, POLLIN, 0});
    while (!stop.stop_requested()) {
        const auto due = tick();
        reopen_replugged(clock_.now());
        const auto patience = std::clamp(due - clock_.now(), Microseconds{0}, longest_wait);
        const timespec limit{patience.count() / 1'000'000, patience.count() % 1'000'000 * 1000};
        ppoll(waiting.data(), waiting.size(), &limit, nullptr);
        if (eventfd_t rung = 0; waiting.back().revents != 0) (void)eventfd_read(wake_, &rung);
        for (std::size_t socket = 0; socket < sockets_.size(); ++socket)
            if (waiting[socket].revents != 0) receive(static_cast<std::uint8_t>(socket));
    }
}

std::size_t MediaPort::send(const Way& way, std::span<const std::span<const std::byte>> packets, std::uint8_t dscp) {
    auto address = to_socket_address(way.remote);
    std::size_t sent = 0;
    while (sent < packets.size()) {
        std::array<iovec, batch> vectors{};
        std::array<mmsghdr, batch> messages{};
        std::array<std::size_t, batch> counts{};
        std::array<SendControl, batch> controls{};
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
            describe(header, controls[used], dscp, count > 1 ? rest[first].size() : 0);
            first += count;
        }
        const int taken =
            sendmmsg(sockets_.at(way.socket).handle, messages.data(), static_cast<unsigned>(used), MSG_DONTWAIT);
        if (taken <= 0) {
            if (errno == ECONNREFUSED || errno == EINTR) continue;  // an earlier packet's ICMP answer, not ours
            // Of the first piece alone: an address may be wrong, too.
            const bool in_segments = segments_ && counts.front() > 1;
            if (in_segments && (errno == EINVAL || errno == EIO || errno == EOPNOTSUPP || errno == EMSGSIZE)) {
                segments_ = false;  // not on this way: a device without checksums of its own, a smaller MTU
                continue;
            }
            break;
        }
        for (std::size_t i = 0; i < static_cast<std::size_t>(taken); ++i) sent += counts[i];
    }
    sent_.packets += sent;
    for (const auto& packet : packets.first(sent)) sent_.bytes += packet.size();
    return sent;
}

}  // namespace transport

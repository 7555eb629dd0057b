// One UDP socket for all media of a node: RTP and RTCP of every stream, told apart by SSRC.
#pragma once

#include "transport/clock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace transport {

/// IPv4 address and port, network byte order inside.
struct Address {
    std::uint32_t host = 0;
    std::uint16_t port = 0;
    bool operator==(const Address&) const = default;
};
/// Resolves a host name or dotted address; throws std::runtime_error naming it when it cannot.
[[nodiscard]] Address resolve(const std::string& host, int port);

/// One datagram as it came, valid during the call only.
struct Datagram {
    std::span<const std::byte> bytes;
    Address from;
    Timestamp received{};  ///< kernel's receive time on our clock
};

class MediaPort {
public:
    /// Binds; port 0 takes any free one. Throws "media: cannot bind udp ADDRESS:PORT: reason; choose another with …".
    MediaPort(const std::string& address, int port, Clock& clock);
    ~MediaPort();
    MediaPort(const MediaPort&) = delete;
    MediaPort& operator=(const MediaPort&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Some datagrams of one sender in the order of their arrival, at least one.
    using Handler = std::function<void(std::span<const Datagram>)>;
    /// Datagrams of that sender (RTP SSRC, or RTCP sender SSRC) go to `handler`, on this port's thread; those that
    /// came together, together.
    void route(std::uint32_t ssrc, Handler handler);
    /// When this returns the handler is not running and never will again.
    void unroute(std::uint32_t ssrc);
    /// Hands packets to the kernel without ever waiting; returns how many it took.
    std::size_t send(const Address& to, std::span<const std::span<const std::byte>> packets);
    /// Datagrams that were no RTP, no RTCP, or of an SSRC nobody waits for.
    [[nodiscard]] std::uint64_t foreign() const { return foreign_; }

private:
    void run(const std::stop_token& stop);
    void dispatch(std::span<const Datagram> datagrams);

    Clock& clock_;
    int socket_ = -1;
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::map<std::uint32_t, Handler> routes_;
    std::atomic<std::uint64_t> foreign_{0};
    std::atomic<bool> segments_{true};  ///< the kernel cuts several packets out of one piece
    std::jthread thread_;
};

/// True when the bytes look like RTCP (RFC 5761: packet types 192 to 223) and not like RTP.
[[nodiscard]] bool is_rtcp(std::span<const std::byte> packet);

}  // namespace transport

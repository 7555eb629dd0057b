// All media of a node: RTP and RTCP of every stream, told apart by SSRC, on one UDP socket for each modem or network
// card.
#pragma once

#include "transport/clock.hpp"
#include "transport/rtp/network.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace transport {

/// Resolves a host name or dotted address; throws std::runtime_error naming it when it cannot.
[[nodiscard]] Address resolve(const std::string& host, int port);
[[nodiscard]] Address with_port(Address address, int port);

class MediaPort final : public MediaNetwork {
public:
    /// A socket: `address` is one of this machine's, or a network interface ("wwan0"), which then is the only one used,
    /// again once it comes back after it was pulled out.
    struct Local {
        std::string address = "0.0.0.0";
        int port = 0;  ///< 0: any free one
    };
    /// Binds. Throws "media: cannot bind udp ADDRESS:PORT: reason; choose another with …".
    MediaPort(const std::string& address, int port, Clock& clock) : MediaPort{{Local{address, port}}, clock} {}
    /// At least one, at most most_paths.
    MediaPort(const std::vector<Local>& locals, Clock& clock);
    ~MediaPort() override;
    MediaPort(const MediaPort&) = delete;
    MediaPort& operator=(const MediaPort&) = delete;

    /// UDP port of the first socket.
    [[nodiscard]] std::uint16_t port() const { return port_; }
    void route(std::span<const std::uint32_t> ssrcs, MediaEndpoint& endpoint) override;
    void unroute(MediaEndpoint& endpoint) override;
    std::size_t send(const Way& way, std::span<const std::span<const std::byte>> packets, std::uint8_t dscp) override;
    /// Datagrams that were no RTP, no RTCP, or of an SSRC nobody waits for.
    [[nodiscard]] std::uint64_t foreign() const { return foreign_; }
    /// Datagrams in one direction, since the start.
    struct Traffic {
        std::atomic<std::uint64_t> packets{0};
        std::atomic<std::uint64_t> bytes{0};
    };
    [[nodiscard]] const Traffic& received() const { return received_; }
    [[nodiscard]] const Traffic& sent() const { return sent_; }

private:
    struct Socket {
        int handle = -1;
        Local local;
        unsigned interface = 0;  ///< its index when the socket was made; 0: not bound to one
    };
    static Socket open(const Local& local, unsigned interface);
    /// A modem that was pulled out comes back as another interface of the same name.
    void reopen_replugged(Timestamp now);
    void run(const std::stop_token& stop);
    void receive(std::uint8_t socket);
    void dispatch(std::span<const Datagram> datagrams);
    /// Calls those that are due; when the next one is.
    Timestamp tick();

    Clock& clock_;
    std::vector<Socket> sockets_;
    Timestamp next_look_{};  ///< at the interfaces
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::map<std::uint32_t, MediaEndpoint*> routes_;
    std::map<MediaEndpoint*, Timestamp> due_;
    std::atomic<std::uint64_t> foreign_{0};
    Traffic received_;
    Traffic sent_;
    std::atomic<bool> segments_{true};  ///< the kernel cuts several packets out of one piece
    std::jthread thread_;
};

}  // namespace transport

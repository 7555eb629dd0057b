// All media of a node: RTP and RTCP of every stream, told apart by SSRC, on one UDP socket for each modem or network card.
#pragma once

#include "transport/clock.hpp"
#include "transport/rtp/paths.hpp"
#include "transport/rtp/peer.hpp"

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

/// Who takes a stream's datagrams.
class MediaEndpoint {
public:
    virtual ~MediaEndpoint() = default;
    /// Some datagrams in the order of their arrival, at least one. The port's thread.
    virtual void take(std::span<const Datagram> datagrams) = 0;
    /// Called after take(), and when it was due. Returns when it next wants to be called. The port's thread.
    virtual Timestamp tick(Timestamp now) = 0;
};

class MediaPort final : public PacketOutlet {
public:
    /// A socket: `address` is one of this machine's, or a network interface ("wwan0"), which then is the only one used.
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
    /// Datagrams of these senders (RTP SSRC, or RTCP sender SSRC) go to `endpoint`, on this port's thread; those that
    /// came together, together.
    void route(std::span<const std::uint32_t> ssrcs, MediaEndpoint& endpoint);
    /// When this returns the endpoint is not called and never will be again.
    void unroute(MediaEndpoint& endpoint);
    /// Hands packets to the kernel without ever waiting; returns how many it took.
    std::size_t send(const Way& way, std::span<const std::span<const std::byte>> packets, std::uint8_t dscp) override;
    /// Datagrams that were no RTP, no RTCP, or of an SSRC nobody waits for.
    [[nodiscard]] std::uint64_t foreign() const { return foreign_; }

private:
    void open(const Local& local);
    void run(const std::stop_token& stop);
    void receive(std::uint8_t socket);
    void dispatch(std::span<const Datagram> datagrams);
    /// Calls those that are due; when the next one is.
    Timestamp tick();

    Clock& clock_;
    std::vector<int> sockets_;
    int wake_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::map<std::uint32_t, MediaEndpoint*> routes_;
    std::map<MediaEndpoint*, Timestamp> due_;
    std::atomic<std::uint64_t> foreign_{0};
    std::atomic<bool> segments_{true};  ///< the kernel cuts several packets out of one piece
    std::jthread thread_;
};

/// True when the bytes look like RTCP (RFC 5761: packet types 192 to 223) and not like RTP.
[[nodiscard]] bool is_rtcp(std::span<const std::byte> packet);

}  // namespace transport

// What a stream's end sees of the network: datagrams that come, and a way out. MediaPort is the real one; tests put an
// emulated link here.
#pragma once

#include "transport/rtp/paths.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace transport {

/// One datagram as it came, valid during the call only; opened in place.
struct Datagram {
    std::span<std::byte> bytes;
    Way way;
    Timestamp received{};  ///< kernel's receive time on our clock
};

/// Who takes a stream's datagrams. Called by the network alone, by one thread at a time.
class MediaEndpoint {
public:
    virtual ~MediaEndpoint() = default;
    /// Some datagrams in the order of their arrival, at least one.
    virtual void take(std::span<const Datagram> datagrams) = 0;
    /// Called after take(), and when it was due. Returns when it next wants to be called.
    virtual Timestamp tick(Timestamp now) = 0;
};

class MediaNetwork {
public:
    virtual ~MediaNetwork() = default;
    /// Datagrams of these senders (RTP SSRC, or RTCP sender SSRC) go to `endpoint`; those that came together, together.
    virtual void route(std::span<const std::uint32_t> ssrcs, MediaEndpoint& endpoint) = 0;
    /// When this returns the endpoint is not called and never will be again.
    virtual void unroute(MediaEndpoint& endpoint) = 0;
    /// Packets leave with that mark (RFC 2474). Never waits; returns how many were taken. Any thread.
    virtual std::size_t send(const Way& way, std::span<const std::span<const std::byte>> packets,
                             std::uint8_t dscp) = 0;
};

/// The SSRC that says who sent this, or nothing when it is neither RTP nor RTCP.
[[nodiscard]] std::optional<std::uint32_t> sender_ssrc(std::span<const std::byte> packet);
/// True when the bytes look like RTCP (RFC 5761: packet types 192 to 223) and not like RTP.
[[nodiscard]] bool is_rtcp(std::span<const std::byte> packet);

}  // namespace transport

// The other end of a stream: the paths to it, the seal on every packet between, and what was turned away. Both halves
// of the link send and receive through one of these. `now` is passed in.
#pragma once

#include "transport/rtp/network.hpp"
#include "transport/rtp/packet.hpp"
#include "transport/rtp/srtp.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace transport {

struct PeerSettings {
    std::vector<std::uint32_t> own_ssrcs;  ///< the first is that of our RTCP
    std::vector<std::uint32_t> their_ssrcs;
    std::vector<Way> ways;        ///< where they are, if it is we who dial
    std::optional<MediaKey> key;  ///< nothing: in the clear, for a lab
    std::uint8_t dscp = 0;
};

/// Datagrams that were turned away.
struct PeerRefusals {
    std::uint64_t forged = 0;    ///< not sealed by the other end, or damaged
    std::uint64_t replayed = 0;  ///< came before, by no path of ours
};

/// Not thread safe.
class RtpPeer {
public:
    RtpPeer(MediaNetwork& network, const PeerSettings& settings, Paths::Random random);

    struct Opened {
        std::span<const std::byte> rtp;     ///< a media, repair or parity packet; empty: none
        std::vector<RtcpMessage> messages;  ///< probes apart, which are answered here
        std::optional<std::size_t> path;    ///< nothing while its address is not yet proven
        std::optional<std::uint16_t> copy;  ///< sequence of a media packet that had come by another path
    };
    /// Nothing when the datagram is not theirs.
    [[nodiscard]] std::optional<Opened> open(const Datagram& datagram);

    /// By all these paths; returns whether any took every packet.
    bool send(const RtpPackets& packets, std::span<const std::size_t> paths);
    void send(std::span<const RtcpMessage> messages, std::span<const std::size_t> paths);
    /// Sends the probes that are due.
    void tick(Timestamp now);
    /// See LinkEnd.
    void offer_key(const MediaKey& key);
    void take_key(const MediaKey& key);

    [[nodiscard]] const Paths& paths() const { return paths_; }
    /// The other end has not yet sealed anything with the key that it was offered.
    [[nodiscard]] bool key_offered() const { return offered_.has_value(); }
    [[nodiscard]] PeerRefusals refusals() const;

private:
    void begin_sealing(std::size_t bytes, std::size_t packets);
    void seal(std::span<const std::byte> packet);
    bool send_sealed(std::span<const std::size_t> paths);
    void send_rtcp(std::span<const RtcpMessage> messages, const Way& way);
    [[nodiscard]] std::optional<Opened> open_copy(std::span<const std::byte> header, const Datagram& datagram);

    MediaNetwork& network_;
    PeerSettings settings_;
    Paths paths_;
    std::unique_ptr<SrtpSealer> sealer_;
    std::unique_ptr<SrtpOpener> opener_;
    std::vector<std::byte> room_;  ///< packets about to leave, each with what its seal adds
    std::size_t used_ = 0;
    std::vector<std::span<const std::byte>> leaving_;
    std::optional<MediaKey> offered_;  ///< not yet seen in use at the other end
    std::uint64_t replayed_ = 0;
};

}  // namespace transport

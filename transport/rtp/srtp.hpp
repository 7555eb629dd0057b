// Packets sealed and opened: SRTP and SRTCP, AES-256-GCM with a 16-byte tag (RFC 7714), a key identifier of one byte.
// RTP headers stay readable. libsrtp stands behind srtp_libsrtp.cpp.
#pragma once

#include "transport/rtp/media_key.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace transport {

class SrtpSession;

/// The sender's side: RTP and RTCP of up to 64 SSRCs under one key. A packet that goes two ways is sealed once and
/// sent twice. Not thread safe.
class SrtpSealer {
public:
    static constexpr std::size_t growth = 16 + 1;           ///< of an RTP packet: tag and key id
    static constexpr std::size_t most_growth = growth + 4;  ///< of an RTCP packet: its index too
    static constexpr std::size_t longest_packet = 2048;     ///< sealed
    static constexpr std::size_t most_streams = 64;

    /// The key must never have been another sealer's of the same SSRCs. Throws std::runtime_error when libsrtp refuses.
    explicit SrtpSealer(const MediaKey& key);
    ~SrtpSealer();
    SrtpSealer(const SrtpSealer&) = delete;
    SrtpSealer& operator=(const SrtpSealer&) = delete;

    /// From the next packet on. Openers must know the key by then. The key in use again changes nothing; a key of
    /// before must not come back.
    void renew(const MediaKey& key);
    /// Seals the packet in the first `size` bytes of `room`, in place; the rest, at least most_growth, is for its
    /// growth. Returns the sealed size; 0: refused (no RTP or RTCP, no room, a sequence number that was sealed before),
    /// and then the bytes are not to be sent.
    [[nodiscard]] std::size_t seal(std::span<std::byte> room, std::size_t size);
    /// The same; false: refused.
    [[nodiscard]] bool seal(std::vector<std::byte>& packet);
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    struct Stream {
        std::uint64_t highest = 0;  ///< index of RFC 3711: rollovers and sequence number, under whichever key
        bool any = false;
    };
    /// Makes it known; null when there are too many.
    [[nodiscard]] Stream* stream_of(std::uint32_t ssrc);

    MediaKey key_;
    std::unique_ptr<SrtpSession> session_;
    std::map<std::uint32_t, Stream> streams_;
    std::uint64_t refused_ = 0;
};

/// What became of a packet that came.
enum class Opened : std::uint8_t {
    ok,
    copy,     ///< came before, as over a second path, or is more than `window` packets late. Not authenticated
    forged,   ///< or damaged: not what was sealed
    unknown,  ///< of a stream that was not added or a key that is not known, or no RTP at all
};

/// The receiver's side of several SSRCs under one key and the one before. Only where it says `ok` may the address that
/// a packet came from be believed. Not thread safe.
class SrtpOpener {
public:
    static constexpr unsigned window = 2048;  ///< packets; of RTCP 128

    /// Throws std::runtime_error when libsrtp refuses.
    explicit SrtpOpener(const MediaKey& key);
    ~SrtpOpener();
    SrtpOpener(const SrtpOpener&) = delete;
    SrtpOpener& operator=(const SrtpOpener&) = delete;

    /// The key until now is still good, the one before it no more. To be told before the sealer uses the new one.
    void renew(const MediaKey& key);
    void add(std::uint32_t ssrc);
    /// The stream's replay window goes with it: added again, it needs a new key.
    void remove(std::uint32_t ssrc);

    struct Opening {
        Opened result = Opened::unknown;
        std::span<std::byte> packet{};  ///< ok: the plain packet, within the bytes given; else empty
    };
    /// Opens in place; unless it says `ok`, the bytes are spoilt.
    [[nodiscard]] Opening open(std::span<std::byte> datagram);

    [[nodiscard]] std::uint64_t replayed() const { return replayed_; }
    [[nodiscard]] std::uint64_t forged() const { return forged_; }
    /// Packets under a key that is not known, of streams that are.
    [[nodiscard]] std::uint64_t unknown_key() const { return unknown_key_; }
    [[nodiscard]] std::uint64_t unknown_stream() const { return unknown_stream_; }

private:
    struct Keyed;
    struct Stream {
        std::uint64_t highest = 0;  ///< index of RFC 3711, authenticated, under whichever key
        bool any = false;
    };
    [[nodiscard]] Keyed* keyed(std::byte id);
    [[nodiscard]] static Opened open_rtcp(Keyed& with, std::span<std::byte> sealed, int& size);
    [[nodiscard]] Opened open_rtp(Keyed& with, Stream& stream, std::uint32_t ssrc, std::uint16_t sequence,
                                  std::span<std::byte> sealed, int& size);

    std::unique_ptr<Keyed> current_;
    std::unique_ptr<Keyed> previous_;
    std::map<std::uint32_t, Stream> streams_;
    std::array<std::byte, SrtpSealer::longest_packet> before_{};  ///< the packet as it came, for a second try
    std::uint64_t replayed_ = 0;
    std::uint64_t forged_ = 0;
    std::uint64_t unknown_key_ = 0;
    std::uint64_t unknown_stream_ = 0;
};

}  // namespace transport

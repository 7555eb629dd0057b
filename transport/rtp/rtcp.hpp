// What a receiver tells its sender, and how both find each other: RTCP of RFC 3550, 4585 and 8888, in the reduced size
// of RFC 5506. Pure: bytes in, values out.
#pragma once

#include "transport/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace transport {

/// Generic NACK, RFC 4585 6.2.1: these packets are missing.
struct Nack {
    std::uint32_t media_ssrc = 0;
    std::vector<std::uint16_t> sequences;  ///< ascending, counted on beyond 65535
    bool operator==(const Nack&) const = default;
};
/// Picture loss indication, RFC 4585 6.3.1: a keyframe, please.
struct PictureLoss {
    std::uint32_t media_ssrc = 0;
    bool operator==(const PictureLoss&) const = default;
};
/// Congestion control feedback, RFC 8888: which packets came by this path, and when.
struct ArrivalReport {
    static constexpr std::size_t most_packets = 512;  ///< a packet of 1200 bytes holds them, sealed
    std::uint32_t media_ssrc = 0;
    std::uint16_t begin = 0;                         ///< sequence of the first packet told of
    std::vector<std::optional<Microseconds>> ago{};  ///< by sequence: before `time`, in 1/1024 s; nothing: lost
    std::uint32_t time = 0;                          ///< receiver's clock, 1/65536 s; starts again after 18 hours
    bool operator==(const ArrivalReport&) const = default;
};
/// Application-defined, RFC 3550 6.7, name "SCIA": is somebody there? The answer carries the same token back, on the
/// path that it came by. Tells the round trip, and that an address is whose it says it is.
struct PathProbe {
    bool answer = false;
    std::uint64_t token = 0;
    bool operator==(const PathProbe&) const = default;
};
using RtcpMessage = std::variant<Nack, PictureLoss, ArrivalReport, PathProbe>;

/// All of them in one packet.
[[nodiscard]] std::vector<std::byte> to_rtcp(std::uint32_t sender_ssrc, std::span<const RtcpMessage> messages);
/// What can be understood; others' messages are passed over, and what follows a malformed one is not read.
[[nodiscard]] std::vector<RtcpMessage> read_rtcp(std::span<const std::byte> packet);

/// The receiver's clock as a report carries it.
[[nodiscard]] std::uint32_t report_time(Timestamp now);
/// Arrival times on the receiver's clock from reports whose time starts again every 18 hours. Not thread safe.
class ReportClock {
public:
    [[nodiscard]] RemoteTimestamp unwrap(std::uint32_t time);

private:
    std::optional<std::int64_t> last_;  ///< 1/65536 s
};

}  // namespace transport

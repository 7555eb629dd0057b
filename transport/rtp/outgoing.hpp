// The sending half of a stream: access units in, packets out; answers what the receiver asks. No socket, no thread, no
// key: `now` is passed in.
#pragma once

#include "transport/rtp/history.hpp"
#include "transport/rtp/packet.hpp"
#include "transport/rtp/packet_report.hpp"
#include "transport/rtp/repair.hpp"
#include "transport/rtp/rtcp.hpp"
#include "transport/rtp/stream.hpp"
#include "transport/rtp/ulpfec.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace transport {

struct OutgoingCounts {
    std::uint64_t packets = 0;  ///< media
    std::uint64_t resent = 0;
    std::uint64_t parity = 0;
};

/// Not thread safe. `now` never goes back.
class RtpOutgoing {
public:
    RtpOutgoing(const RtpStream& stream, const RtpSettings& settings);

    /// The picture's packets, media first, parity behind. `time`: 90 kHz.
    [[nodiscard]] RtpPackets packets(std::span<const std::byte> access_unit, std::uint32_t time, Timestamp now);

    /// A packet that holds nothing, of about so many bytes.
    [[nodiscard]] RtpPackets padding(std::size_t bytes, Timestamp now);

    /// Packets to be sent again.
    [[nodiscard]] std::vector<std::vector<std::byte>> answer(const Nack& nack, Timestamp now);
    /// By which the repair is chosen, and what it says of each packet.
    [[nodiscard]] std::vector<PacketReport> take(const ArrivalReport& report, Timestamp now);
    void know_round_trip(Microseconds round_trip);

    [[nodiscard]] const RepairPolicy& repair() const { return repair_; }
    [[nodiscard]] OutgoingCounts counts() const { return counts_; }

private:
    RtpStream stream_;
    RtpSettings settings_;
    H264Packetizer packetizer_;
    FecSender fec_;
    RtpHistory history_;
    RepairPolicy repair_;
    ReportClock receiver_clock_;
    Microseconds round_trip_{20'000};
    std::uint16_t next_ = 0;
    std::uint32_t time_ = 0;  ///< of the last picture
    std::uint16_t next_repair_ = 0;
    OutgoingCounts counts_;
};

}  // namespace transport

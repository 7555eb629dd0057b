// The receiving half of a stream: packets in, access units and feedback out. Repairs what it can within its budget. No
// socket, no thread, no key: `now` is passed in, so that the code that runs live also runs over an emulated link.
#pragma once

#include "transport/rtp/order.hpp"
#include "transport/rtp/packet.hpp"
#include "transport/rtp/rtcp.hpp"
#include "transport/rtp/stream.hpp"
#include "transport/rtp/ulpfec.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <vector>

namespace transport {

/// Whole access unit and the arrival of its packets; of a repaired one, of the packet that completed it.
struct WholeUnit {
    std::vector<std::byte> bytes;
    Timestamp first_packet{};
    Timestamp last_packet{};
};

/// What came, since the start.
struct IncomingCounts {
    std::uint64_t packets = 0;   ///< media, copies by a second path apart
    std::uint64_t copies = 0;    ///< came a second time
    std::uint64_t resent = 0;    ///< missing ones that came because they were asked for
    std::uint64_t restored = 0;  ///< missing ones made from parity
    std::uint64_t lost = 0;      ///< never came, or too late
    std::uint64_t damaged_units = 0;
};

/// Not thread safe. `now` never goes back.
class RtpIncoming {
public:
    using OnUnit = std::function<void(WholeUnit)>;
    RtpIncoming(const RtpStream& stream, const RtpSettings& settings, OnUnit on_unit);

    /// One packet, opened, as it came by that path (0 to most_paths - 1) at `received`.
    void take(std::span<const std::byte> packet, std::size_t path, Timestamp received);
    /// Another copy of a media packet, by that path: only its time counts.
    void take_copy(std::uint16_t sequence, std::size_t path, Timestamp received);
    /// How long a question and its answer take at present.
    void know_link(Microseconds round_trip);

    void request_keyframe() { keyframe_wanted_ = true; }

    struct Feedback {
        std::vector<RtcpMessage> to_all;                           ///< by every path: the first to arrive helps
        std::array<std::vector<RtcpMessage>, most_paths> by_path;  ///< that path's own arrivals
    };
    /// What is to be told at `now`; may hand over units whose missing packets were given up.
    [[nodiscard]] Feedback take_feedback(Timestamp now);
    /// When take_feedback() next has something to do.
    [[nodiscard]] Timestamp due() const;

    [[nodiscard]] IncomingCounts counts() const;
    /// Share of packets that did not come at once, over the last few seconds.
    [[nodiscard]] double loss() const { return loss_; }

private:
    /// When packets came by one path, for the sender's estimate.
    struct PathArrivals {
        std::map<std::int64_t, Timestamp> came;  ///< not yet reported
        std::int64_t next = 0;                   ///< first sequence of the next report
        Timestamp last{};                        ///< when a packet came
        bool known = false;
    };
    struct Times {
        Timestamp first{};
        Timestamp last{};
    };
    void take_media(std::span<const std::byte> packet, const RtpPacket& read, Timestamp received);
    void take_ordered(std::span<const std::byte> packet);
    /// False when that packet has come before, by whichever path.
    bool note_arrival(std::uint16_t sequence, std::size_t path, Timestamp received);
    void be_patient();
    [[nodiscard]] std::optional<Nack> ask(Timestamp now);
    [[nodiscard]] std::optional<Timestamp> tail_due() const;
    [[nodiscard]] std::optional<ArrivalReport> report(PathArrivals& path, Timestamp now) const;

    RtpStream stream_;
    RtpSettings settings_;
    OnUnit on_unit_;
    RtpOrder order_;
    H264Depacketizer units_;
    FecReceiver fec_;
    IncomingCounts counts_;
    Microseconds round_trip_{30'000};
    Microseconds between_paths_{0};  ///< how much later than the first copy another came, lately
    double loss_ = 0;
    std::uint64_t packets_seen_ = 0;
    std::uint64_t packets_due_ = 0;
    bool keyframe_wanted_ = false;

    std::deque<std::pair<std::uint32_t, Times>> times_;  ///< by RTP time, of the last few pictures
    std::optional<std::int64_t> newest_;                 ///< sequence, counted on beyond 65535
    struct Came {
        std::int64_t place = std::numeric_limits<std::int64_t>::min();
        Timestamp time{};
        std::size_t path = 0;
    };
    std::vector<Came> came_;  ///< the last so many packets, by place modulo its size
    Timestamp newest_came_{};
    bool newest_ends_unit_ = true;
    int tail_asked_ = 0;
    std::array<PathArrivals, most_paths> paths_;
    Timestamp next_report_{};
};

}  // namespace transport

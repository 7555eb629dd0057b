// What packets' times of arrival tell about the path: how long they wait in its queue, and what it can carry.
#pragma once

#include "transport/rtp/packet_report.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace transport {

/// The smallest value of the last so many microseconds.
class WindowedMinimum {
public:
    explicit WindowedMinimum(Microseconds window) : window_{window} {}
    void add(Timestamp time, Microseconds value);
    void forget() { values_.clear(); }
    [[nodiscard]] bool empty() const { return values_.empty(); }
    [[nodiscard]] Microseconds least() const { return values_.front().second; }

private:
    Microseconds window_;
    std::deque<std::pair<Timestamp, Microseconds>> values_;  ///< rising
};

/// A picture leaves as a burst, so its packets queue behind each other: the delay of its first packet is the path's,
/// the time from its first to its last what the link needs for its bytes. Delays count from the smallest of the last
/// ten seconds, in which the receiver's clock has moved by a millisecond at most (100 ppm). Not thread safe.
class PathDelay {
public:
    /// A packet that arrived, in the order of sending. Older ones are left out.
    void take(const PacketReport& packet);
    /// One that did not: the link carried it all the same.
    void take_missing(const PacketReport& packet);
    /// Bytes that nobody has reported on, since a report was lost: they count as delivered with the next burst.
    void take_unreported(std::size_t bytes) { unreported_ += bytes; }
    /// The path has become another: delays count from the last one.
    void rebase();

    /// The standing queue: of the last bursts' first packets, the one that waited least.
    [[nodiscard]] Microseconds queueing() const;
    /// The same of the last tenth of a second alone: sooner, and sometimes of a queue that does not stand.
    [[nodiscard]] Microseconds latest() const;
    /// How fast the first packets' delay grows: trend line over the last quarter of a second, ms per s.
    [[nodiscard]] double growth() const;
    /// What the radio itself moves delays by, between tenths of a second without a queue.
    [[nodiscard]] Microseconds jitter() const { return Microseconds{static_cast<std::int64_t>(jitter_us_)}; }
    /// Bytes of the bursts that arrived last, per time from one's end to the next's; 0: not yet.
    [[nodiscard]] double delivered_kbit_per_s(Microseconds window) const;
    /// At which rate the packets of one burst came behind each other, over half a second; 0: no burst was long enough.
    [[nodiscard]] double capacity_kbit_per_s() const;
    /// By how much the newest burst, as far as it has come, took longer than it takes at that rate.
    [[nodiscard]] Microseconds lateness(double kbit_per_s) const;
    [[nodiscard]] double newest_capacity_kbit_per_s() const;

private:
    struct Burst {
        Timestamp sent{};       ///< first packet
        Timestamp last_sent{};  ///< last one
        RemoteTimestamp first{};
        RemoteTimestamp last{};
        Microseconds delay{0};  ///< smallest, of two clocks
        std::size_t bytes = 0;
        std::size_t bytes_behind = 0;  ///< of those behind the first
        int packets = 0;
    };
    void begin(const PacketReport& packet, Microseconds delay);
    void watch_jitter();
    [[nodiscard]] const Burst* newest_train() const;

    std::deque<Burst> bursts_;  ///< the last may still grow
    WindowedMinimum base_{std::chrono::seconds{10}};
    WindowedMinimum standing_{std::chrono::milliseconds{200}};
    WindowedMinimum latest_{std::chrono::milliseconds{80}};
    std::size_t unreported_ = 0;
    std::size_t missing_ = 0;         ///< bytes of the newest burst since its packet that came last
    std::optional<Timestamp> tenth_;  ///< begin of the current tenth of a second
    Microseconds tenth_least_{0};
    std::optional<Microseconds> tenth_before_;
    double jitter_us_ = 0;
};

}  // namespace transport

// Time on this machine and time from elsewhere: two types that cannot be mixed by accident.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace transport {

using Microseconds = std::chrono::microseconds;

/// This machine's monotonic clock (CLOCK_MONOTONIC), shared by every process of one boot. Never steps.
struct MachineClock {
    using duration = Microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MachineClock>;
    static constexpr bool is_steady = true;
};
using Timestamp = MachineClock::time_point;

/// The monotonic clock of another machine. Only ClockOffset turns it into a Timestamp.
struct RemoteClock {
    using duration = Microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<RemoteClock>;
    static constexpr bool is_steady = true;
};
using RemoteTimestamp = RemoteClock::time_point;

/// Microseconds since boot of the clock that the time belongs to.
constexpr std::int64_t microseconds(Timestamp time) {
    return time.time_since_epoch().count();
}
constexpr std::int64_t microseconds(RemoteTimestamp time) {
    return time.time_since_epoch().count();
}
constexpr Timestamp timestamp(std::int64_t us) {
    return Timestamp{Microseconds{us}};
}
constexpr RemoteTimestamp remote_timestamp(std::int64_t us) {
    return RemoteTimestamp{Microseconds{us}};
}

/// Whoever decides about time is handed one of these, so that a bad network is a deterministic test.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() = 0;
    /// Waits until `due`; false when stopped earlier. A due time in the past returns at once.
    virtual bool wait_until(Timestamp due, std::stop_token stop) = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override;
    bool wait_until(Timestamp due, std::stop_token stop) override;
};

/// Identity of the running kernel: two processes with the same one share MachineClock.
[[nodiscard]] std::uint64_t boot_id();

/// What a remote time is worth here: the converted time, and how far off it can be.
struct Converted {
    Timestamp time;
    Microseconds bound{0};
};

/// Our clock and another's at one instant, give or take the bound.
struct ClockReading {
    Timestamp ours{};
    RemoteTimestamp theirs{};
    Microseconds bound{0};
};

/// Turns another machine's time into ours, from two-way exchanges: the exchange with the smallest round
/// trip in the window wins; its bound is half that round trip, wider by 100 ppm of the time between the exchange
/// and the converted time. Same boot: offset and bound are zero.
class ClockOffset {
public:
    /// One exchange: we sent at `sent`, the other read its clock at `remote`, the answer came at `received`.
    void exchange(Timestamp sent, RemoteTimestamp remote, Timestamp received);
    void same_machine();
    /// What the other end measured instead of us; what was known before is replaced.
    void learn(const ClockReading& reading) { best_ = reading; }
    /// What an end that does not measure may learn. Nothing while no exchange has been seen, or on the same machine.
    [[nodiscard]] std::optional<ClockReading> reading() const;
    /// Nothing while no exchange has been seen or learnt: "not yet" is an answer.
    [[nodiscard]] std::optional<Converted> convert(RemoteTimestamp remote) const;

private:
    std::optional<ClockReading> best_;
    bool same_machine_ = false;
};

}  // namespace transport

// Time on this machine and time from elsewhere: two types that cannot be mixed by accident.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string_view>

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

/// What vouches for the difference between two clocks, from best to worst. Along a path the worst counts.
enum class ClockBasis : std::uint8_t {
    same_machine,     ///< one clock: nothing to convert
    host_clocks,      ///< both hosts' clocks are disciplined: the bound is theirs
    known_asymmetry,  ///< exchanges over a way whose asymmetry is configured
    exchanges,        ///< exchanges alone: half the round trip, for the asymmetry is unknown
};
[[nodiscard]] std::string_view name(ClockBasis basis);  ///< "exchanges"

/// What a remote time is worth here: the converted time, and how far off it can be.
struct Converted {
    Timestamp time;
    Microseconds bound{0};
    ClockBasis basis = ClockBasis::exchanges;
};

/// Our clock and another's at one instant, give or take the bound.
struct ClockReading {
    Timestamp ours{};
    RemoteTimestamp theirs{};
    Microseconds bound{0};
    ClockBasis basis = ClockBasis::exchanges;
};

/// How much faster the other clock runs than ours. Without knowledge: two quartzes, 100 ppm apart at the most.
struct ClockRate {
    static constexpr double most_ppm = 100;
    double ppm = 0;
    double bound_ppm = most_ppm;
};

/// Turns another machine's time into ours, by what ClockExchanges measured or what the other end told. The bound widens
/// with the time between the reading and the converted time. Same boot: offset and bound are zero.
class ClockOffset {
public:
    void same_machine();
    /// What is known from now on; what was known before is replaced.
    void learn(const ClockReading& reading, const ClockRate& rate = {});
    /// The reading is no longer true: back to "not yet".
    void forget();
    /// Only times of that boot may be converted: another machine behind the same name has another clock. 0: any.
    void belongs_to(std::uint64_t boot) { boot_ = boot; }
    [[nodiscard]] bool speaks_for(std::uint64_t boot) const { return boot_ == 0 || boot_ == boot; }
    /// What an end that does not measure may learn. Nothing while nothing is known, or on the same machine.
    [[nodiscard]] std::optional<ClockReading> reading() const;
    /// Nothing while nothing is known: "not yet" is an answer.
    [[nodiscard]] std::optional<Converted> convert(RemoteTimestamp remote) const;

private:
    std::optional<ClockReading> reading_;
    ClockRate rate_;
    std::uint64_t boot_ = 0;
    bool same_machine_ = false;
};

}  // namespace transport

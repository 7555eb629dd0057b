// What a link can carry over time: constant, or a trace that repeats.
#pragma once

#include "transport/emulator/intervals.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace transport {

/// From then on, until the next.
struct RateStep {
    Microseconds at{0};
    std::int64_t kbit_per_s = 0;
};

/// A thousandth of a bit: what 1 kbit/s carries in 1 µs, so that nothing is ever rounded.
using Millibits = std::int64_t;
constexpr Millibits millibits(std::size_t bytes) {
    return static_cast<Millibits>(bytes) * 8000;
}

/// Times are microseconds since the trace's start. Never changes once made.
class RateTrace {
public:
    static constexpr std::int64_t most_kbit_per_s = 10'000'000;
    static constexpr std::size_t most_steps = 1'000'000;
    /// 50 ms without a 1500-byte packet's worth: a gap, in which no sender can keep its queue short.
    static constexpr Microseconds shortest_gap{50'000};
    static constexpr std::int64_t gap_kbit_per_s = 1500 * 8 / 50;

    /// Throws std::invalid_argument, as below.
    [[nodiscard]] static RateTrace constant(std::int64_t kbit_per_s);
    /// One 1500-byte packet at each of these times, ms, in order: what mahimahi records.
    [[nodiscard]] static RateTrace deliveries(std::span<const std::int64_t> times_ms);
    /// The first step at 0, later ones after it, all before `period`, after which it repeats. `window`: what
    /// `kbit_per_s` averages over. Throws std::invalid_argument in one line when that is not so or nothing is carried.
    RateTrace(std::vector<RateStep> steps, Microseconds period, Microseconds window = Microseconds{0});

    [[nodiscard]] Millibits carried(Microseconds from, Microseconds to) const;
    /// When that much has been carried, begun at `from`.
    [[nodiscard]] Microseconds carried_by(Microseconds from, Millibits amount) const;
    [[nodiscard]] double kbit_per_s(Microseconds time) const;
    [[nodiscard]] double mean_kbit_per_s() const;
    [[nodiscard]] const Intervals& gaps() const { return gaps_; }
    [[nodiscard]] Microseconds period() const { return period_; }

private:
    [[nodiscard]] std::size_t step_at(Microseconds within) const;
    [[nodiscard]] Millibits until(Microseconds within) const;

    std::vector<RateStep> steps_;
    std::vector<Millibits> sums_;  ///< carried before each step, and at the end
    Microseconds period_;
    Microseconds window_;
    Intervals gaps_;
};

}  // namespace transport

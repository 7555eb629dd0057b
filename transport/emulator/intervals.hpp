// Stretches of time that repeat: outages, stalls, gaps of a trace.
#pragma once

#include "transport/clock.hpp"

#include <optional>
#include <vector>

namespace transport {

/// From `from` until before `to`, on the clock of its list.
struct Interval {
    Microseconds from{0};
    Microseconds to{0};
    double value = 0;  ///< what the list says it is

    [[nodiscard]] bool covers(Microseconds time) const { return from <= time && time < to; }
};

class Intervals {
public:
    Intervals() = default;
    /// In any order; what overlaps becomes one, with the later's value. What reaches past `period` is left out.
    Intervals(std::vector<Interval> intervals, Microseconds period);

    /// The one that covers `time`, or else the next; nothing when the list is empty.
    [[nodiscard]] std::optional<Interval> ending_after(Microseconds time) const;
    [[nodiscard]] std::optional<Interval> covering(Microseconds time) const;
    /// Value of the last that ended until `time`; 0 before the first has.
    [[nodiscard]] double value_before(Microseconds time) const;
    [[nodiscard]] std::size_t size() const { return intervals_.size(); }

private:
    std::vector<Interval> intervals_;
    Microseconds period_{1};
};

}  // namespace transport

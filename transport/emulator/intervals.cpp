#include "transport/emulator/intervals.hpp"

#include <algorithm>

namespace transport {

Intervals::Intervals(std::vector<Interval> intervals, Microseconds period) : period_{period} {
    std::ranges::stable_sort(intervals, {}, &Interval::from);
    for (const auto& next : intervals) {
        if (next.to <= next.from || next.to > period) continue;
        if (!intervals_.empty() && next.from < intervals_.back().to) {
            intervals_.back().to = std::max(intervals_.back().to, next.to);
            intervals_.back().value = next.value;
        } else {
            intervals_.push_back(next);
        }
    }
}

std::optional<Interval> Intervals::ending_after(Microseconds time) const {
    if (intervals_.empty()) return std::nullopt;
    auto turn = time / period_ * period_;
    auto found = std::ranges::upper_bound(intervals_, time - turn, {}, &Interval::to);
    if (found == intervals_.end()) {
        found = intervals_.begin();
        turn += period_;
    }
    return Interval{found->from + turn, found->to + turn, found->value};
}

std::optional<Interval> Intervals::covering(Microseconds time) const {
    const auto next = ending_after(time);
    return next && next->covers(time) ? next : std::nullopt;
}

double Intervals::value_before(Microseconds time) const {
    if (intervals_.empty()) return 0;
    const auto next = std::ranges::upper_bound(intervals_, time % period_, {}, &Interval::to);
    if (next != intervals_.begin()) return (next - 1)->value;
    return time < period_ ? 0 : intervals_.back().value;
}

}  // namespace transport

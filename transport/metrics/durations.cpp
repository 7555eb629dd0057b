#include "transport/metrics/durations.hpp"

namespace transport {

DurationCounts duration_counts(const Histogram& histogram) {
    DurationCounts out;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < duration_limits_us.size(); ++i) {
        const auto up_to = histogram.count_up_to(Microseconds{duration_limits_us[i]});
        out.buckets[i] = up_to - below;
        below = up_to;
    }
    out.buckets.back() = histogram.count() - below;
    out.sum_us = histogram.sum().count();
    return out;
}

}  // namespace transport

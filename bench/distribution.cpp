#include "bench/distribution.hpp"

#include <algorithm>

namespace bench {

using transport::Microseconds;

std::uint64_t Distribution::count() const {
    std::uint64_t sum = 0;
    for (const auto& bucket : buckets) sum += bucket.count;
    return sum;
}

void Distribution::add_to(transport::Histogram& histogram) const {
    for (const auto& bucket : buckets) histogram.record(Microseconds{bucket.us}, bucket.count);
}

Distribution sparse(const render::Figure& figure, Microseconds worst_bound) {
    return {figure.histogram.buckets(), figure.unknown, figure.bound, worst_bound};
}

void Durations::record(std::optional<Microseconds> duration, Microseconds clock_bound, Microseconds limit) {
    figure_.record(duration, clock_bound, limit);
    worst_bound_ = std::max(worst_bound_, clock_bound);
}

}  // namespace bench

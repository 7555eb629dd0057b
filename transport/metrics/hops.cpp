#include "transport/metrics/hops.hpp"

#include <algorithm>

namespace transport {

void HopTimes::record(Modality modality, const Timeline& timeline, Stage first, Stage last) noexcept {
    auto previous = timeline.at(first);
    for (auto i = static_cast<std::size_t>(first) + 1; i <= static_cast<std::size_t>(last); ++i) {
        const auto mark = timeline.at(static_cast<Stage>(i));
        if (!mark) continue;
        if (previous) record(modality, static_cast<Stage>(i), *mark - *previous);
        previous = mark;
    }
}

void HopTimes::tell(MetricsPage& page) const {
    for (std::size_t modality = 0; modality < modality_count; ++modality)
        for (std::size_t stage = 0; stage < stage_count; ++stage) {
            const auto counts = hops_[modality][stage].counts();
            if (std::ranges::all_of(counts.buckets, [](std::uint64_t count) { return count == 0; })) continue;
            page.add(Metric::hop,
                     {{"stage", name(static_cast<Stage>(stage))}, {"modality", name(static_cast<Modality>(modality))}},
                     counts);
        }
}

}  // namespace transport

// Durations of one kind in one run: recorded frame by frame, then kept sparse, to be written down by the hundred.
#pragma once

#include "render/report_figures.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace bench {

/// The bound of a clock that nobody vouches for.
inline constexpr auto no_clock = transport::Microseconds::max();

struct Distribution {
    std::vector<transport::Histogram::Bucket> buckets;  ///< as Histogram::buckets tells them
    std::uint64_t unknown = 0;                          ///< frames: a mark was missing, or the clock not good enough
    transport::Microseconds bound{0};                   ///< of the worst clock among the counted
    transport::Microseconds worst_bound{0};             ///< of the worst that was seen, counted or not; or no_clock

    [[nodiscard]] std::uint64_t count() const;
    /// Adds its values to `histogram`.
    void add_to(transport::Histogram& histogram) const;
    bool operator==(const Distribution&) const = default;
};

[[nodiscard]] Distribution sparse(const render::Figure& figure, transport::Microseconds worst_bound);

class Durations {
public:
    /// `limit`: half a frame; a duration with a larger clock bound is unknown.
    void record(std::optional<transport::Microseconds> duration, transport::Microseconds clock_bound,
                transport::Microseconds limit);
    [[nodiscard]] Distribution distribution() const { return sparse(figure_, worst_bound_); }

private:
    render::Figure figure_;
    transport::Microseconds worst_bound_{0};
};

}  // namespace bench

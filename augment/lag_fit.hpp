// The fit of one motion to another, to a fraction of a step. Inside of lag.cpp.
#pragma once

#include "augment/lag_series.hpp"

namespace augment {

struct LagFit {
    double seconds = 0;
    double bound_s = 0;  ///< infinite when it did not settle
    bool opposed = false;
    double periods = 0;
    double overlap_s = 0;
};
/// Least squares, begun at `seconds`, which is within a step or two of the best.
[[nodiscard]] LagFit fit_lag(const EvenSeries& reference, const EvenSeries& second, double seconds);

}  // namespace augment

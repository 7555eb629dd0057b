// A motion at even steps, and the fit of one to another to a fraction of a step. Inside of lag.cpp.
#pragma once

#include "augment/motion.hpp"

#include <vector>

namespace augment {

inline constexpr double lag_step_s = 0.005;

/// Smoothed, without mean and slow drift.
struct EvenSeries {
    double start_s = 0;
    std::vector<double> values;  ///< lag_step_s apart; NaN in gaps
};
[[nodiscard]] EvenSeries even_series(const Motion& motion);
/// Neighbours have something to do with each other.
[[nodiscard]] bool moves(const Motion& motion);

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

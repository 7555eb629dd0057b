// A motion at even steps. Inside of lag*.cpp.
#pragma once

#include "augment/motion.hpp"

#include <vector>

namespace augment {

inline constexpr double lag_step_s = 0.005;
inline constexpr double lag_most_seconds = 600;
inline constexpr double lag_gap_s = 0.35;  // between two samples: nothing is known in between

/// Smoothed, without mean and slow drift; samples less than two steps apart are taken as one.
struct EvenSeries {
    double start_s = 0;
    std::vector<double> values;  ///< lag_step_s apart; NaN in gaps
};
[[nodiscard]] EvenSeries even_series(const Motion& samples);
/// Neighbours have something to do with each other.
[[nodiscard]] bool moves(const Motion& motion);

/// Without what is slow, as breathing; `y` only says what else is unknown.
[[nodiscard]] std::vector<double> quick_part(std::vector<double> x, const std::vector<double>& y);
/// A second; 0 at both ends.
[[nodiscard]] std::vector<double> rates_of(const std::vector<double>& values);

}  // namespace augment

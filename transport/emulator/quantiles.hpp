// How a value is spread, and draws from it that follow each other smoothly.
#pragma once

#include "transport/emulator/random.hpp"

#include <cstdint>
#include <vector>

namespace transport {

/// `share` of all values, 0 to 1, do not exceed `value`.
struct Quantile {
    double share = 0;
    double value = 0;
};

/// Straight lines between the points; both share and value never fall. One point is a constant.
class Quantiles {
public:
    Quantiles() : Quantiles{std::vector<Quantile>{{0, 0}}} {}
    /// At least one point. Throws std::invalid_argument in one line otherwise, or when shares or values fall.
    explicit Quantiles(std::vector<Quantile> points);
    /// Normal, cut at two deviations.
    [[nodiscard]] static Quantiles normal(double mean, double deviation);
    [[nodiscard]] double at(double share) const;
    [[nodiscard]] bool constant() const { return points_.front().value == points_.back().value; }

private:
    std::vector<Quantile> points_;
};

/// Values spread as the quantiles say, one per step, of which neighbours resemble each other: first order.
class CorrelatedDraws {
public:
    /// `correlation` of neighbours, 0 to below 1.
    CorrelatedDraws(Quantiles spread, double correlation, std::uint64_t seed);
    /// The value of that step; steps never fall.
    [[nodiscard]] double at(std::int64_t step);

private:
    Quantiles spread_;
    double correlation_;
    Random random_;
    std::int64_t step_ = 0;
    double normal_;
    double value_;
};

}  // namespace transport

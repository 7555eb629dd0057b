#include "transport/emulator/quantiles.hpp"

#include <algorithm>
#include <stdexcept>

namespace transport {

namespace {

constexpr std::int64_t longest_walk = 4096;  // steps; what lies longer ago is forgotten at any useful correlation

double share_below(double normal) {
    return 0.5 * std::erfc(-normal / std::numbers::sqrt2);
}

}  // namespace

Quantiles::Quantiles(std::vector<Quantile> points) : points_{std::move(points)} {
    if (points_.empty()) throw std::invalid_argument("quantiles: at least one point is needed");
    const Quantile* before = nullptr;
    for (const auto& point : points_) {
        if (!(point.share >= 0 && point.share <= 1) || !std::isfinite(point.value))
            throw std::invalid_argument("quantiles: a share must be from 0 to 1, a value finite");
        if (before && (point.share < before->share || point.value < before->value))
            throw std::invalid_argument("quantiles: shares and values must not fall");
        before = &point;
    }
}

Quantiles Quantiles::normal(double mean, double deviation) {
    constexpr double cut = 2;
    constexpr int points = 40;
    std::vector<Quantile> table;
    const double least = share_below(-cut);
    for (int i = 0; i <= points; ++i) {
        const double normal = cut * (2.0 * i / points - 1);
        table.push_back({(share_below(normal) - least) / (1 - 2 * least), mean + deviation * normal});
    }
    table.front().share = 0;
    table.back().share = 1;
    return Quantiles{std::move(table)};
}

double Quantiles::at(double share) const {
    const auto above = std::ranges::lower_bound(points_, share, {}, &Quantile::share);
    if (above == points_.begin()) return points_.front().value;
    if (above == points_.end()) return points_.back().value;
    const auto& below = *(above - 1);
    const double part = (share - below.share) / (above->share - below.share);
    return below.value + part * (above->value - below.value);
}

CorrelatedDraws::CorrelatedDraws(Quantiles spread, double correlation, std::uint64_t seed)
    : spread_{std::move(spread)},
      correlation_{correlation},
      random_{seed},
      normal_{random_.normal()},
      value_{spread_.at(share_below(normal_))} {}

double CorrelatedDraws::at(std::int64_t step) {
    if (step <= step_ || spread_.constant()) return value_;
    const double news = std::sqrt(1 - correlation_ * correlation_);
    step_ = std::max(step_, step - longest_walk);
    for (; step_ < step; ++step_) normal_ = correlation_ * normal_ + news * random_.normal();
    return value_ = spread_.at(share_below(normal_));
}

}  // namespace transport

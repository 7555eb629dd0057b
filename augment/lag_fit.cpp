#include "augment/lag_fit.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

constexpr int most_rounds = 12;
constexpr double settled_s = 1e-4;
// Standard errors of the bound: Student's, for a beat has few harmonics, of which lag and gain take two away.
constexpr double chance = 3;

double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// `count` values from `start_s` on, a step apart; between two of the series' own by a straight line.
std::vector<double> resampled(const EvenSeries& series, double start_s, std::size_t count) {
    const double offset = (start_s - series.start_s) / lag_step_s;
    std::vector<double> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double at =
            std::clamp(offset + static_cast<double>(i), 0.0, static_cast<double>(series.values.size() - 2));
        const auto whole = static_cast<std::size_t>(at);
        const double part = at - static_cast<double>(whole);
        out[i] = (1 - part) * series.values[whole] + part * series.values[whole + 1];
    }
    return out;
}

double deviation(const std::vector<double>& values) {
    return std::sqrt(inner_product(values, values) / static_cast<double>(values.size()));
}

/// Back and forth once, by `least` at the least.
double turns(const std::vector<double>& values, double least) {
    double low = INFINITY, high = -INFINITY;
    int changes = 0, side = 0;
    for (const double value : values) {
        low = std::min(low, value);
        high = std::max(high, value);
        const int now = value - low > least && side <= 0 ? 1 : high - value > least && side >= 0 ? -1 : side;
        if (now == side) continue;
        changes += side != 0 ? 1 : 0;
        side = now;
        low = high = value;
    }
    return changes / 2.0;
}

}  // namespace

LagFit fit_lag(const EvenSeries& reference, const EvenSeries& second, double seconds) {
    const auto end = [](const EvenSeries& s) { return s.start_s + static_cast<double>(s.values.size()) * lag_step_s; };
    constexpr double margin_s = 4 * lag_step_s;
    const double from = std::max(second.start_s, reference.start_s + seconds) + margin_s;
    const double to = std::min(end(second), end(reference) + seconds) - margin_s;
    const auto count = static_cast<std::size_t>((to - from) / lag_step_s);
    LagFit fit{.seconds = seconds};
    std::vector<double> y, slope, rest;
    double gain = 0, step = lag_step_s;
    for (int round = 0; round < most_rounds && std::abs(step) > settled_s; ++round) {
        // Both within the same window with the same gaps, so that its ends do the same to both.
        const auto y_all = resampled(second, from, count), x_all = resampled(reference, from - fit.seconds, count);
        auto x = quick_part(x_all, y_all);
        y = quick_part(y_all, x_all);
        slope = rates_of(x);
        for (auto* series : {&x, &y, &slope})
            std::ranges::replace_if(
                *series, [](double v) { return std::isnan(v); }, 0.0);
        gain = inner_product(x, y) / inner_product(x, x);
        rest = y;
        for (std::size_t i = 0; i < count; ++i) rest[i] -= gain * x[i];
        step = -inner_product(rest, slope) / (gain * inner_product(slope, slope));
        fit.seconds += std::clamp(step, -lag_step_s, lag_step_s);
    }
    fit.overlap_s = lag_step_s * static_cast<double>(count - static_cast<std::size_t>(std::ranges::count(y, 0.0)));
    const double curvature = std::abs(inner_product(slope, rates_of(y)));
    double power = 0;
    int shifts = 0;
    const auto stride = std::max<std::size_t>(4, count / 2000);  // of the shifts; more tell no more
    for (std::size_t shift = 0; shift < count; shift += stride, ++shifts) {
        double along = 0;
        for (std::size_t i = 0; i < count; ++i)
            along += rest[i] * slope[i + shift < count ? i + shift : i + shift - count];
        power += along * along;
    }
    fit.bound_s = std::abs(step) <= settled_s ? chance * std::sqrt(power / shifts) / curvature : INFINITY;
    fit.opposed = gain < 0;
    fit.periods = turns(y, deviation(y));
    return fit;
}

}  // namespace augment

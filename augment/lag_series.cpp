#include "augment/lag_series.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

// Gaussians, the same for both motions, so that they move neither.
constexpr double smooth_s = 0.03;
constexpr double slow_s = 0.4;  // what is slower, as breathing, two devices seldom share in full
constexpr double gap_s = 0.35;  // between two samples: nothing is known in between
constexpr int drift_order = 3;
constexpr int most_rounds = 12;
constexpr double settled_s = 1e-4;
// Standard errors of the bound: Student's, for a beat has few harmonics, of which lag and gain take two away.
constexpr double chance = 3;

/// What is unknown stays so, and its neighbours do without it.
std::vector<double> smoothed(const std::vector<double>& values, double sigma_s) {
    const auto reach = static_cast<std::size_t>(3 * sigma_s / lag_step_s);
    std::vector<double> weights;  // by distance
    for (std::size_t i = 0; i <= reach; ++i)
        weights.push_back(std::exp(-0.5 * std::pow(static_cast<double>(i) * lag_step_s / sigma_s, 2)));
    auto out = values;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        double sum = 0, weight = 0;
        for (auto k = i - std::min(i, reach); k < std::min(values.size(), i + reach + 1); ++k) {
            if (std::isnan(values[k])) continue;
            const double w = weights[k < i ? i - k : k - i];
            sum += w * values[k];
            weight += w;
        }
        out[i] = sum / weight;
    }
    return out;
}

/// Takes away the best polynomial: Legendre's, which are all but orthogonal on an even grid.
void remove_drift(std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    for (int pass = 0; pass < 2; ++pass)
        for (int order = 0; order <= drift_order; ++order) {
            double along = 0, power = 0;
            const auto at = [&](std::size_t i) {
                const double x = (2 * static_cast<double>(i) + 1) / count - 1;
                return std::legendre(static_cast<unsigned>(order), x);
            };
            for (std::size_t i = 0; i < values.size(); ++i) {
                if (std::isnan(values[i])) continue;
                along += values[i] * at(i);
                power += at(i) * at(i);
            }
            for (std::size_t i = 0; i < values.size(); ++i) values[i] -= along / power * at(i);
        }
}

double inner_product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// At a sample, from the parabola through it and its neighbours.
double tangent(const Motion& motion, std::size_t i) {
    const auto &t = motion.seconds, &v = motion.values;
    const auto slope = [&](std::size_t k) { return (v[k + 1] - v[k]) / (t[k + 1] - t[k]); };
    if (i == 0) return slope(0);
    if (i + 1 == t.size()) return slope(i - 1);
    const double before = t[i] - t[i - 1], after = t[i + 1] - t[i];
    return (after * slope(i - 1) + before * slope(i)) / (before + after);
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

/// Without what is slow; `y` only says what else is unknown.
std::vector<double> quick_part(std::vector<double> x, const std::vector<double>& y) {
    for (std::size_t i = 0; i < x.size(); ++i)
        if (std::isnan(y[i])) x[i] = y[i];
    const auto slow = smoothed(x, slow_s);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= slow[i];
    return x;
}

std::vector<double> slopes_of(const std::vector<double>& values) {
    std::vector<double> out(values.size());
    for (std::size_t i = 1; i + 1 < values.size(); ++i) out[i] = (values[i + 1] - values[i - 1]) / (2 * lag_step_s);
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

bool moves(const Motion& motion) {
    const auto& v = motion.values;
    double middle = 0;
    for (const double value : v) middle += value / static_cast<double>(v.size());
    double power = 0, steps = 0, size = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
        power += std::pow(v[i] - middle, 2);
        size = std::max(size, std::abs(v[i]));
        if (i > 0) steps += std::pow(v[i] - v[i - 1], 2);
    }
    return std::sqrt(power / static_cast<double>(v.size())) > 1e-9 * std::max(size, 1e-300) &&
           steps < 1.5 * power;  // noise alone: 2
}

EvenSeries even_series(const Motion& motion) {
    const auto &t = motion.seconds, &v = motion.values;
    EvenSeries out{t.front(), {}};
    const auto count = static_cast<std::size_t>((t.back() - t.front()) / lag_step_s);
    std::size_t i = 0;  // the sample before
    for (std::size_t step = 0; step < count; ++step) {
        const double now = t.front() + static_cast<double>(step) * lag_step_s;
        while (i + 2 < t.size() && t[i + 1] <= now) ++i;
        const double wide = t[i + 1] - t[i], part = (now - t[i]) / wide;
        if (wide > gap_s) {
            out.values.push_back(std::nan(""));
            continue;
        }
        // Hermite's cubic: straight lines would lose too much of a beat at 10 Hz.
        const double from = wide * tangent(motion, i), to = wide * tangent(motion, i + 1);
        const double rise = v[i + 1] - v[i];
        out.values.push_back(v[i] + part * (from + part * (3 * rise - 2 * from - to + part * (from + to - 2 * rise))));
    }
    out.values = smoothed(out.values, smooth_s);
    remove_drift(out.values);
    return out;
}

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
        slope = slopes_of(x);
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
    const double curvature = std::abs(inner_product(slope, slopes_of(y)));
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

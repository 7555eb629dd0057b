#include "augment/lag_series.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

// Gaussians, the same for both motions, so that they move neither.
constexpr double smooth_s = 0.03;
constexpr double slow_s = 0.4;  // what is slower, as breathing, two devices seldom share in full
constexpr int drift_order = 3;

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

/// At a sample, from the parabola through it and its neighbours.
double tangent(const Motion& motion, std::size_t i) {
    const auto &t = motion.seconds, &v = motion.values;
    const auto slope = [&](std::size_t k) { return (v[k + 1] - v[k]) / (t[k + 1] - t[k]); };
    if (i == 0) return slope(0);
    if (i + 1 == t.size()) return slope(i - 1);
    const double before = t[i] - t[i - 1], after = t[i + 1] - t[i];
    return (after * slope(i - 1) + before * slope(i)) / (before + after);
}

/// Pictures over a network come in bunches, and a slope between two of a bunch would tell of noise alone.
Motion unbunched(const Motion& motion) {
    constexpr double bunch_s = 2 * lag_step_s;
    Motion out;
    for (std::size_t i = 0, next = 0; i < motion.seconds.size(); i = next) {
        double seconds = 0, value = 0;
        for (; next < motion.seconds.size() && motion.seconds[next] - motion.seconds[i] < bunch_s; ++next) {
            seconds += motion.seconds[next] - motion.seconds[i];
            value += motion.values[next];
        }
        const auto count = static_cast<double>(next - i);
        out.seconds.push_back(motion.seconds[i] + seconds / count);
        out.values.push_back(value / count);
    }
    return out;
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

EvenSeries even_series(const Motion& samples) {
    const auto motion = unbunched(samples);
    const auto &t = motion.seconds, &v = motion.values;
    EvenSeries out{t.front(), {}};
    const auto count = static_cast<std::size_t>((t.back() - t.front()) / lag_step_s);
    std::size_t i = 0;  // the sample before
    for (std::size_t step = 0; step < count; ++step) {
        const double now = t.front() + static_cast<double>(step) * lag_step_s;
        while (i + 2 < t.size() && t[i + 1] <= now) ++i;
        const double wide = t[i + 1] - t[i], part = (now - t[i]) / wide;
        if (wide > lag_gap_s) {
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

std::vector<double> quick_part(std::vector<double> x, const std::vector<double>& y) {
    for (std::size_t i = 0; i < x.size(); ++i)
        if (std::isnan(y[i])) x[i] = y[i];
    const auto slow = smoothed(x, slow_s);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= slow[i];
    return x;
}

std::vector<double> rates_of(const std::vector<double>& values) {
    std::vector<double> out(values.size());
    for (std::size_t i = 1; i + 1 < values.size(); ++i) out[i] = (values[i + 1] - values[i - 1]) / (2 * lag_step_s);
    return out;
}

}  // namespace augment

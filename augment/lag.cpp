#include "augment/lag.hpp"

#include "augment/lag_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace augment {

namespace {

constexpr double lobe_ends = 0.8;   // share of the peak below which its own lobe has ended
constexpr double told_apart = 1.5;  // so much more must another lag leave unexplained …
constexpr double as_good = 0.98;    // … and correlate no more than this share of the peak

/// A correlation for each lag, a step apart.
struct Correlogram {
    double first_s = 0;
    std::vector<double> values;  ///< -1 to 1; 0 where the overlap is too short
    [[nodiscard]] double lag(double i) const { return first_s + i * lag_step_s; }
};

/// Of what both know; 0 when that is less than `least`.
double correlation_of(const double* a, const double* b, std::size_t count, double least) {
    double n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (std::isnan(a[i]) || std::isnan(b[i])) continue;
        n += 1;
        sa += a[i];
        sb += b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
        ab += a[i] * b[i];
    }
    const double power = (aa - sa * sa / n) * (bb - sb * sb / n);
    return n >= least && power > 0 ? (ab - sa * sb / n) / std::sqrt(power) : 0;
}

Correlogram correlogram(const EvenSeries& a, const EvenSeries& b, const LagSearch& search,
                        const std::stop_token& stop) {
    const double apart = b.start_s - a.start_s;
    const auto first = static_cast<std::ptrdiff_t>(std::ceil((search.from_s - apart) / lag_step_s));
    const auto last = static_cast<std::ptrdiff_t>(std::floor((search.to_s - apart) / lag_step_s));
    const double least = search.least_overlap_s / lag_step_s;
    const auto na = static_cast<std::ptrdiff_t>(a.values.size()), nb = static_cast<std::ptrdiff_t>(b.values.size());
    Correlogram out{apart + static_cast<double>(first) * lag_step_s, {}};
    for (auto shift = first; shift <= last && !stop.stop_requested(); ++shift) {  // b[i + shift] beside a[i]
        const auto from = std::max<std::ptrdiff_t>(0, -shift), to = std::min(na, nb - shift);
        const auto count = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, to - from));
        out.values.push_back(count == 0
                                 ? 0
                                 : correlation_of(&a.values[static_cast<std::size_t>(from)],
                                                  &b.values[static_cast<std::size_t>(from + shift)], count, least));
    }
    return out;
}

/// The strongest other peak, outside of the lobe around `peak`: that one's flanks are none, however narrow the search.
double runner_up(const std::vector<double>& values, std::size_t peak) {
    const double ends = lobe_ends * std::abs(values[peak]);
    const double sign = values[peak] < 0 ? -1 : 1;
    auto from = peak, to = peak;
    while (from > 0 && sign * values[from] >= ends) --from;
    while (to + 1 < values.size() && sign * values[to] >= ends) ++to;
    double best = 0;
    for (std::size_t i = 1; i + 1 < values.size(); ++i) {
        const double here = std::abs(values[i]);
        if ((i <= from || i >= to) && here >= std::abs(values[i - 1]) && here >= std::abs(values[i + 1]))
            best = std::max(best, here);
    }
    return best;
}

std::string ms(double seconds) {
    return fmt::format("{:.0f} ms", seconds * 1e3);
}

LagAnswer refused(std::string why) {
    return {{}, std::move(why)};
}

/// Why nothing can be told from this motion; empty when something can.
std::string unfit(const Motion& motion, std::string_view whose, const LagSearch& search) {
    const auto& times = motion.seconds;
    const auto finite = [](double x) { return std::isfinite(x); };
    if (times.size() < 8 || times.size() != motion.values.size())
        return fmt::format("the {} motion has {} samples", whose, times.size());
    if (!std::ranges::all_of(times, finite) || !std::ranges::all_of(motion.values, finite))
        return fmt::format("a time or value of the {} motion is no number", whose);
    if (std::ranges::adjacent_find(times, std::greater_equal{}) != times.end())
        return fmt::format("the times of the {} motion do not ascend", whose);
    const double length = times.back() - times.front();
    if (length < search.least_overlap_s)
        return fmt::format("the {} motion lasts {:.1f} s, {:g} are needed", whose, length, search.least_overlap_s);
    if (length > lag_most_seconds)
        return fmt::format("the {} motion lasts {:.0f} s, {:g} are the most", whose, length, lag_most_seconds);
    double known = 0;
    for (std::size_t i = 1; i < times.size(); ++i)
        known += times[i] - times[i - 1] <= lag_gap_s ? times[i] - times[i - 1] : 0;
    if (known < search.least_overlap_s)
        return fmt::format(
            "samples of the {} motion lie over {:g} s apart: {:.1f} s without such gaps, {:g} are needed", whose,
            lag_gap_s, known, search.least_overlap_s);
    if (!moves(motion)) return fmt::format("nothing moves in the {} motion", whose);
    return {};
}

}  // namespace

LagAnswer find_lag(const Motion& reference, const Motion& second, const LagSearch& search,
                   const std::stop_token& stop) {
    for (const auto& why : {unfit(reference, "reference", search), unfit(second, "second", search)})
        if (!why.empty()) return refused(why);
    const auto a = even_series(reference), b = even_series(second);
    const auto correlations = correlogram(a, b, search, stop);
    if (stop.stop_requested()) return refused("stopped");
    const auto& values = correlations.values;
    const auto larger = [](double x, double y) { return std::abs(x) < std::abs(y); };
    const auto found = std::ranges::max_element(values, larger);
    if (found == values.end() || *found == 0)
        return refused(fmt::format("the two have less than {:g} s in common", search.least_overlap_s));
    const auto peak = static_cast<std::size_t>(found - values.begin());
    const double r = std::abs(*found);
    if (r < search.least_correlation)
        return refused(
            fmt::format("the two do not move alike: correlation {:.2f}, {:g} is needed", r, search.least_correlation));
    if (peak == 0 || peak + 1 == values.size() || values[peak - 1] == 0 || values[peak + 1] == 0)
        return refused(fmt::format("the correlation still rises at the end of the search, {}",
                                   ms(correlations.lag(static_cast<double>(peak)))));
    if (const double other = runner_up(values, peak);
        1 - other * other < told_apart * (1 - r * r) || other > as_good * r)
        return refused(
            fmt::format("two lags fit nearly as well (correlation {:.2f} and {:.2f}): search a narrower range, or let "
                        "the motion be less even",
                        r, other));

    Lag lag;
    lag.correlation = r;
    const auto fit = fit_lag(a, b, correlations.lag(static_cast<double>(peak)));
    lag.seconds = fit.seconds;
    lag.bound_s = fit.bound_s;
    lag.opposed = fit.opposed;
    lag.periods = fit.periods;
    lag.overlap_s = fit.overlap_s;
    if (!(lag.bound_s <= search.most_bound_s))
        return refused(fmt::format("too much of the two motions is not shared: the lag would be known to ± {} only",
                                   ms(lag.bound_s)));
    if (lag.periods < search.least_periods)
        return refused(
            fmt::format("{:g} periods of the motion were seen, {:g} are needed", lag.periods, search.least_periods));
    return {lag, {}};
}

}  // namespace augment

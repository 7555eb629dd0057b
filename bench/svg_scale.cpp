// Where values stand in a picture, and how many of them it takes.
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <numeric>

namespace bench {

namespace {

double to_scale(double value, double low, Scale::Kind kind) {
    return kind == Scale::Kind::linear ? value : std::log10(std::max(value, low));
}

}  // namespace

Scale::Scale(double low, double high, double from_px, double to_px, Kind kind)
    : low_{low}, high_{std::max(high, low + 1e-9)}, from_px_{from_px}, to_px_{to_px}, kind_{kind} {}

double Scale::at(double value) const {
    const double from = to_scale(low_, low_, kind_);
    const double to = to_scale(high_, low_, kind_);
    const double share = (to_scale(value, low_, kind_) - from) / (to - from);
    return from_px_ + std::clamp(share, 0.0, 1.0) * (to_px_ - from_px_);
}

std::vector<double> Scale::ticks(int about) const {
    std::vector<double> out;
    if (kind_ == Kind::logarithmic) {
        const bool crowded = std::log10(high_ / low_) * 3 > about * 1.5;
        for (double decade = std::pow(10, std::floor(std::log10(low_))); decade <= high_; decade *= 10)
            for (const double step : crowded ? std::vector<double>{1} : std::vector<double>{1, 2, 5})
                if (const double value = decade * step; value >= low_ * 0.999 && value <= high_ * 1.001)
                    out.push_back(value);
        return out;
    }
    const double rough = (high_ - low_) / about;
    const double decade = std::pow(10, std::floor(std::log10(rough)));
    const double step = decade * (rough / decade <= 1 ? 1 : rough / decade <= 2 ? 2 : rough / decade <= 5 ? 5 : 10);
    for (double value = std::ceil(low_ / step - 1e-9) * step; value <= high_ + step * 1e-9; value += step)
        out.push_back(std::abs(value) < step * 1e-6 ? 0 : value);
    return out;
}

void draw_columns(Svg& svg, const Scale& scale, double top, double bottom, int about) {
    for (const double tick : scale.ticks(about)) {
        svg.line({scale.at(tick), top}, {scale.at(tick), bottom}, "grid");
        svg.text({scale.at(tick), bottom + 16}, fmt::format("{:g}", tick), "tick", Anchor::middle);
    }
}

std::string path_through(const std::vector<SvgPoint>& points) {
    std::string out;
    for (const auto& point : points)
        fmt::format_to(std::back_inserter(out), "{}{:.1f},{:.1f}", out.empty() ? 'M' : 'L', point.x, point.y);
    return out;
}

std::string steps_through(const std::vector<SvgPoint>& points) {
    std::string out;
    for (const auto& point : points)
        if (out.empty())
            fmt::format_to(std::back_inserter(out), "M{:.1f},{:.1f}", point.x, point.y);
        else
            fmt::format_to(std::back_inserter(out), "H{:.1f}V{:.1f}", point.x, point.y);
    return out;
}

std::vector<SvgPoint> decimated(const std::vector<SvgPoint>& points, std::size_t most) {
    if (points.size() <= most || most < 4) return points;
    const std::size_t stretches = most / 2;
    std::vector<SvgPoint> out;
    for (std::size_t i = 0; i < stretches; ++i) {
        const auto from = points.begin() + static_cast<std::ptrdiff_t>(points.size() * i / stretches);
        const auto until = points.begin() + static_cast<std::ptrdiff_t>(points.size() * (i + 1) / stretches);
        auto [least, greatest] =
            std::minmax_element(from, until, [](const SvgPoint& a, const SvgPoint& b) { return a.y < b.y; });
        if (greatest < least) std::swap(least, greatest);
        out.push_back(*least);
        if (least != greatest) out.push_back(*greatest);
    }
    return out;
}

std::vector<double> moved_apart(const std::vector<double>& wanted, double apart, double low, double high) {
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return wanted[i]; });
    auto out = wanted;
    double next = low;
    for (const auto i : order) {
        out[i] = std::max(out[i], next);
        next = out[i] + apart;
    }
    next = high;
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
        out[*i] = std::min(out[*i], next);
        next = out[*i] - apart;
    }
    return out;
}

}  // namespace bench

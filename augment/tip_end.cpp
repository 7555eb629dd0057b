#include "augment/tip_end.hpp"

#include "augment/tip_picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace augment {

namespace {

constexpr int stations_behind = 7;
constexpr int stations_ahead = 4;
constexpr double station_apart = 1.5;  // cells
constexpr double round_end = 0.75;     // of the half width: there a round end is half as dark as the wire

struct Axis {
    Vec2 at, along, across;
    Axis(Vec2 origin, double angle)
        : at{origin}, along{std::cos(angle), std::sin(angle)}, across{-std::sin(angle), std::cos(angle)} {}
    [[nodiscard]] Vec2 operator()(double s, double n) const {
        return {at.x + s * along.x + n * across.x, at.y + s * along.y + n * across.y};
    }
};

/// Over the wire's width.
double wire_at(const Field& dark, const Axis& axis, double s, double half_width) {
    const float sum =
        sampled(dark, axis(s, 0)) + sampled(dark, axis(s, half_width / 2)) + sampled(dark, axis(s, -half_width / 2));
    return static_cast<double>(sum) / 3;
}

double side_of(double half_width) {
    return 2 * half_width + 1.5;
}

/// The wire over the darker of its two sides: no edge of anything broad.
double over_sides(const Field& dark, const Axis& axis, double s, double half_width) {
    const double side = side_of(half_width);
    return wire_at(dark, axis, s, half_width) -
           static_cast<double>(std::max(sampled(dark, axis(s, side)), sampled(dark, axis(s, -side))));
}

/// At half the wire's darkness over its surroundings, a little behind the end.
double half_width_of(const Field& dark, const WireEnd& end) {
    const Axis axis{end.at, end.angle};
    constexpr double apart = 0.25;
    constexpr int reach = 32;  // 8 cells
    std::array<double, 2 * reach + 1> sums{};
    const auto across = [&](int i) -> double& { return sums.at(static_cast<std::size_t>(i)); };
    for (int i = -reach; i <= reach; ++i)
        for (int station = 0; station < 5; ++station)
            across(i + reach) += static_cast<double>(sampled(dark, axis(-station_apart * station, apart * i)));
    int left = reach, right = reach;
    const double half = (across(reach) + *std::ranges::min_element(sums)) / 2;
    while (left > 0 && across(left) > half) --left;
    while (right < 2 * reach && across(right) > half) ++right;
    return std::clamp(apart * (right - left) / 2, 1.0, 6.0);
}

/// Mean and weakest station: a wire is dark all along.
double wire_behind(const Field& dark, const WireEnd& end) {
    const Axis axis{end.at, end.angle};
    double sum = 0, least = std::numeric_limits<double>::max();
    for (int i = 0; i < stations_behind; ++i) {
        const double here = over_sides(dark, axis, -station_apart * i, end.half_width);
        sum += here;
        least = std::min(least, here);
    }
    return 0.5 * (sum / stations_behind + least);
}

/// It goes on behind the stations, bent or not: no short piece between two gaps.
bool goes_on(const Field& dark, const WireEnd& end, double contrast) {
    const Axis axis{end.at, end.angle};
    constexpr double bend = 4;
    for (const double s : {-11.0, -13.0}) {
        const double side = side_of(end.half_width) + bend;
        float most = std::numeric_limits<float>::lowest();
        for (double n = -bend; n <= bend; n += 1) most = std::max(most, sampled(dark, axis(s, n)));
        const float around = std::max(sampled(dark, axis(s, side)), sampled(dark, axis(s, -side)));
        if (static_cast<double>(most - around) < 0.25 * contrast) return false;
    }
    return true;
}

struct Beyond {
    double mean = 0;
    double most = std::numeric_limits<double>::lowest();
};
Beyond beyond(const Field& dark, const WireEnd& end, int stations) {
    const Axis axis{end.at, end.angle};
    Beyond out;
    for (int i = 0; i < stations; ++i) {
        const double s = 1.5 * end.half_width + 1 + station_apart * i;
        const double side = std::max(6.0, side_of(end.half_width));
        const auto here = static_cast<double>(sampled(dark, axis(s, 0)) -
                                              0.5F * (sampled(dark, axis(s, side)) + sampled(dark, axis(s, -side))));
        out.mean += here / stations;
        out.most = std::max(out.most, here);
    }
    return out;
}

/// Across: onto the line through the middles of what is dark at some stations.
void put_on_wire(const Field& dark, WireEnd& end) {
    const Axis axis{end.at, end.angle};
    const double span = end.half_width + 2.5;
    double weights = 0, first = 0, second = 0, offset = 0, product = 0;
    for (int i = 0; i < stations_behind + 2; ++i) {
        const double s = -station_apart * i;
        const auto floor = static_cast<double>(std::max(sampled(dark, axis(s, span)), sampled(dark, axis(s, -span))));
        double sum = 0, moment = 0;
        for (double n = -span; n <= span; n += 0.5) {
            const double value = std::max(0.0, static_cast<double>(sampled(dark, axis(s, n))) - floor);
            sum += value;
            moment += n * value;
        }
        weights += sum;
        first += sum * s;
        second += sum * s * s;
        offset += moment;
        product += s * moment;
    }
    const double spread = weights * second - first * first;
    if (!(spread > 1e-9)) return;
    const double slope = std::clamp((weights * product - first * offset) / spread, -0.35, 0.35);
    end.at = axis(0, std::clamp((offset - slope * first) / weights, -3.0, 3.0));
    end.angle += std::atan(slope);
}

/// Along: to the steepest fall of the wire's darkness.
void put_at_end(const Field& dark, WireEnd& end) {
    const Axis axis{end.at, end.angle};
    constexpr double apart = 0.5;
    constexpr int window = 9, search = 9, reach = window + search + 1;
    const double side = side_of(end.half_width);
    std::array<double, 2 * reach + 1> values{};
    const auto profile = [&](int i) -> double& { return values.at(static_cast<std::size_t>(i)); };
    for (int i = -reach; i <= reach; ++i) {
        const double s = round_end * end.half_width + apart * i;
        profile(i + reach) = wire_at(dark, axis, s, end.half_width) -
                             0.5 * static_cast<double>(sampled(dark, axis(s, side)) + sampled(dark, axis(s, -side)));
    }
    const auto fall = [&](int i) {
        double sum = 0;
        for (int k = 1; k <= window; ++k) sum += profile(i + reach - k) - profile(i + reach + k);
        return sum;
    };
    int best = 0;
    double most = fall(0);
    for (int i = -search; i <= search; ++i)
        if (const double here = fall(i); here > most) {
            most = here;
            best = i;
        }
    const double before = fall(best - 1), after = fall(best + 1), bend = before - 2 * most + after;
    const double fine = bend < -1e-9 ? std::clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0;
    end.at = axis(apart * (best + fine), 0);
}

}  // namespace

double end_contrast(const Field& dark, const WireEnd& end) {
    return wire_behind(dark, end) - std::max(0.0, beyond(dark, end, stations_ahead).mean);
}

std::optional<WireEnd> end_near(const Field& dark, Vec2 click, double reach) {
    constexpr std::array widths{1.2, 2.2, 3.6};
    constexpr int directions = 24;
    constexpr double least_contrast = 3;  // grey levels
    const auto worth = [&](const WireEnd& end) {
        const double far = length(end.at - click) / reach;
        return wire_behind(dark, end) * (1 - 0.25 * far * far) - std::max(0.0, beyond(dark, end, 6).most);
    };
    std::optional<WireEnd> best;
    double best_worth = least_contrast;
    for (int turn = 0; turn < directions; ++turn) {
        WireEnd likely;
        double most = least_contrast;
        for (double dy = -reach; dy <= reach; dy += 1)
            for (double dx = -reach; dx <= reach; dx += 1)
                for (const double width : widths) {
                    if (std::hypot(dx, dy) > reach) continue;
                    const WireEnd end{click + Vec2{dx, dy}, turn * 2 * std::numbers::pi / directions, width, 0};
                    if (const double here = worth(end); here > most) {
                        most = here;
                        likely = end;
                    }
                }
        if (most <= least_contrast) continue;
        likely = end_fitted(dark, likely);
        likely.half_width = half_width_of(dark, likely);
        likely = end_fitted(dark, likely);
        const double here = worth(likely);
        if (here <= best_worth || likely.contrast < least_contrast || !goes_on(dark, likely, here)) continue;
        best_worth = here;
        best = likely;
    }
    return best;
}

WireEnd end_fitted(const Field& dark, WireEnd guess) {
    put_on_wire(dark, guess);
    put_at_end(dark, guess);
    guess.contrast = end_contrast(dark, guess);
    return guess;
}

}  // namespace augment

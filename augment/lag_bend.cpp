#include "augment/lag.hpp"
#include "augment/lag_series.hpp"

#include <cmath>
#include <numbers>

namespace augment {

double bend_s(const std::vector<double>& seconds, const std::vector<Vec3>& positions) {
    const double length = seconds.empty() ? 0 : seconds.back() - seconds.front();
    if (seconds.size() < 8 || !(length > 1 && length < lag_most_seconds)) return 0;
    const auto quick = [&](std::vector<double> values) {
        const auto even = even_series({seconds, std::move(values)}).values;
        return quick_part(even, even);
    };
    // What goes along with the main motion's speed, seen from beside, shifts it in time.
    const auto speed = rates_of(quick(principal_motion(positions)));
    double power = 0;
    for (const double v : speed) power += std::isnan(v) ? 0 : v * v;
    double beside = 0;  // seconds, squared
    for (const auto axis : {&Vec3::x, &Vec3::y, &Vec3::z}) {
        std::vector<double> values;
        for (const auto& at : positions) values.push_back(at.*axis);
        const auto way = quick(std::move(values));
        double along = 0;
        for (std::size_t i = 0; i < speed.size(); ++i)
            along += std::isnan(speed[i]) || std::isnan(way[i]) ? 0 : speed[i] * way[i];
        beside += power > 0 ? std::pow(along / power, 2) : 0;
    }
    return std::tan(std::numbers::pi / 6) * std::sqrt(beside);
}

}  // namespace augment

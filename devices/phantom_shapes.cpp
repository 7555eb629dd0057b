#include "devices/phantom_shapes.hpp"

#include <array>

namespace devices {

using augment::Mat3;
using augment::Vec3;

double length_without(const Stretch& whole, const std::vector<Stretch>& others) {
    double left = whole.length(), reached = whole.from;
    for (const auto& other : others) {
        const double from = std::max(other.from, reached), to = std::min(other.to, whole.to);
        if (to <= from) continue;
        left -= to - from;
        reached = to;
    }
    return left;
}

Ellipsoid Ellipsoid::of(Vec3 centre, const Mat3& axes, Vec3 half_axes) {
    auto to_unit = axes;
    const std::array half{half_axes.x, half_axes.y, half_axes.z};
    for (std::size_t row = 0; row < 3; ++row)
        for (auto& value : to_unit[row]) value /= half[row];
    return {centre, to_unit, (half_axes.x + half_axes.y + half_axes.z) / 3};
}

Stretch Drum::on(Vec3 origin, Vec3 direction) const {
    const auto from = origin - centre;
    const double ox = from.x / half_x, oy = from.y / half_y, dx = direction.x / half_x, dy = direction.y / half_y;
    const double a = dx * dx + dy * dy, b = ox * dx + oy * dy, square = b * b - a * (ox * ox + oy * oy - 1);
    if (square <= 0 || a <= 0) return {};
    Stretch stretch{(-b - std::sqrt(square)) / a, (-b + std::sqrt(square)) / a};
    if (std::abs(direction.z) > 1e-12) {
        const double low = (-half_z - from.z) / direction.z, high = (half_z - from.z) / direction.z;
        stretch = {std::max(stretch.from, std::min(low, high)), std::min(stretch.to, std::max(low, high))};
    } else if (std::abs(from.z) > half_z) {
        return {};
    }
    return stretch;
}

std::vector<Vec3> smooth_line(const std::vector<Vec3>& points, double step_mm) {
    std::vector<Vec3> line;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const auto &a = points[i == 0 ? 0 : i - 1], &b = points[i], &c = points[i + 1],
                   &d = points[std::min(i + 2, points.size() - 1)];
        const int steps = static_cast<int>(length(c - b) / step_mm) + 1;
        for (int step = 0; step < steps; ++step) {
            const double t = static_cast<double>(step) / steps, t2 = t * t, t3 = t2 * t;
            line.push_back(0.5 *
                           (2 * b + t * (c - a) + t2 * (2 * a - 5 * b + 4 * c - d) + t3 * (3 * b - a - 3 * c + d)));
        }
    }
    line.push_back(points.back());
    return line;
}

}  // namespace devices

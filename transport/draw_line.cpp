#include "transport/draw.hpp"
#include "transport/draw_blend.hpp"

#include <algorithm>
#include <cmath>

namespace transport {

namespace {

struct Point {
    double x = 0, y = 0;
};

// Square of the distance from a point to a segment: the root is only worth its time at the edge.
double distance_squared(Point p, Point a, Point b) {
    const double dx = b.x - a.x, dy = b.y - a.y;
    const double length2 = dx * dx + dy * dy;
    const double t = length2 > 0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
    const double away_x = p.x - a.x - t * dx, away_y = p.y - a.y - t * dy;
    return away_x * away_x + away_y * away_y;
}

struct Span {
    double from = 0, to = -1;
};

// Where a segment grown by `reach` can touch row `y`.
Span reached(Point a, Point b, double y, double reach) {
    if (a.y > b.y) std::swap(a, b);
    if (y < a.y - reach || y > b.y + reach) return {};
    double left = std::min(a.x, b.x), right = std::max(a.x, b.x);
    if (b.y - a.y > 2 * reach) {  // steep and long: only the piece beside this row
        const auto at = [&](double row) { return a.x + (b.x - a.x) * std::clamp((row - a.y) / (b.y - a.y), 0.0, 1.0); };
        const double one = at(y - reach), other = at(y + reach);
        left = std::min(one, other);
        right = std::max(one, other);
    }
    return {left - reach, right + reach};
}

// One plane of a thick segment; `scale` is the plane's subsampling.
void thick_line(Pixels& picture, int plane, std::uint8_t value, Point a, Point b, double radius) {
    const double scale = plane == 0 ? 1 : 2;
    const double reach = radius + scale;
    const double inside = radius - scale / 2, outside = radius + scale / 2;
    const auto cut = [](double at, int limit) {
        return static_cast<int>(std::clamp(at, 0.0, static_cast<double>(limit)));
    };
    const int top = cut((std::min(a.y, b.y) - reach) / scale, picture.plane_height(plane));
    const int bottom = cut((std::max(a.y, b.y) + reach) / scale + 1, picture.plane_height(plane));
    for (int row = top; row < bottom; ++row) {
        const double y = (row + 0.5) * scale - 0.5;
        const auto span = reached(a, b, y, reach);
        if (span.to < span.from) continue;
        const int from = cut(span.from / scale, picture.plane_width(plane));
        const int to = cut(span.to / scale + 1, picture.plane_width(plane));
        auto* samples = picture.row(plane, row);
        // Draws one sample of the edge; false in the core, which is one piece in every row.
        const auto edge = [&](int column) {
            const double away2 = distance_squared({(column + 0.5) * scale - 0.5, y}, a, b);
            if (inside > 0 && away2 <= inside * inside) return false;
            if (away2 < outside * outside)
                samples[column] = mixed(samples[column], value, alpha_of(0.5 - (std::sqrt(away2) - radius) / scale));
            return true;
        };
        int core_from = from, core_to = to;
        while (core_from < core_to && edge(core_from)) ++core_from;
        while (core_to > core_from && edge(core_to - 1)) --core_to;
        std::fill(samples + core_from, samples + core_to, value);
    }
}

}  // namespace

void line(Pixels& picture, double x0, double y0, double x1, double y1, Color color, double thickness) {
    // Beyond this every end is off every screen, and the arithmetic above would lose its digits.
    constexpr double far = 1e6;
    for (const double at : {x0, y0, x1, y1})
        if (!(std::abs(at) < far)) return;
    if (!(thickness > 0) || thickness > far) return;
    const std::array<std::uint8_t, 3> values{color.y, color.u, color.v};
    for (int plane = 0; plane < picture.plane_count(); ++plane)
        thick_line(picture, plane, values[static_cast<std::size_t>(plane)], {x0, y0}, {x1, y1}, thickness / 2);
}

void arrow(Pixels& picture, double x0, double y0, double x1, double y1, Color color, double thickness) {
    const double length = std::hypot(x1 - x0, y1 - y0);
    line(picture, x0, y0, x1, y1, color, thickness);
    if (!(length > 0)) return;
    const double head = std::min(6 * thickness, length * 0.6);
    constexpr double spread = 0.5;  // radians to each side
    const double angle = std::atan2(y0 - y1, x0 - x1);
    for (const double side : {-spread, spread})
        line(picture, x1, y1, x1 + head * std::cos(angle + side), y1 + head * std::sin(angle + side), color, thickness);
}

}  // namespace transport

#include "bench/camera_quads.hpp"

#include <algorithm>
#include <cmath>

namespace bench {

using namespace transport;

namespace {

/// Two linear equations with two unknowns: what a projection needs to bend a square into a quad.
struct Projection {
    double a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;

    explicit Projection(const std::array<CameraPoint, 4>& q) {
        const double dx1 = q[1].x - q[2].x;
        const double dx2 = q[3].x - q[2].x;
        const double dx3 = q[0].x - q[1].x + q[2].x - q[3].x;
        const double dy1 = q[1].y - q[2].y;
        const double dy2 = q[3].y - q[2].y;
        const double dy3 = q[0].y - q[1].y + q[2].y - q[3].y;
        const double determinant = dx1 * dy2 - dx2 * dy1;
        if (std::abs(determinant) > 1e-9) {
            g = (dx3 * dy2 - dx2 * dy3) / determinant;
            h = (dx1 * dy3 - dx3 * dy1) / determinant;
        }
        a = q[1].x - q[0].x + g * q[1].x;
        b = q[3].x - q[0].x + h * q[3].x;
        c = q[0].x;
        d = q[1].y - q[0].y + g * q[1].y;
        e = q[3].y - q[0].y + h * q[3].y;
        f = q[0].y;
    }
    [[nodiscard]] CameraPoint at(double u, double v) const {
        const double w = g * u + h * v + 1;
        return {(a * u + b * v + c) / w, (d * u + e * v + f) / w};
    }
};

/// Between pixels; outside, the nearest one inside.
double luma_at(const Pixels& picture, CameraPoint point) {
    const double x = std::clamp(point.x - 0.5, 0.0, picture.width - 1.001);
    const double y = std::clamp(point.y - 0.5, 0.0, picture.height - 1.001);
    const int left = static_cast<int>(x);
    const int top = static_cast<int>(y);
    const double right_share = x - left;
    const double lower_share = y - top;
    const auto* upper = picture.row(0, top) + left;
    const auto* lower = picture.row(0, top + 1) + left;
    return (1 - lower_share) * ((1 - right_share) * upper[0] + right_share * upper[1]) +
           lower_share * ((1 - right_share) * lower[0] + right_share * lower[1]);
}

bool mostly_inside(const Pixels& picture, const Quad& quad) {
    return picture.planes[0].data != nullptr && picture.width > 1 && picture.height > 1 &&
           std::ranges::all_of(quad.corners, [&](const CameraPoint& corner) {
               return std::isfinite(corner.x) && std::isfinite(corner.y) && corner.x > -2 && corner.y > -2 &&
                      corner.x < picture.width + 2 && corner.y < picture.height + 2;
           });
}

/// How well the blocks are told apart: five points of each, which lie on one side of the middle when the quad fits.
double contrast(const Pixels& picture, const Quad& quad, double middle) {
    constexpr std::array<std::array<double, 2>, 5> points{{{0.5, 0.5}, {0.2, 0.2}, {0.8, 0.2}, {0.2, 0.8}, {0.8, 0.8}}};
    const Projection projection{quad.corners};
    double total = 0;
    for (int row = 0; row < timecode_rows; ++row)
        for (int column = 0; column < timecode_columns; ++column) {
            double sum = 0;
            for (const auto& point : points)
                sum += luma_at(picture, projection.at((column + point[0]) / timecode_columns,
                                                      (row + point[1]) / timecode_rows)) -
                       middle;
            total += std::abs(sum);
        }
    return total;
}

double mean_luma(const Pixels& picture, const Quad& quad) {
    const Projection projection{quad.corners};
    double darkest = 255;
    double brightest = 0;
    for (int row = 0; row < timecode_rows; ++row)
        for (int column = 0; column < timecode_columns; ++column) {
            const double here =
                luma_at(picture, projection.at((column + 0.5) / timecode_columns, (row + 0.5) / timecode_rows));
            darkest = std::min(darkest, here);
            brightest = std::max(brightest, here);
        }
    return (darkest + brightest) / 2;
}

/// Through a strip of `block` x `block` samples a block.
template <int block>
std::optional<Timecode> read_sampled(const Pixels& picture, const Quad& where) {
    constexpr int width = timecode_columns * block;
    constexpr int height = timecode_rows * block;
    constexpr double least_range = 24;  // of 255: below it noise decides
    if (!mostly_inside(picture, where)) return std::nullopt;
    const Projection projection{where.corners};
    // The middle half of each block, for what lies at its edges is its neighbour's too.
    const auto sample = [&](int index, int blocks) {
        const double within = block == 1 ? 0.5 : 0.25 + 0.5 * (index % block + 0.5) / block;
        return (index / block + within) / blocks;
    };
    std::array<double, std::size_t{width} * height> values{};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            values[static_cast<std::size_t>(y * width + x)] =
                luma_at(picture, projection.at(sample(x, timecode_columns), sample(y, timecode_rows)));
    // A camera's black and white are not ours: stretched to them by what is nearly darkest and nearly brightest.
    auto sorted = values;
    const auto rank = [&](std::size_t which) {
        std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(which));
        return sorted[which];
    };
    const double dark = rank(sorted.size() / 20);
    const double bright = rank(sorted.size() - 1 - sorted.size() / 20);
    if (bright - dark < least_range) return std::nullopt;
    std::array<std::uint8_t, std::size_t{width} * height> grey{};
    std::ranges::transform(values, grey.begin(), [&](double value) {
        return static_cast<std::uint8_t>(std::clamp(16 + 219 * (value - dark) / (bright - dark), 0.0, 255.0));
    });
    Pixels strip;
    strip.format = PixelFormat::gray8;
    strip.width = width;
    strip.height = height;
    strip.planes[0] = {grey.data(), width};
    return read_timecode(strip, {0, 0, width, height});
}

}  // namespace

CameraPoint Quad::middle() const {
    return at(0.5, 0.5);
}
double Quad::top() const {
    return std::ranges::min_element(corners, {}, &CameraPoint::y)->y;
}
double Quad::bottom() const {
    return std::ranges::max_element(corners, {}, &CameraPoint::y)->y;
}
CameraPoint Quad::at(double across, double down) const {
    return Projection{corners}.at(across, down);
}

std::optional<Timecode> read_quad(const Pixels& picture, const Quad& where) {
    return read_sampled<2>(picture, where);
}

std::optional<Timecode> glance_at_quad(const Pixels& picture, const Quad& where) {
    return read_sampled<1>(picture, where);
}

Quad fitted_quad(const Pixels& picture, Quad rough) {
    const double middle = mean_luma(picture, rough);
    double best = contrast(picture, rough, middle);
    for (const double step : {1.0, 0.5, 0.25})
        for (bool better = true; better;) {
            better = false;
            for (std::size_t i = 0; i < 8; ++i)
                for (const double by : {-step, step}) {
                    auto tried = rough;
                    (i % 2 == 0 ? tried.corners[i / 2].x : tried.corners[i / 2].y) += by;
                    const double here = contrast(picture, tried, middle);
                    if (here <= best * 1.0001) continue;
                    best = here;
                    rough = tried;
                    better = true;
                }
        }
    return rough;
}

}  // namespace bench

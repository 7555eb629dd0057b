#include "bench/camera_quads.hpp"

#include "bench/camera_projection.hpp"

#include <algorithm>
#include <cmath>

namespace bench {

using namespace transport;

namespace {

bool mostly_inside(const Pixels& picture, const Quad& quad) {
    return picture.planes[0].data != nullptr && picture.width > 1 && picture.height > 1 &&
           std::ranges::all_of(quad.corners, [&](const CameraPoint& corner) {
               return std::isfinite(corner.x) && std::isfinite(corner.y) && corner.x > -2 && corner.y > -2 &&
                      corner.x < picture.width + 2 && corner.y < picture.height + 2;
           });
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
    return Projection{*this}.at(across, down);
}

/// Through a strip of 2 x 2 samples a block, from its middle half: what lies at its edges is its neighbour's too.
std::optional<Timecode> read_quad(const Pixels& picture, const Quad& where) {
    constexpr int width = timecode_columns * 2;
    constexpr int height = timecode_rows * 2;
    constexpr double least_range = 24;  // of 255: below it noise decides
    if (!mostly_inside(picture, where)) return std::nullopt;
    const Projection projection{where};
    const auto sample = [](int index, int blocks) {
        const int block = index / 2;
        return (block + 0.375 + 0.25 * (index % 2)) / blocks;
    };
    std::array<double, std::size_t{width} * height> values{};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto at = y * width + x;
            values[static_cast<std::size_t>(at)] =
                luma_at(picture, projection.at(sample(x, timecode_columns), sample(y, timecode_rows)));
        }
    // A camera's black and white are not ours: stretched to them by what is nearly darkest and nearly brightest. The
    // magic alone has 16 samples of each.
    constexpr std::size_t nearly = 8;
    auto sorted = values;
    const auto rank = [&](std::size_t which) {
        std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(which));
        return sorted[which];
    };
    const double dark = rank(nearly);
    const double bright = rank(sorted.size() - 1 - nearly);
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

}  // namespace bench

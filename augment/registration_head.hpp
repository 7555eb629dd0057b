// The radiograph that a probe head would make: what a picture is compared with. Pure, fast, without noise.
#pragma once

#include "augment/geometry.hpp"
#include "augment/probe_head.hpp"

#include <cstddef>
#include <vector>

namespace augment {

/// One channel, float, row by row.
struct Field {
    int width = 0;
    int height = 0;
    std::vector<float> values;

    Field() = default;
    Field(int columns, int rows)
        : width{columns}, height{rows}, values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}
    [[nodiscard]] float* row(int y) { return values.data() + static_cast<std::ptrdiff_t>(y) * width; }
    [[nodiscard]] const float* row(int y) const { return values.data() + static_cast<std::ptrdiff_t>(y) * width; }
};

/// Part of an X-ray picture, scaled down: which line of sight each of its pixels stands for. Frame C.
class Grid {
public:
    /// `image` scaled to 1 / `step`, of which `region` is kept.
    Grid(const DetectorImage& image, int step, const transport::Rect& region);
    /// Of a point of C in front of the source; in the region's pixels.
    [[nodiscard]] Vec2 project(Vec3 point) const;
    /// Pixels per unit of what the point moves by.
    [[nodiscard]] Vec2 velocity(Vec3 point, Vec3 speed) const {
        const double per = 1 / point.z;
        return kept_.per_slope *
               Vec2{per * (speed.x - point.x * per * speed.z), per * (speed.y - point.y * per * speed.z)};
    }
    /// x / z and y / z of what the pixel sees.
    [[nodiscard]] Vec2 slope(Vec2 pixel) const { return first_ + per_pixel_ * pixel; }
    [[nodiscard]] Mat2 slope_per_pixel() const { return per_pixel_; }
    [[nodiscard]] int step() const { return step_; }
    [[nodiscard]] const transport::Rect& region() const { return region_; }

private:
    int step_;
    transport::Rect region_;
    DetectorImage kept_;
    Mat2 per_pixel_;
    Vec2 first_;
};

/// Of the head and the first of the shaft: a shaft bends, so more of it is not to be trusted.
struct HeadExtent {
    Vec3 from{-6.5, -30, -11.5};
    Vec3 to{6.5, 18.5, 1.5};
};

/// Attenuation of the solids along each line of sight. One sample a pixel.
void radiograph(const std::vector<Solid>& solids, const Grid& grid, const Rigid& camera_from_head, Field& out);
/// Pixels of `image`, scaled to 1 / `step`, that the extent covers, and `margin_mm` around it; clipped to the picture.
[[nodiscard]] transport::Rect region_of(const HeadExtent& extent, const DetectorImage& image, int step,
                                        const Rigid& camera_from_head, double margin_mm);

}  // namespace augment

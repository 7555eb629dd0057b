// A strip as a camera sees it: where its points stand in the picture, and how bright the picture is there.
#pragma once

#include "bench/camera_quads.hpp"

namespace bench {

/// Bends the unit square into a quad: what a flat screen looks like from aside.
class Projection {
public:
    explicit Projection(const Quad& quad);
    [[nodiscard]] CameraPoint at(double across, double down) const {
        const double w = g_ * across + h_ * down + 1;
        return {(a_ * across + b_ * down + c_) / w, (d_ * across + e_ * down + f_) / w};
    }

private:
    double a_ = 0, b_ = 0, c_ = 0, d_ = 0, e_ = 0, f_ = 0, g_ = 0, h_ = 0;
};

/// Between pixels; outside, the nearest one inside. The picture is at least 2 x 2.
[[nodiscard]] double luma_at(const transport::Pixels& picture, CameraPoint point);

}  // namespace bench

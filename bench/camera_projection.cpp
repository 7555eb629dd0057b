#include "bench/camera_projection.hpp"

#include <algorithm>
#include <cmath>

namespace bench {

using namespace transport;

Projection::Projection(const Quad& quad) {
    const auto& q = quad.corners;
    const double dx1 = q[1].x - q[2].x;
    const double dx2 = q[3].x - q[2].x;
    const double dx3 = q[0].x - q[1].x + q[2].x - q[3].x;
    const double dy1 = q[1].y - q[2].y;
    const double dy2 = q[3].y - q[2].y;
    const double dy3 = q[0].y - q[1].y + q[2].y - q[3].y;
    const double determinant = dx1 * dy2 - dx2 * dy1;
    if (std::abs(determinant) > 1e-9) {
        g_ = (dx3 * dy2 - dx2 * dy3) / determinant;
        h_ = (dx1 * dy3 - dx3 * dy1) / determinant;
    }
    a_ = q[1].x - q[0].x + g_ * q[1].x;
    b_ = q[3].x - q[0].x + h_ * q[3].x;
    c_ = q[0].x;
    d_ = q[1].y - q[0].y + g_ * q[1].y;
    e_ = q[3].y - q[0].y + h_ * q[3].y;
    f_ = q[0].y;
}

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

}  // namespace bench

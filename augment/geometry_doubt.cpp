#include "augment/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

/// Of 95 %, χ² with two degrees of freedom and with one.
const double ellipse_95 = std::sqrt(5.991);
constexpr double interval_95 = 1.96;

/// Adds σ² to both of them.
Mat2 widened(Mat2 covariance, double variance) {
    covariance[0][0] += variance;
    covariance[1][1] += variance;
    return covariance;
}

}  // namespace

Matrix<3, 6> moved_by_step(Vec3 arm) {
    const auto turned = cross_matrix(arm);
    Matrix<3, 6> step;
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) {
            step[row][column] = row == column ? 1 : 0;
            step[row][column + 3] = -turned[row][column];
        }
    return step;
}

std::optional<Ellipse> doubt_of(const XrayCamera& camera, Vec3 point, const MarkerDoubt& doubt) {
    const auto at = camera.in_camera(point);
    if (!(at.z > 0)) return std::nullopt;
    const auto step = moved_by_step(at);
    const auto& rotation = camera.rotation();
    const auto in_camera = step * doubt.pose * transposed(step) + rotation * doubt.marker * transposed(rotation);
    const auto per_mm = camera.jacobian(point) * transposed(rotation);
    // Who moves at that speed in the picture's plane is so many pixels further per second.
    const double pixels_per_mm = std::sqrt(std::abs(determinant(camera.image().per_slope))) / at.z;
    const double motion_px = pixels_per_mm * doubt.speed_mm_per_s * doubt.time_s;
    const auto covariance = widened(per_mm * in_camera * transposed(per_mm),
                                    doubt.calibration_px * doubt.calibration_px + motion_px * motion_px);

    const double mean = (covariance[0][0] + covariance[1][1]) / 2;
    const double half = (covariance[0][0] - covariance[1][1]) / 2;
    const double both = covariance[0][1];
    const double spread = std::hypot(half, both);
    const auto beam = unit(at);
    const double motion_mm = doubt.speed_mm_per_s * doubt.time_s;
    return Ellipse{ellipse_95 * std::sqrt(std::max(0.0, mean + spread)),
                   ellipse_95 * std::sqrt(std::max(0.0, mean - spread)), std::atan2(both, half) / 2,
                   interval_95 * std::sqrt(std::max(0.0, dot(beam, in_camera * beam)) + motion_mm * motion_mm)};
}

double projected_error_mm(const XrayCamera& camera, Vec3 point, const Matrix<6, 6>& pose) {
    MarkerDoubt doubt;
    doubt.pose = pose;
    doubt.speed_mm_per_s = 0;
    const auto ellipse = doubt_of(camera, point, doubt);
    const double per_mm = std::sqrt(std::abs(determinant(camera.image().per_slope))) / camera.in_camera(point).z;
    return ellipse ? ellipse->longer_px / per_mm : 0;
}

}  // namespace augment

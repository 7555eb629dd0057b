// Small motions of a rigid body, and what is known of them. Pure.
#pragma once

#include "augment/linear.hpp"

#include <array>
#include <cstddef>
#include <optional>

namespace augment {

/// Of a body: its origin moves by `translation` (mm) and it turns about its origin by `rotation` (axis · radians).
struct Step {
    Vec3 translation;
    Vec3 rotation;
    [[nodiscard]] std::array<double, 6> values() const;
    [[nodiscard]] static Step of(const std::array<double, 6>& values);
};
using Mat6 = Matrix<6, 6>;

/// About the axis `rotation`, by its length in radians.
[[nodiscard]] Mat3 turn(Vec3 rotation);
/// The axis · angle of a rotation; the angle is at most π.
[[nodiscard]] Vec3 axis_of(const Mat3& rotation);

/// The body after the step; the step's axes are those of the frame that it stands in.
[[nodiscard]] Rigid moved(const Rigid& body, const Step& step);
/// moved(from, step_between(from, to)) is `to`.
[[nodiscard]] Step step_between(const Rigid& from, const Rigid& to);
[[nodiscard]] constexpr Step scaled(const Step& step, double factor) {
    return {factor * step.translation, factor * step.rotation};
}

/// Of steps whose axes are turned by `to_from`.
[[nodiscard]] Mat6 turned(const Mat6& covariance, const Mat3& to_from);
/// Of steps about the frame's origin instead of the body's, which stands at `body`: what MarkerDoubt wants.
[[nodiscard]] Mat6 about_frame(const Mat6& covariance, Vec3 body);
/// Nothing for what is not positive definite.
[[nodiscard]] std::optional<Mat6> inverse(const Mat6& matrix);
[[nodiscard]] std::array<double, 6> operator*(const Mat6& matrix, const std::array<double, 6>& vector);
/// squared distance of a step from nothing, in σ.
[[nodiscard]] double weighed(const Step& step, const Mat6& information);

}  // namespace augment

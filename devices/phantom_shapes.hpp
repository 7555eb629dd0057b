// Solids of the phantom, and how much of a line lies in them. mm; lines are origin + t · direction, and a stretch is
// one of t, so that a line may be moved into a solid's own frame together with its direction.
#pragma once

#include "augment/linear.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace devices {

struct Stretch {
    double from = 0;
    double to = 0;
    [[nodiscard]] bool empty() const { return !(from < to); }
    [[nodiscard]] double length() const { return std::max(0.0, to - from); }
};

/// What the line has in common with the first stretch and not with the others, which are sorted by where they begin.
[[nodiscard]] double length_without(const Stretch& whole, const std::vector<Stretch>& others);

/// A point in, a point out: linear · point + shift.
struct Affine {
    augment::Mat3 linear = augment::identity();
    augment::Vec3 shift{};
    augment::Vec3 operator()(augment::Vec3 point) const { return linear * point + shift; }
};
[[nodiscard]] inline Affine inverse(const Affine& map) {
    const auto back = augment::inverse(map.linear);
    return {back, -1.0 * (back * map.shift)};
}

struct Ellipsoid {
    augment::Vec3 centre;
    augment::Mat3 to_unit;  ///< from the centre: into a ball of radius 1
    double mean_mm = 1;     ///< of its half axes

    /// `axes`: unit vectors as rows.
    [[nodiscard]] static Ellipsoid of(augment::Vec3 centre, const augment::Mat3& axes, augment::Vec3 half_axes);
    [[nodiscard]] Stretch on(augment::Vec3 origin, augment::Vec3 direction) const {
        const auto o = to_unit * (origin - centre), d = to_unit * direction;
        const double a = dot(d, d), b = dot(o, d), square = b * b - a * (dot(o, o) - 1);
        if (square <= 0) return {};
        const double root = std::sqrt(square);
        return {(-b - root) / a, (-b + root) / a};
    }
    /// About how far the point is outside (below 0: inside), mm. Best near the surface.
    [[nodiscard]] double outside_mm(augment::Vec3 point) const {
        return (length(to_unit * (point - centre)) - 1) * mean_mm;
    }
    /// Direction out of it, of length 1.
    [[nodiscard]] augment::Vec3 outwards(augment::Vec3 point) const {
        return unit(augment::transposed(to_unit) * (to_unit * (point - centre)));
    }
};

/// An upright elliptic cylinder with flat ends.
struct Drum {
    augment::Vec3 centre;
    double half_x = 1;
    double half_y = 1;
    double half_z = 1;
    [[nodiscard]] Stretch on(augment::Vec3 origin, augment::Vec3 direction) const;
};

/// Smooth through the points (Catmull-Rom), about `step_mm` apart.
[[nodiscard]] std::vector<augment::Vec3> smooth_line(const std::vector<augment::Vec3>& points, double step_mm);

}  // namespace devices

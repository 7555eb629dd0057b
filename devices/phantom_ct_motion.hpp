// How beat and breath move the body that comes from a CT. The heart moves as PhantomHeart does, to the last digit, so
// that its landmarks are the truth's; around it the motion fades, and spine, ribs and skin stand still.
#pragma once

#include "devices/phantom_heart.hpp"

#include <array>
#include <cmath>

namespace devices {

class CtMotion {
public:
    explicit CtMotion(const HeartMoment& moment);

    /// What is there now lay there at rest. W. Invertible: nothing folds.
    [[nodiscard]] augment::Vec3 rest_from_world(augment::Vec3 point) const {
        take_back(point.x, point.y, point.z);
        return point;
    }
    /// The same, in place; written so that a row of floats becomes vectors.
    template <typename Number>
    void take_back(Number& x, Number& y, Number& z) const {
        // Lungs, diaphragm and heart breathe between spine, ribs and breastbone.
        const auto across = static_cast<Number>(1.0 / 75) * (x - 4), deep = static_cast<Number>(1.0 / 50) * (y + 18);
        const Number breathes = fading(across * across + deep * deep, static_cast<Number>(1.5));
        x -= breathes * static_cast<Number>(breath_.x);
        y -= breathes * static_cast<Number>(breath_.y);
        z -= breathes * static_cast<Number>(breath_.z);
        const auto row = [&](const std::array<double, 4>& of) {
            return static_cast<Number>(of[0]) * x + static_cast<Number>(of[1]) * y + static_cast<Number>(of[2]) * z +
                   static_cast<Number>(of[3]);
        };
        const Number a = row(unit_[0]), b = row(unit_[1]), c = row(unit_[2]);
        const Number beats = fading(a * a + b * b + c * c, static_cast<Number>(1.7));
        const Number to_x = row(beat_[0]), to_y = row(beat_[1]), to_z = row(beat_[2]);
        x += beats * to_x;
        y += beats * to_y;
        z += beats * to_z;
    }

private:
    using Rows = std::array<std::array<double, 4>, 3>;  ///< of an affine map

    /// 1 up to a distance of 1, 0 from `none` on; of the square of a distance. Without a branch: 0 to 1 is clamped by
    /// what two kinks leave of each other.
    template <typename Number>
    [[nodiscard]] static Number fading(Number square, Number none) {
        const Number at = (square - 1) / (none * none - 1);
        const Number t = static_cast<Number>(0.5) * (1 + std::abs(at) - std::abs(at - 1));
        return 1 - t * t * (3 - 2 * t);
    }

    augment::Vec3 breath_;
    Rows unit_{};  ///< the heart, all of which beats, into a ball of radius 1
    Rows beat_{};  ///< from a point that has breathed out, the way to where it rests
};

}  // namespace devices

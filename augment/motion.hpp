// What moves, as one number over time: out of a tracker's poses, or out of pictures.
#pragma once

#include "augment/linear.hpp"
#include "transport/frame.hpp"

#include <array>
#include <optional>
#include <vector>

namespace augment {

/// In any unit, at any times that ascend, of any clock.
struct Motion {
    std::vector<double> seconds;
    std::vector<double> values;
};

/// Along the direction in which positions spread most; its sign is chance. mm in, mm out.
[[nodiscard]] std::vector<double> principal_motion(const std::vector<Vec3>& positions);

/// A bright reflector that lies across an ultrasound picture, as the bottom of a water tank: the row at which the
/// straight line through it crosses the picture's middle column. Nothing when there is no such line.
[[nodiscard]] std::optional<double> reflector_row(const transport::Pixels& picture);

/// Column, row and 0 of the brightness' centre of gravity: one bright thing on black, however far it travels.
[[nodiscard]] Vec3 brightness_centre(const transport::Pixels& picture);

/// The motion that a loop's pictures share: each is made small, and how far it lies along the direction in which they
/// all spread most is its value. Anything that beats or breathes will do, if it moves by less
/// than its own size; sign and unit are chance.
class PictureMotion {
public:
    void add(const transport::Pixels& picture);
    [[nodiscard]] std::vector<double> values() const;
    /// How far the pictures spread along the next direction, squared, as a share of the first: near 1, chance decides
    /// which of the two is told, and a lag between two recordings with it.
    [[nodiscard]] double rival() const;

private:
    static constexpr int side = 32;
    std::vector<std::array<float, side * side>> small_;
};

}  // namespace augment

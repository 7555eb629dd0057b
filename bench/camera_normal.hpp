// What the pictures of a strip tell of a quad that is not quite right: the equations of its next step.
#pragma once

#include "bench/camera_align.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace bench {

inline constexpr std::size_t most_unknowns = 8;  // each corner's x and y
using QuadStep = std::array<double, most_unknowns>;

struct QuadNormal {
    std::array<QuadStep, most_unknowns> matrix{};
    QuadStep right{};
    double off = 0;  ///< sum of squares, luma
};

[[nodiscard]] std::size_t unknowns_of(Freedom freedom);
[[nodiscard]] Quad moved_quad(Quad quad, std::size_t unknown, double by, Freedom freedom);
[[nodiscard]] QuadNormal normal_at(std::span<const StripLook> looks, const Quad& quad, int columns, Freedom freedom);

}  // namespace bench

// Moves a quad to where the blocks of a strip stand: least squares between what a camera saw and what they should look
// like.
#pragma once

#include "bench/camera_quads.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace bench {

/// The strip's blocks row by row, 1 white, 0 black.
using StripBlocks = std::array<double, std::size_t{transport::timecode_columns} * transport::timecode_rows>;
[[nodiscard]] StripBlocks blocks_of(const transport::Timecode& code);

/// One picture of the strip. `picture` may be a part of the camera's, which begins there.
struct StripLook {
    transport::Pixels picture;
    CameraPoint origin;
    StripBlocks blocks{};
};

enum class Freedom {
    affine,      ///< moved, turned, stretched, sheared: a parallelogram stays one
    perspective  ///< each corner by itself
};

/// By the first `columns` blocks of each row alone. The quad must be off by less than half a block there.
[[nodiscard]] Quad aligned_quad(std::span<const StripLook> looks, Quad quad, int columns, Freedom freedom);

}  // namespace bench

// The echo over the base picture, row by row. Plain loops that the compiler turns into vector instructions.
#pragma once

#include "transport/frame.hpp"

#include <array>

namespace augment {

/// The echo as it lies over the canvas: three planes of the rectangle's size, black where there is none.
struct WarpedEcho {
    std::array<const std::uint8_t*, 3> planes{};
    std::array<int, 3> strides{};  ///< bytes
    bool grey = false;             ///< its chroma is neutral everywhere: planes 1 and 2 are not read
};

/// Blends in place. `where` lies inside the i420 canvas, on even coordinates; `opacity` in 128ths.
void blend(transport::Pixels& canvas, transport::Rect where, const WarpedEcho& echo, int opacity);

}  // namespace augment

// A picture made smaller, for a link that carries no more.
#pragma once

#include "transport/frame.hpp"
#include "transport/pool.hpp"

namespace transport {

/// To `quarters` quarters of its width and height, rounded to even numbers; any planar format.
[[nodiscard]] SharedPixels scaled(const SharedPixels& picture, int quarters, PixelPool& pool);
/// To that size.
[[nodiscard]] SharedPixels scaled_to(const SharedPixels& picture, int width, int height, PixelPool& pool);

}  // namespace transport

// Planar YUV as a window wants it.
#pragma once

#include "transport/frame.hpp"

#include <cstddef>
#include <cstdint>

namespace devices {

/// Writes the rectangle `where` of an i420 picture (full-range BT.601, even coordinates, inside it) as B, G, R, 255 to
/// where it lies in `out`, whose rows are `stride` bytes apart. Each chroma sample colours its four pixels. Off by at
/// most one level from exact arithmetic. With AVX2 where the processor has it, the same bits without.
void to_bgrx(const transport::Pixels& picture, const transport::Rect& where, std::uint8_t* out, std::ptrdiff_t stride);
/// For any processor.
void to_bgrx_portable(const transport::Pixels& picture, const transport::Rect& where, std::uint8_t* out,
                      std::ptrdiff_t stride);

}  // namespace devices

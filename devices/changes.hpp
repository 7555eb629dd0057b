// What differs between two pictures: a window need not be drawn where nothing has changed.
#pragma once

#include "transport/frame.hpp"

namespace devices {

inline constexpr int change_band = 16;    ///< rows that are looked at together
inline constexpr int change_column = 32;  ///< columns: where a change begins and ends is told in whole ones

/// The columns in which the rows [y, y + change_band) of two i420 pictures of the same size differ, as a rectangle of
/// those rows, no wider than the picture; empty where they are equal.
[[nodiscard]] transport::Rect changed(const transport::Pixels& before, const transport::Pixels& now, int y);

}  // namespace devices

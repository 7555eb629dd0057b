// The in-picture code: a strip of blocks that tells, from the pixels alone, which frame this is and from when.
#pragma once

#include "transport/frame.hpp"

#include <cstdint>
#include <optional>

namespace transport {

/// 32 x 4 blocks of 8 x 8 pixels: magic 8, stream 16, sequence 32, time 56, CRC-16 — most significant bit first.
inline constexpr int timecode_block = 8;
inline constexpr int timecode_columns = 32;
inline constexpr int timecode_rows = 4;
inline constexpr int timecode_width = timecode_columns * timecode_block;
inline constexpr int timecode_height = timecode_rows * timecode_block;

struct Timecode {
    StreamId stream = 0;
    std::uint32_t sequence = 0;
    std::int64_t time_us = 0;  ///< `captured`, on the capture node's clock; 56 bits
    bool operator==(const Timecode&) const = default;
};

/// The padded size of an image that carries the code: even, at least as wide as the strip, strip at the bottom.
[[nodiscard]] int padded_width(int image_width);
[[nodiscard]] int padded_height(int image_height);
/// Where the strip stands in a picture padded for an image of that height.
[[nodiscard]] Rect timecode_rect(int image_height);

/// Writes the code with its left top corner at (x, y), both multiples of 2. The strip must lie inside.
void write_timecode(Pixels& picture, int x, int y, const Timecode& code);
/// Reads a code from `where` (any scale of the strip's shape); nothing when magic or CRC disagree.
[[nodiscard]] std::optional<Timecode> read_timecode(const Pixels& picture, Rect where);

}  // namespace transport

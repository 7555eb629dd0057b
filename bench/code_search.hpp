// Where in a picture do the in-picture codes stand, when nobody says so? At any place and any scale that they survive.
#pragma once

#include "transport/frame.hpp"
#include "transport/timecode.hpp"

#include <vector>

namespace bench {

struct FoundCode {
    transport::Rect where;  ///< of the strip, to be handed to transport::read_timecode
    transport::Timecode code;
    bool operator==(const FoundCode&) const = default;
};

/// All strips whose code can be read, upright, with blocks of 3 pixels at least, width and height scaled alike or not
/// (up to 1:2), from top to bottom. Takes a few milliseconds for a whole screen.
[[nodiscard]] std::vector<FoundCode> find_codes(const transport::Pixels& picture);

/// Whether the first row of blocks begins here: what a search along a row of pixels finds, in pixels.
struct MagicRun {
    double left = 0;   ///< of the strip
    double block = 0;  ///< width of a block
};
/// Along one row of `width` luma values, brighter than `threshold` or not.
void find_magic(const std::uint8_t* row, int width, int threshold, std::vector<MagicRun>& found);

}  // namespace bench

// What must not leave the room: scanners burn names into their pixels.
#pragma once

#include "transport/frame.hpp"

#include <string>
#include <vector>

namespace devices {

struct Mask {
    std::vector<transport::Rect> keep;   ///< all that lies outside of these is black; empty: keeps everything
    std::vector<transport::Rect> black;  ///< black in any case

    [[nodiscard]] bool empty() const { return keep.empty() && black.empty(); }
    void apply(transport::Pixels& picture) const;
};

/// "x,y,width,height" in pixels of the source. Throws std::runtime_error naming the text.
[[nodiscard]] std::vector<transport::Rect> read_masks(const std::vector<std::string>& texts);

/// Pixels inside at least one of the rectangles, of a picture of that size.
[[nodiscard]] std::int64_t covered_area(const std::vector<transport::Rect>& rects, int width, int height);

}  // namespace devices

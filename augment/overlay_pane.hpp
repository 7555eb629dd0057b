// A pane of the canvas that shows the whole of one source's picture.
#pragma once

#include "augment/canvas_window.hpp"
#include "augment/overlay_pen.hpp"

namespace augment {

struct Pane {
    Pen pen;
    const transport::FrameHeader& source;
    [[nodiscard]] Vec2 at(Vec2 pixel) const { return scaled_to(pen.window, source, pixel); }
};

}  // namespace augment

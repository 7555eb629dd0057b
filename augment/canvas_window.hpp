// A part of a canvas as a picture of its own, so that nothing drawn can leave it.
#pragma once

#include "augment/linear.hpp"
#include "transport/frame.hpp"

namespace augment {

[[nodiscard]] inline bool lies_inside(const transport::Rect& rect, const transport::Pixels& canvas) {
    return !rect.empty() && rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= canvas.width &&
           rect.y + rect.height <= canvas.height;
}

/// `where`: on even coordinates, inside the canvas.
[[nodiscard]] inline transport::Pixels window_of(const transport::Pixels& canvas, const transport::Rect& where) {
    auto out = canvas;
    out.width = where.width;
    out.height = where.height;
    for (int plane = 0; plane < canvas.plane_count(); ++plane) {
        const int part = plane == 0 ? 1 : 2;
        out.planes[static_cast<std::size_t>(plane)].data = out.row(plane, where.y / part) + where.x / part;
    }
    return out;
}

/// A source's pixel in the window that shows the whole of it.
[[nodiscard]] inline Vec2 scaled_to(const transport::Pixels& window, const transport::FrameHeader& source, Vec2 pixel) {
    return {(pixel.x + 0.5) * window.width / source.width - 0.5, (pixel.y + 0.5) * window.height / source.height - 0.5};
}

/// Canvas pixel from a source's, homogeneous; `where` shows the whole of it.
[[nodiscard]] inline Mat3 canvas_from_source(const transport::Rect& where, const transport::FrameHeader& source) {
    const double x = static_cast<double>(where.width) / source.width,
                 y = static_cast<double>(where.height) / source.height;
    return rows_of({x, 0, where.x + 0.5 * x - 0.5}, {0, y, where.y + 0.5 * y - 0.5}, {0, 0, 1});
}

}  // namespace augment

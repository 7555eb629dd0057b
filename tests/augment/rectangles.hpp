// What the tests of the layouts ask of rectangles.
#pragma once

#include "transport/geometry.hpp"

namespace rectangles {

inline bool inside(const transport::Rect& inner, const transport::Rect& outer) {
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width &&
           inner.y + inner.height <= outer.y + outer.height;
}

}  // namespace rectangles

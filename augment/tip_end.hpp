// A wire's end: dark along one line up to a point, and not beyond it. Pure.
#pragma once

#include "augment/registration_head.hpp"

#include <optional>

namespace augment {

/// Cells.
struct WireEnd {
    Vec2 at;           ///< middle of the round end
    double angle = 0;  ///< where the wire would go on, from the columns' to the rows' direction
    double half_width = 0;
    double contrast = 0;  ///< grey levels: of the wire behind over both of its sides and what lies beyond the end
};

/// How much of an end is there, as `end` has it; 0 or less: none.
[[nodiscard]] double end_contrast(const Field& dark, const WireEnd& end);
/// The best end within `reach` of a click. Nothing where no wire ends.
[[nodiscard]] std::optional<WireEnd> end_near(const Field& dark, Vec2 click, double reach);
/// `guess` moved along and across the wire, and turned, to where the end really is; some cells at the most. The width
/// stays.
[[nodiscard]] WireEnd end_fitted(const Field& dark, WireEnd guess);

}  // namespace augment

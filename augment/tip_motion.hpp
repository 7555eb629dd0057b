// Where a change of C-arm, table or zoom carries what lies in the picture. Pure.
#pragma once

#include "augment/linear.hpp"
#include "transport/frame.hpp"

#include <optional>

namespace augment {

struct Carried {
    Vec2 at;              ///< pixel: of the point in the isocentre's plane
    double doubt_px = 0;  ///< because a heart's depth about that plane is not known
};
/// From one X-ray frame to another of the same size. Nothing when that cannot be told, or when the picture is scaled
/// or turned so much that nothing in it looks as before.
[[nodiscard]] std::optional<Carried> carried_by_c_arm(Vec2 pixel, const transport::FrameHeader& from,
                                                      const transport::FrameHeader& to);

}  // namespace augment

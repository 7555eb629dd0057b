// What geometry knows, drawn: where the echo and the probe stand in the X-ray, targets with their doubt, lengths, the
// catheter's tip and what of the echo may lie under it.
#pragma once

#include "augment/layout.hpp"
#include "augment/markers.hpp"
#include "augment/tip_tracker.hpp"

namespace augment {

/// In the X-ray's and in the echo's own pane of this plan, and never outside them. Solid while the probe is registered,
/// dashed when that ages, nothing when it is lost. Returns the part of the canvas that shows something which stands or
/// falls with the registration; empty without.
transport::Rect draw_geometry(transport::Pixels& canvas, const Plan& plan, const Paired& frames, const EchoPlace& place,
                              const Markers& markers, const std::optional<Tip>& tip = {});

}  // namespace augment

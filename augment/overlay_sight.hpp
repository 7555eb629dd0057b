// A place in the X-ray, clicked or followed, and the line in the echo on which it may lie.
#pragma once

#include "augment/markers.hpp"
#include "augment/overlay_pane.hpp"
#include "augment/tip_tracker.hpp"

namespace augment {

/// `echo`: null where this plan shows none. Its line is dashed while the pose or the X-ray ages; it goes when the X-ray
/// is gone.
void draw_sight(Pane& xray, Pane* echo, const Sight& sight, const EchoPlace& place);
/// A ring around the tip that leaves it to be seen, solid while it is tracked, dashed and faint while it coasts or the
/// image is held; in the margin when it was lost. A tip that moves has a line in the echo only while it is tracked in a
/// live X-ray.
void draw_tip(Pane& xray, Pane* echo, const Tip& tip, const EchoPlace& place);

}  // namespace augment

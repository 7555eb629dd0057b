// What of a picture is compared: how steeply it darkens, at one scale. Smooth tissue has next to none of it.
#pragma once

#include "augment/registration_head.hpp"
#include "transport/frame.hpp"

namespace augment {

/// Per pixel of a grid.
struct Slopes {
    Field x;
    Field y;
};
/// Derivatives of the field smoothed by a Gaussian, without what is still there after a wider one: bones and the
/// heart's border are broad, the head's metal is not. Both are σ. Wrong near the field's edge.
void slopes_of(const Field& field, double smooth_px, double background_px, Slopes& out);

/// Attenuation as the picture shows it: minus the logarithm of its luma, averaged over each pixel of the grid.
[[nodiscard]] Field seen(const transport::Pixels& xray, const Grid& grid);

}  // namespace augment

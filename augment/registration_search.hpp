// Looks for the head in a whole X-ray picture, with nothing known but how such a probe usually lies.
#pragma once

#include "augment/registration_refine.hpp"

#include <vector>

namespace augment {

/// How the head may lie. Angles in degrees.
struct SearchSettings {
    /// W from the head as it lies untilted. The default: tip towards the feet, the array towards the patient's front.
    Mat3 usual = columns_of({-1, 0, 0}, {0, 0, -1}, {0, -1, 0});
    double tilt = 30;  ///< the shaft's, to any side
    double roll = 60;  ///< about the shaft, to both sides
    double step = 12;
    int kept = 12;  ///< candidates that are looked at closely
};

/// Poses in frame C at which a rendered head resembles what is in the picture, best first. All of them lie at the
/// isocentre's depth. Takes some hundred milliseconds.
[[nodiscard]] std::vector<Rigid> candidates(const transport::Pixels& xray, const XrayCamera& camera,
                                            const std::vector<Solid>& head, const SearchSettings& settings);

}  // namespace augment

// The anatomy of an apical four-chamber view. The probe stands at (0, 0), z is depth, x the patient's left:
// centimetres.
#pragma once

#include <array>

namespace devices {

/// Echo power of the heart at the end of diastole; muscle is about 1.
[[nodiscard]] float echo_power(float x, float z);

/// Where the tissue that is now at (x, z) lies at the end of diastole, as a displacement. `squeeze` is contraction().
struct Displacement {
    float x, z;
};
[[nodiscard]] Displacement displacement(float x, float z, float squeeze);

/// A leaflet of a valve: hinge, bend and tip of a quadratic curve.
struct Leaflet {
    float hinge_x, hinge_z, bend_x, bend_z, tip_x, tip_z;
};
/// Mitral and tricuspid valve at that phase of the beat.
[[nodiscard]] std::array<Leaflet, 4> leaflets(float phase);

}  // namespace devices

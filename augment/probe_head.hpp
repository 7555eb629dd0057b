// The tip of a transoesophageal probe as X-ray sees it: solids and how much they absorb.
//
//   P  probe head, mm: x across, y along the shaft towards the tip, z out of the array's face; the origin is the
//   array's.
//      At multiplane 0 the ultrasound array's frame A is P.
#pragma once

#include "augment/linear.hpp"

#include <vector>

namespace augment {

/// A box when `radius` is 0, else a capsule from `from` to `to`.
struct Solid {
    Vec3 from;  ///< of a box: its lowest corner
    Vec3 to;    ///< of a box: its highest corner
    double radius_mm = 0;
    double per_mm = 0;  ///< linear attenuation that it adds to what encloses it
};

/// A head of 40 mm: housing, array and its metal backing, the rotor's gear, two contacts off the axis so that no turn
/// of it looks like another, the shaft's braid.
[[nodiscard]] inline std::vector<Solid> probe_head() {
    return {
        {{0, -22, -5}, {0, 12, -5}, 6.5, 0.015},           // housing, plastic
        {{-5, -5.5, -2.2}, {5, 5.5, -0.2}, 0, 0.16},       // array
        {{-4, -4, -7}, {4, 4, -3.2}, 0, 0.10},             // backing and rotor
        {{-3, -14, -5}, {3, -11, -5}, 1.6, 0.22},          // gear, across
        {{2.5, -21, -7.5}, {2.5, -16, -7.5}, 1.1, 0.25},   // contact
        {{-3.2, 9.5, -6}, {-1.2, 11.5, -4.5}, 0.9, 0.25},  // contact, other side
        {{0, -70, -5}, {0, -24, -5}, 4.2, 0.05},           // shaft, braided
    };
}

/// Length of the line origin + t · direction (of length 1) inside the solid, mm. Both in P.
[[nodiscard]] double chord_mm(const Solid& solid, Vec3 origin, Vec3 direction);

}  // namespace augment

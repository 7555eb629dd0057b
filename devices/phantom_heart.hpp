// The phantom's heart: chambers, valves, beads and a catheter, at rest (end of diastole, breathed out) and as beat and
// breath carry them.
//
//   rest    W (mm) as the heart is at the end of diastole
//   heart   mm from the middle of the mitral annulus: x and y in its plane, z towards the apex
#pragma once

#include "devices/phantom_shapes.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace devices {

/// Six tantalum beads on the mitral annulus, one on the aortic valve, one in the apex.
inline constexpr std::size_t phantom_landmarks = 8;
[[nodiscard]] std::string_view phantom_landmark_name(std::size_t landmark);

/// What moves the heart. Everything else of it follows.
struct HeartMoment {
    double phase = 0;   ///< of the beat, 0..1, 0 at the R wave
    double breath = 0;  ///< 0 breathed out … 1 breathed in
};

struct PhantomHeart {
    explicit PhantomHeart(const HeartMoment& moment);

    Affine world_from_rest;
    Affine rest_from_world;
    // At rest; what the beat does beyond `world_from_rest` is in them.
    Ellipsoid left_ventricle;  ///< muscle included
    Ellipsoid left_cavity;
    Ellipsoid left_atrium;
    Ellipsoid right_ventricle;  ///< wall included
    Ellipsoid right_atrium;
    Ellipsoid aorta;
    std::array<Ellipsoid, 2> papillary;
    Ellipsoid sac;  ///< around all of it: the heart's silhouette in the lungs

    std::array<augment::Vec3, phantom_landmarks> landmarks;  ///< W
    std::vector<augment::Vec3> catheter;                     ///< W, a millimetre apart; the last is the tip
    double valve_open = 0;                                   ///< mitral, 0..1
    double leak = 0;                                         ///< of the mitral valve, in systole, 0..1

    [[nodiscard]] static augment::Vec3 heart_from_rest(augment::Vec3 point);
    [[nodiscard]] static augment::Vec3 direction_at_rest(augment::Vec3 in_heart);
    /// Of blood through the mitral valve, along the heart's axis: above 0 into the ventricle, below 0 where the valve
    /// leaks; 1 is the fastest. `point` in heart.
    [[nodiscard]] double mitral_flow(augment::Vec3 point) const;
    /// Distance to the nearer mitral leaflet, mm; `point` in heart. Large away from the valve.
    [[nodiscard]] double to_leaflet_mm(augment::Vec3 point) const;
};

/// How far breathing carries the diaphragm and the heart, W.
[[nodiscard]] inline augment::Vec3 heart_breath(double breath) {
    return breath * augment::Vec3{0, -1.5, -12};
}

}  // namespace devices

// What surrounds the phantom's heart: body, lungs, diaphragm, bones, vessels of the lungs. W, mm; attenuation per mm,
// as a fluoroscope's 80 kV beam has it after the body hardened it and its scatter filled the shadows.
#pragma once

#include "devices/phantom_shapes.hpp"

#include <array>
#include <vector>

namespace devices {

inline constexpr double tissue_per_mm = 0.0105;
inline constexpr double heart_per_mm = 0.0014;  ///< what muscle and blood add to it
inline constexpr double air_per_mm = -0.0092;   ///< what a lung takes away from the tissue that stood there

/// Round, of the same thickness along its line.
struct Tube {
    std::vector<augment::Vec3> line;
    double radius_mm = 1;
    double per_mm = 0;  ///< added to what is there
};
struct Vertebra {
    Drum body;
    double per_mm = 0;
};

struct PhantomChest {
    PhantomChest();

    Ellipsoid body;
    std::array<Ellipsoid, 2> lungs;
    std::array<Ellipsoid, 3>
        mediastinum;          ///< great vessels above the heart, aorta before the spine, the spine's muscles
    std::vector<Tube> tubes;  ///< ribs, processes of the spine, vessels
    std::vector<Vertebra> spine;
};

/// The domes of the diaphragm, right and left, at that moment of the breath.
[[nodiscard]] std::array<Ellipsoid, 2> diaphragm(double breath);

}  // namespace devices

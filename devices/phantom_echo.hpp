// The phantom's echo: the plane of the array through the heart, at the same instant that the C-arm sees.
#pragma once

#include "augment/geometry.hpp"
#include "devices/phantom_ct.hpp"
#include "devices/phantom_film.hpp"
#include "devices/phantom_truth.hpp"

#include <cstdint>
#include <memory>

namespace devices {

struct Echocardiography {
    int width = 800;
    int height = 600;
    bool flow = false;     ///< colour Doppler of the mitral valve, which leaks
    bool tracked = false;  ///< frames tell the array's pose, as a tracker would
    std::uint32_t seed = 1;
    PhantomScene scene;
    std::shared_ptr<const PhantomCt> ct = nullptr;  ///< the body, instead of closed forms; no flow in it
};

/// `count` i420 frames, spread evenly over the loop. Deterministic.
[[nodiscard]] PhantomFilm draw_phantom_echo(const Echocardiography& wishes, int count);

}  // namespace devices

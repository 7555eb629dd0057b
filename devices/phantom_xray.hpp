// The phantom's fluoroscopy: a loop of the detector's readings through the recursive filter, as it is shown.
#pragma once

#include "devices/phantom_film.hpp"
#include "devices/phantom_fluoroscope.hpp"

namespace devices {

/// `count` gray8 frames, spread evenly over the loop. Deterministic.
[[nodiscard]] PhantomFilm draw_phantom_xray(const Fluoroscopy& wishes, int count);

}  // namespace devices

// What stands still in the synthetic X-ray: spine, ribs, lungs, great vessels, the collimator.
#pragma once

#include "devices/synthetic_texture.hpp"

namespace devices {

/// The chest is drawn on a field of 512 x 512 and stretched to the size asked for.
inline constexpr float chest_field = 512;

/// Attenuation: the ray keeps exp(-value).
[[nodiscard]] Texture still_chest(int width, int height);

}  // namespace devices

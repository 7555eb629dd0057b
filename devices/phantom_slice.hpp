// What one plane of the array meets in the phantom: echo power along each of its beams.
#pragma once

#include "devices/echo_screen.hpp"
#include "devices/phantom_ct_echo.hpp"
#include "devices/phantom_truth.hpp"
#include "devices/synthetic_texture.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace devices {

/// What gives echo and does not depend on the frame. `seed` chooses the speckle.
struct PhantomTissue {
    /// `volume`: the body, instead of closed forms; null: none.
    explicit PhantomTissue(std::uint32_t seed, const PhantomCt* volume = nullptr);
    Texture speckle;  ///< along a beam x across beams, mean 1
    Texture blood;
    Texture noise;
    Texture patches;  ///< tissue is not the same everywhere; factor
    std::optional<CtTissue> ct;
};

inline constexpr EchoFan phantom_fan{14, 0.7854F, 192, 448};

/// Grey values, a row per beam. `frame` chooses the receiver's noise; `loop` is the time within the loop, 0..1.
[[nodiscard]] std::vector<std::uint8_t> scan_phantom(const PhantomTissue& tissue, const PhantomTruth& truth, int frame,
                                                     double loop);
/// Colour Doppler of the mitral valve, as EchoScreen takes it.
[[nodiscard]] std::vector<std::int16_t> scan_phantom_flow(const PhantomTissue& tissue, const PhantomTruth& truth,
                                                          int frame);

}  // namespace devices

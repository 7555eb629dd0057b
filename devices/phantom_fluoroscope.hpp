// The phantom as a fluoroscope's detector sees it: straight lines through closed forms, Beer and Lambert's law, blur,
// quantum noise.
#pragma once

#include "devices/phantom_chest.hpp"
#include "devices/phantom_ct_shadow.hpp"
#include "devices/phantom_truth.hpp"
#include "devices/synthetic_texture.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace devices {

struct Fluoroscopy {
    int width = 512;
    int height = 512;
    double quanta_per_mm2 = 15'000;  ///< a frame, at the detector, in the open beam; 0: no noise
    double lag = 0.2;                ///< share of the frame before that stays, 0 … below 1
    std::uint32_t seed = 1;
    PhantomScene scene;
    std::shared_ptr<const PhantomCt> ct = nullptr;  ///< the body, instead of closed forms
};

/// What is drawn; tests look at one thing alone.
struct PhantomParts {
    bool body = true;
    bool probe = true;
    bool catheter = true;
    bool landmarks = true;
};

/// Thread safe: frames may be drawn in any order.
class PhantomFluoroscope {
public:
    explicit PhantomFluoroscope(const Fluoroscopy& wishes);
    /// Along the line to each pixel: the beam keeps exp(-value).
    [[nodiscard]] Texture attenuation(const PhantomTruth& truth, const PhantomParts& parts = {}) const;
    /// What the detector reads in that frame; 1 in the open beam.
    [[nodiscard]] Texture expose(const PhantomTruth& truth, std::uint32_t frame) const;
    /// Variance that quantum noise adds to a reading.
    [[nodiscard]] double noise_variance(double reading) const;
    /// As it is shown, 0 … 255: much absorbed is dark, and in the middle a step of attenuation is the same step of
    /// grey.
    [[nodiscard]] static double grey(double reading);

private:
    void draw_soft(Texture& sum, const PhantomTruth& truth) const;
    void draw_moving_bones(Texture& sum, const PhantomTruth& truth) const;
    void draw_bones(Texture& sum, const augment::XrayCamera& camera) const;

    Fluoroscopy wishes_;
    PhantomChest chest_;
    std::optional<CtShadow> ct_;
    Texture still_;  ///< the blades, and the bones in closed form while the C-arm stands still
};

}  // namespace devices

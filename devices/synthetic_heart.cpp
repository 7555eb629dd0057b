#include "devices/synthetic_heart.hpp"

#include "devices/synthetic_texture.hpp"

#include <cmath>

namespace devices {

float contraction(float phase) {
    const float filled = 0.74F * smooth_step(0.40F, 0.60F, phase) + 0.26F * smooth_step(0.84F, 0.99F, phase);
    return smooth_step(0.02F, 0.36F, phase) * (1 - filled);
}

float filling(float phase) {
    const float early = smooth_step(0.39F, 0.46F, phase) * (1 - 0.55F * smooth_step(0.53F, 0.68F, phase));
    const float kick = 0.5F * smooth_step(0.82F, 0.89F, phase);
    return (early + kick) * (1 - smooth_step(0.93F, 1.0F, phase));
}

float electrocardiogram(float phase) {
    const auto wave = [phase](float at, float width, float height) {
        float distance = phase - at;
        distance -= std::round(distance);
        return height * std::exp(-0.5F * distance * distance / (width * width));
    };
    return wave(0.835F, 0.022F, 0.13F) + wave(-0.022F, 0.008F, -0.14F) + wave(0, 0.009F, 1.0F) +
           wave(0.024F, 0.009F, -0.24F) + wave(0.29F, 0.038F, 0.26F);
}

}  // namespace devices

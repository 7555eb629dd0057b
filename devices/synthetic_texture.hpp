// Deterministic noise and smooth sampling for the synthetic pictures.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace devices {

/// A picture of floats.
struct Texture {
    int width = 0;
    int height = 0;
    std::vector<float> values;

    Texture(int columns, int rows, float value = 0);
    [[nodiscard]] float& at(int x, int y) { return values[index(x, y)]; }
    [[nodiscard]] float at(int x, int y) const { return values[index(x, y)]; }
    /// Bilinear; the edge's value outside.
    [[nodiscard]] float sample(float x, float y) const;
    /// Bilinear; the texture repeats. Sizes must be powers of two.
    [[nodiscard]] float sample_tiled(float x, float y) const;
    /// Gaussian blur in place, sigmas in pixels; `tiled` lets it run over the edges.
    void blur(float sigma_x, float sigma_y, bool tiled = false);

private:
    [[nodiscard]] std::size_t index(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    }
};

/// Standard normal values, the same for the same seed on every machine.
[[nodiscard]] Texture normal_noise(int width, int height, std::uint32_t seed);
/// Fully developed speckle, mean power 1: what an ultrasound scanner sees of many small scatterers. Tiled.
[[nodiscard]] Texture speckle_power(int width, int height, float sigma_x, float sigma_y, std::uint32_t seed);

/// 0 below `from`, 1 above `to` (or the other way round), smooth between.
[[nodiscard]] float smooth_step(float from, float to, float value);
/// log2, to a hundredth: exponent and a parabola through the mantissa.
[[nodiscard]] inline float quick_log2(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto mantissa = std::bit_cast<float>((bits & 0x007FFFFFU) | 0x3F800000U);
    return static_cast<float>(static_cast<int>(bits >> 23) - 128) + ((-1.0F / 3) * mantissa + 2) * mantissa - 2.0F / 3 +
           1;
}
/// Gaussian of height 1.
[[nodiscard]] inline float bell(float distance, float width) {
    return std::exp(-0.5F * distance * distance / (width * width));
}

}  // namespace devices

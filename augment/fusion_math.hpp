// The formulas of one pixel, the same for the CPU, the GPU and the test that compares them. Integers that fit 16 bits.
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define SCIALYTIC_ANYWHERE __host__ __device__
#else
#define SCIALYTIC_ANYWHERE
#endif

namespace augment {

inline constexpr int whole_alpha = 128;  ///< 16 bits hold a difference of two bytes times this
inline constexpr int black_below = 16;   ///< echo background, codec noise included: transparent
inline constexpr int ramp = 64;          ///< levels from transparent to the chosen opacity
inline constexpr int grey_below = 10;    ///< |u - 128| + |v - 128| of what codecs make of grey

/// Opacity 0..1 in 128ths.
SCIALYTIC_ANYWHERE constexpr int opacity_steps(double opacity) {
    return opacity >= 1 ? whole_alpha : opacity > 0 ? (static_cast<int>(opacity * (2 * whole_alpha)) + 1) / 2 : 0;
}

/// What a pixel's colour adds to its luma: dark blue flow must show as well as bright tissue. 0..255.
SCIALYTIC_ANYWHERE constexpr std::int16_t tint(std::uint8_t u, std::uint8_t v) {
    const auto du = static_cast<std::int16_t>(u < 128 ? 128 - u : u - 128);
    const auto dv = static_cast<std::int16_t>(v < 128 ? 128 - v : v - 128);
    const auto colour = static_cast<std::int16_t>(du + dv - grey_below);
    const auto doubled = static_cast<std::int16_t>(2 * (colour < 0 ? 0 : colour));
    return static_cast<std::int16_t>(doubled > 255 ? 255 : doubled);
}

/// Share of the echo in 128ths: a smoothstep from transparent black to `opacity` where the echo shows something.
SCIALYTIC_ANYWHERE constexpr std::int16_t alpha(std::uint8_t luma, std::int16_t tint, std::int16_t opacity) {
    const auto strength = static_cast<std::int16_t>(luma + tint - black_below);
    const auto above = static_cast<std::int16_t>(strength < 0 ? 0 : strength);
    const auto t = static_cast<std::uint16_t>((above > ramp ? ramp : above) / 2);                      // 0..32
    const auto smooth = static_cast<std::uint16_t>(static_cast<std::uint16_t>(t * t) * (96 - 2 * t));  // 0..32768
    return static_cast<std::int16_t>(((smooth >> 8) * opacity + 64) >> 7);
}

/// Alpha of a chroma sample: the mean of its four luma pixels'.
SCIALYTIC_ANYWHERE constexpr std::int16_t mean_alpha(int a, int b, int c, int d) {
    return static_cast<std::int16_t>((a + b + c + d + 2) >> 2);
}

SCIALYTIC_ANYWHERE constexpr std::uint8_t mix(std::uint8_t base, std::uint8_t echo, std::int16_t alpha) {
    const auto product = static_cast<std::int16_t>(static_cast<std::int16_t>(echo - base) * alpha);
    return static_cast<std::uint8_t>(base + (static_cast<std::int16_t>(product + 64) >> 7));
}

/// How often a source is halved (2x2 means) before it is sampled bilinearly at that scale: bilinear samples further
/// apart than this skip pixels, and speckle turns into glitter.
SCIALYTIC_ANYWHERE constexpr int halvings(double scale) {
    int count = 0;
    while (scale < 0.6 && count < 4) {
        scale *= 2;
        ++count;
    }
    return count;
}

/// Where the centre of a sample stands after that many halvings.
SCIALYTIC_ANYWHERE constexpr double halved(double position, int count) {
    return (position + 0.5) / static_cast<double>(1 << count) - 0.5;
}

}  // namespace augment

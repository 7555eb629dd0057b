// The formulas of one pixel, the same for the CPU, the GPU and the test that compares them. Integers that fit 16 bits.
#pragma once

#include <cstdint>
#include <type_traits>

#ifdef __CUDACC__
#define SCIALYTIC_ANYWHERE __host__ __device__
#else
#define SCIALYTIC_ANYWHERE
#endif
#ifdef __CUDA_ARCH__
#define SCIALYTIC_UNROLL _Pragma("unroll")
#else
#define SCIALYTIC_UNROLL
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

/// How the echo is laid over the X-ray.
struct Mixing {
    int opacity = 0;           ///< in 128ths
    bool colour_only = false;  ///< grey tissue stays transparent
    int hue_u = 0;             ///< chroma that grey tissue gets, in 128ths of its luma; both 0: what the echo has
    int hue_v = 0;
    bool operator==(const Mixing&) const = default;
};

// A lane is what the arithmetic runs in: 16 bits in a vector of the CPU, a whole register of the GPU.

/// What a pixel's colour adds to its luma: dark blue flow must show as well as bright tissue. 0..255.
template <typename Lane = std::int16_t>
SCIALYTIC_ANYWHERE constexpr Lane tint(std::uint8_t u, std::uint8_t v) {
    const auto du = static_cast<Lane>(u < 128 ? 128 - u : u - 128);
    const auto dv = static_cast<Lane>(v < 128 ? 128 - v : v - 128);
    const auto colour = static_cast<Lane>(du + dv - grey_below);
    const auto doubled = static_cast<Lane>(2 * (colour < 0 ? 0 : colour));
    return static_cast<Lane>(doubled > 255 ? 255 : doubled);
}

/// Share of the echo in 128ths: a smoothstep from transparent black to `opacity` where the echo shows something.
template <typename Lane>
SCIALYTIC_ANYWHERE constexpr Lane alpha(std::uint8_t luma, Lane tint, Lane opacity) {
    using Unsigned = std::make_unsigned_t<Lane>;
    const auto strength = static_cast<Lane>(luma + tint - black_below);
    const auto above = static_cast<Lane>(strength < 0 ? 0 : strength);
    const auto t = static_cast<Unsigned>((above > ramp ? ramp : above) / 2);                 // 0..32
    const auto smooth = static_cast<Unsigned>(static_cast<Unsigned>(t * t) * (96 - 2 * t));  // 0..32768
    return static_cast<Lane>((static_cast<Lane>(smooth >> 8) * opacity + 64) >> 7);
}

/// Chroma of grey tissue of that mean luma that is shown in a hue of `gain` 128ths, -63..63.
template <typename Lane>
SCIALYTIC_ANYWHERE constexpr std::uint8_t hued(Lane luma, Lane gain) {
    return static_cast<std::uint8_t>(128 + (static_cast<Lane>(static_cast<Lane>(luma * gain) + 64) >> 7));
}

/// Of a chroma sample's four luma pixels.
SCIALYTIC_ANYWHERE constexpr std::int16_t mean_of_four(int a, int b, int c, int d) {
    return static_cast<std::int16_t>((a + b + c + d + 2) >> 2);
}

template <typename Lane>
SCIALYTIC_ANYWHERE constexpr std::uint8_t mix(std::uint8_t base, std::uint8_t echo, Lane alpha) {
    const auto product = static_cast<Lane>(static_cast<Lane>(echo - base) * alpha);
    return static_cast<std::uint8_t>(base + (static_cast<Lane>(product + 64) >> 7));
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

// ---- from a row of the canvas into the echo ------------------------------------------------------------------------

inline constexpr int position_bits = 6;  ///< of a pixel's fraction: 1/64
inline constexpr int position_steps = 1 << position_bits;

/// Samples of one canvas row, where they lie in the echo, in 1/64 pixel: at + step · i / (1 + fall · i) with
/// i = sample - from: the homography, exactly. `from` is the end of the row where the denominator is smallest, so
/// that it never falls below 1 and single precision is good for 1/1000 pixel of a 4096 pixel wide echo.
struct WarpRow {
    float at_x = 0;  ///< half a step is added already: the integer below is the nearest
    float at_y = 0;
    float step_x = 0;
    float step_y = 0;
    float fall = 0;
    int from = 0;
};

/// In 1/64 pixel, inside the picture.
struct Position64 {
    int x = 0;
    int y = 0;
};

/// Rounded after every operation, on the GPU too: a fused multiply-add would end a step away from the CPU.
SCIALYTIC_ANYWHERE inline float multiplied(float a, float b) {
#ifdef __CUDA_ARCH__
    return __fmul_rn(a, b);
#else
    return a * b;
#endif
}
SCIALYTIC_ANYWHERE inline float added(float a, float b) {
#ifdef __CUDA_ARCH__
    return __fadd_rn(a, b);
#else
    return a + b;
#endif
}
/// `b` at least 1 and finite: where the GPU's quick way is exact too.
SCIALYTIC_ANYWHERE inline float divided(float a, float b) {
#ifdef __CUDA_ARCH__
    float guess = 0;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(guess) : "f"(b));
    const float reciprocal = __fmaf_rn(guess, __fmaf_rn(-b, guess, 1), guess);
    const float quotient = __fmul_rn(a, reciprocal);
    return __fmaf_rn(reciprocal, __fmaf_rn(-b, quotient, a), quotient);
#else
    return a / b;
#endif
}

/// The last position of so many pixels, before it is cut to an integer.
SCIALYTIC_ANYWHERE constexpr float last_position(int pixels) {
    return static_cast<float>((pixels - 1) * position_steps) + 0.5F;
}
SCIALYTIC_ANYWHERE inline int whole_position(float position, float last) {
#ifdef __CUDA_ARCH__
    return static_cast<int>(fminf(fmaxf(position, 0), last));
#else
    const float above = position > 0 ? position : 0;
    return static_cast<int>(above < last ? above : last);
#endif
}
SCIALYTIC_ANYWHERE inline Position64 position(const WarpRow& row, int sample, int width, int height) {
    const auto i = static_cast<float>(sample - row.from);
    const float share = divided(i, added(1, multiplied(i, row.fall)));
    return {whole_position(added(row.at_x, multiplied(row.step_x, share)), last_position(width)),
            whole_position(added(row.at_y, multiplied(row.step_y, share)), last_position(height))};
}

/// Where sample `index` of `count` stands in the `size` pixels that are scaled to them, in 1/64 pixel; the outer edges
/// of both fall together.
SCIALYTIC_ANYWHERE constexpr int scaled_position(int index, int count, int size) {
    const std::int64_t exact = (2 * std::int64_t{index} + 1) * size * position_steps;
    const auto nearest = static_cast<int>((exact + count) / (2 * std::int64_t{count})) - position_steps / 2;
    const int last = (size - 1) * position_steps;
    return nearest < 0 ? 0 : nearest < last ? nearest : last;
}

/// Between four pixels, rounded to nearest. Fractions in 1/64.
SCIALYTIC_ANYWHERE constexpr std::uint8_t between(int upper_left, int upper_right, int lower_left, int lower_right,
                                                  int across, int down) {
    const int left = upper_left * (position_steps - down) + lower_left * down;
    const int right = upper_right * (position_steps - down) + lower_right * down;
    constexpr int half = position_steps * position_steps / 2;
    return static_cast<std::uint8_t>((left * (position_steps - across) + right * across + half) >> (2 * position_bits));
}

}  // namespace augment

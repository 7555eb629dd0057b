// The inner loops of draw: rows of samples, clipped areas.
#pragma once

#include "transport/frame.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace transport {

/// A rectangle cut to the picture: samples x0 ≤ x < x1, y0 ≤ y < y1.
struct Area {
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
    [[nodiscard]] bool empty() const { return x0 >= x1 || y0 >= y1; }
};

inline Area clipped(const Pixels& picture, Rect where) {
    // 64 bits: x + width of a nonsense rectangle must not overflow.
    const auto cut = [](std::int64_t at, int limit) {
        return static_cast<int>(std::clamp<std::int64_t>(at, 0, limit));
    };
    return {cut(where.x, picture.width), cut(where.y, picture.height),
            cut(std::int64_t{where.x} + where.width, picture.width),
            cut(std::int64_t{where.y} + where.height, picture.height)};
}

/// 0..1 to 0..255; not a number becomes 0.
inline std::uint8_t alpha_of(double opacity) {
    return opacity > 0 ? static_cast<std::uint8_t>(std::lround(std::min(opacity, 1.0) * 255)) : std::uint8_t{0};
}

/// One sample `alpha` / 255 of the way to `value`, rounded, in 16 bits so that the loops become vectors.
inline std::uint8_t mixed(std::uint8_t sample, std::uint8_t value, std::uint8_t alpha) {
    const auto sum = static_cast<std::uint16_t>(sample * (255 - alpha) + value * alpha + 128);
    return static_cast<std::uint8_t>(static_cast<std::uint16_t>(sum + (sum >> 8)) >> 8);
}

inline void blend(std::uint8_t* samples, int count, std::uint8_t value, std::uint8_t alpha) {
    if (alpha == 255) {
        std::fill_n(samples, count, value);
        return;
    }
    for (int i = 0; i < count; ++i) samples[i] = mixed(samples[i], value, alpha);
}

inline void blend(std::uint8_t* __restrict samples, const std::uint8_t* __restrict mask, int count,
                  std::uint8_t value) {
    for (int i = 0; i < count; ++i) samples[i] = mixed(samples[i], value, mask[i]);
}

}  // namespace transport

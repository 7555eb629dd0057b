// What one GPU thread does: a quad of the canvas, four luma pixels and their chroma. Plain functions, so that a test
// runs the same arithmetic where there is no GPU.
#pragma once

#include "augment/fusion_math.hpp"
#include "augment/fusion_rows.hpp"

#include <array>
#include <cstddef>

namespace augment {

/// A plane wherever the one who composes can reach it.
struct ComposePlane {
    std::uint8_t* data = nullptr;
    int stride = 0;  ///< bytes
    int width = 0;
    int height = 0;
};

/// A source's image, halved as its step says, scaled into `to`.
struct ComposeImage {
    std::array<ComposePlane, 3> planes{};
    int plane_count = 0;
    transport::Rect to;
};

/// The echo over images[0].
struct ComposeBlend {
    std::array<ComposePlane, 3> planes{};
    int plane_count = 0;  ///< 0: no blend
    transport::Rect to;
    const RowPair* rows = nullptr;  ///< of `to`, from the top
    int opacity = 0;
    bool colour_only = false;
};

inline constexpr int most_compose_images = 3;

/// One canvas.
struct ComposeJob {
    std::array<ComposeImage, most_compose_images> images{};  ///< bottom first
    int image_count = 0;
    ComposeBlend blend;
    std::array<ComposePlane, 3> canvas{};
};

/// Luma of the upper and of the lower row, left to right, then chroma.
struct Quad {
    std::array<std::uint8_t, 4> luma{};
    std::array<std::uint8_t, 2> chroma{128, 128};
};

SCIALYTIC_ANYWHERE constexpr bool holds(const transport::Rect& rect, int x, int y) {
    return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

SCIALYTIC_ANYWHERE constexpr int at_most(int value, int most) {
    return value < most ? value : most;
}

/// At a position in 1/64 pixel.
SCIALYTIC_ANYWHERE constexpr std::uint8_t sampled(const ComposePlane& plane, Position64 at) {
    const int left = at.x >> position_bits;
    const int top = at.y >> position_bits;
    const int right = at_most(left + 1, plane.width - 1);
    const auto* upper = plane.data + static_cast<std::ptrdiff_t>(top) * plane.stride;
    const auto* lower = plane.data + static_cast<std::ptrdiff_t>(at_most(top + 1, plane.height - 1)) * plane.stride;
    return between(upper[left], upper[right], lower[left], lower[right], at.x % position_steps, at.y % position_steps);
}

SCIALYTIC_ANYWHERE constexpr std::uint8_t scaled(const ComposeImage& image, std::size_t plane, int x, int y) {
    if (static_cast<int>(plane) >= image.plane_count) return 128;
    const auto& source = image.planes[plane];
    const int part = plane == 0 ? 1 : 2;
    return sampled(source, {scaled_position(x, image.to.width / part, source.width),
                            scaled_position(y, image.to.height / part, source.height)});
}

SCIALYTIC_ANYWHERE inline std::uint8_t warped(const ComposePlane& plane, const WarpRow& row, int sample) {
    return sampled(plane, position(row, sample, plane.width, plane.height));
}

SCIALYTIC_ANYWHERE constexpr bool holds(const Stretches& covered, int x) {
    return (x >= covered[0].from && x < covered[0].to) || (x >= covered[1].from && x < covered[1].to);
}

/// `x`, `y`: upper left luma pixel, even.
SCIALYTIC_ANYWHERE inline void blend_quad(Quad& quad, const ComposeBlend& blend, int x, int y) {
    const auto& rows = blend.rows[(y - blend.to.y) / 2];
    if (x < rows.columns.from || x >= rows.columns.to) return;
    const bool grey = blend.plane_count == 1;
    const std::uint8_t u = grey ? std::uint8_t{128} : warped(blend.planes[1], rows.chroma, x / 2);
    const std::uint8_t v = grey ? std::uint8_t{128} : warped(blend.planes[2], rows.chroma, x / 2);
    const std::int16_t colour = grey ? std::int16_t{0} : tint(u, v);
    int shares = 2;  // rounds the mean of four
    for (std::size_t i = 0; i < 4; ++i) {
        const int column = x + static_cast<int>(i % 2);
        if (!holds(rows.covered[i / 2], column)) continue;
        const auto echo = warped(blend.planes[0], rows.luma[i / 2], column);
        const auto seen = blend.colour_only ? std::uint8_t{0} : echo;
        const auto share = alpha(seen, colour, static_cast<std::int16_t>(blend.opacity));
        quad.luma[i] = mix(quad.luma[i], echo, share);
        shares += share;
    }
    const auto mean = static_cast<std::int16_t>(shares >> 2);
    quad.chroma[0] = mix(quad.chroma[0], u, mean);
    quad.chroma[1] = mix(quad.chroma[1], v, mean);
}

/// Rectangles lie on even coordinates: the four pixels belong to the same image.
SCIALYTIC_ANYWHERE inline Quad compose(const ComposeJob& job, int x, int y) {
    int top = -1;
    for (int i = 0; i < job.image_count; ++i)
        if (holds(job.images[static_cast<std::size_t>(i)].to, x, y)) top = i;
    Quad out;
    if (top < 0) return out;
    const auto& image = job.images[static_cast<std::size_t>(top)];
    const int left = x - image.to.x;
    const int above = y - image.to.y;
    for (std::size_t i = 0; i < 4; ++i)
        out.luma[i] = scaled(image, 0, left + static_cast<int>(i % 2), above + static_cast<int>(i / 2));
    for (std::size_t i = 0; i < 2; ++i) out.chroma[i] = scaled(image, 1 + i, left / 2, above / 2);
    if (top == 0 && job.blend.plane_count > 0 && holds(job.blend.to, x, y)) blend_quad(out, job.blend, x, y);
    return out;
}

}  // namespace augment

#include "augment/fusion_blend.hpp"

#include "augment/fusion_math.hpp"

#include <vector>

namespace augment {

namespace {

using Byte = std::uint8_t;
using Short = std::int16_t;

/// What colour adds, once per chroma sample, written twice: one value for each luma pixel.
void tint_row(Short* __restrict out, const Byte* __restrict u, const Byte* __restrict v, int count) {
    for (int x = 0; x < count; ++x) {
        const auto value = tint(u[x], v[x]);
        out[2 * x] = value;
        out[2 * x + 1] = value;
    }
}

void luma_row(Byte* __restrict canvas, Short* __restrict alphas, const Byte* __restrict echo,
              const Short* __restrict tints, Short opacity, int count) {
    for (int x = 0; x < count; ++x) {
        const auto share = alpha(echo[x], tints[x], opacity);
        alphas[x] = share;
        canvas[x] = mix(canvas[x], echo[x], share);
    }
}

void mean_row(Short* __restrict means, const Short* __restrict upper, const Short* __restrict lower, int count) {
    for (int x = 0; x < count; ++x)
        means[x] = mean_alpha(upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]);
}

void chroma_row(Byte* __restrict canvas, const Byte* __restrict echo, const Short* __restrict alphas, int count) {
    for (int x = 0; x < count; ++x) canvas[x] = mix(canvas[x], echo[x], alphas[x]);
}

void neutral_row(Byte* __restrict canvas, const Short* __restrict alphas, int count) {
    for (int x = 0; x < count; ++x) canvas[x] = mix(canvas[x], 128, alphas[x]);
}

}  // namespace

void blend(transport::Pixels& canvas, transport::Rect where, const WarpedEcho& echo, int opacity) {
    const auto width = static_cast<std::size_t>(where.width);
    std::vector<Short> rows(4 * width);  // zero: no tint
    Short* const tints = rows.data();
    Short* const upper = tints + width;
    Short* const lower = upper + width;
    Short* const means = lower + width;
    const auto share = static_cast<Short>(opacity);
    const int half = where.width / 2;
    const auto echo_row = [&](std::size_t plane, int y) {
        return echo.planes[plane] + static_cast<std::ptrdiff_t>(y) * echo.strides[plane];
    };
    for (int y = 0; y < where.height; y += 2) {
        if (!echo.grey) tint_row(tints, echo_row(1, y / 2), echo_row(2, y / 2), half);
        luma_row(canvas.row(0, where.y + y) + where.x, upper, echo_row(0, y), tints, share, where.width);
        luma_row(canvas.row(0, where.y + y + 1) + where.x, lower, echo_row(0, y + 1), tints, share, where.width);
        mean_row(means, upper, lower, half);
        for (int plane = 1; plane < 3; ++plane) {
            auto* const row = canvas.row(plane, (where.y + y) / 2) + where.x / 2;
            if (echo.grey)
                neutral_row(row, means, half);
            else
                chroma_row(row, echo_row(static_cast<std::size_t>(plane), y / 2), means, half);
        }
    }
}

}  // namespace augment

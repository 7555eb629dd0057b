// What one GPU thread does: four columns of two rows of the canvas, and their chroma. Plain functions, so that a test
// runs the same arithmetic where there is no GPU.
#pragma once

#include "augment/fusion_math.hpp"
#include "augment/fusion_rows.hpp"
#include "augment/fusion_tables.hpp"
#include "augment/fusion_texture.hpp"
#include "augment/fusion_words.hpp"

#include <array>
#include <cstddef>

namespace augment {

/// A source's image, halved as its step says, scaled into `to`. Everything lies where the one who composes can reach
/// it; `window_bytes` behind a plane's last byte can be read.
struct ComposeImage {
    std::array<const std::uint8_t*, 3> planes{};
    int plane_count = 0;
    transport::Rect to;
    std::array<const WindowColumns*, 2> groups{};  ///< luma, chroma; as ScaleTable has them
    std::array<const BetweenRows*, 2> rows{};
};

/// Rounded once, on the host.
struct ComposeLast {
    float x = 0;
    float y = 0;
};

/// The echo over all of images[0], laid as EchoTexture lays it.
struct ComposeBlend {
    const std::uint8_t* luma = nullptr;    ///< null: no blend
    const std::uint8_t* chroma = nullptr;  ///< null: grey
    int luma_stride = 0;                   ///< bytes
    int chroma_stride = 0;
    ComposeLast luma_last{};  ///< last_position()
    ComposeLast chroma_last{};
    const RowPair* rows = nullptr;  ///< of images[0], from the top
    Mixing mixing;

    /// Sizes of the echo and of its chroma, 0 where it has none.
    constexpr void set_sizes(int width, int height, int chroma_width, int chroma_height) {
        luma_stride = EchoTexture::luma_stride_of(width);
        chroma_stride = EchoTexture::chroma_stride_of(chroma_width);
        luma_last = {last_position(width), last_position(height)};
        chroma_last = {last_position(chroma_width), last_position(chroma_height)};
    }
};

inline constexpr int most_compose_images = 3;

/// One canvas.
struct ComposeJob {
    std::array<ComposeImage, most_compose_images> images{};  ///< bottom first
    int image_count = 0;
    ComposeBlend blend;
    std::array<std::uint8_t*, 3> canvas{};
    std::array<int, 3> canvas_strides{};
    int width = 0;
    int height = 0;
};

/// Two rows of four luma pixels, the leftmost in the lowest byte, and two samples of each chroma plane.
struct Octet {
    std::array<std::uint32_t, 2> luma{};
    std::array<std::uint32_t, 2> chroma{0x8080U, 0x8080U};
};

// ---- the base picture ----------------------------------------------------------------------------------------------

/// `count` samples of a row, in the bytes of a word.
template <unsigned count>
SCIALYTIC_ANYWHERE inline std::uint32_t scale_row(const std::uint8_t* plane, const WindowColumns& columns,
                                                  const BetweenRows& rows) {
    const auto upper = window_at(plane + rows.upper + columns.first);
    const auto lower = window_at(plane + rows.lower + columns.first);
    std::array<std::uint32_t, count> sums{};
    SCIALYTIC_UNROLL
    for (unsigned i = 0; i < count; ++i) {
        const auto selector = columns.selectors >> (8 * i);
        const auto pair = columns.shares[i / 2];
        const auto shares = i % 2 == 0 ? pair & 0xffff : pair >> 16;
        constexpr std::uint32_t half = 1U << 15;
        sums[i] = dot_bytes(chosen(upper, selector), shares) * static_cast<std::uint32_t>(rows.above) +
                  dot_bytes(chosen(lower, selector), shares) * static_cast<std::uint32_t>(rows.below) + half;
    }
    constexpr std::uint32_t third_bytes = 0x62;
    const auto first = chosen({sums[0], sums[1]}, third_bytes) & 0xffff;
    if constexpr (count == 2)
        return first;
    else
        return first | chosen({sums[2], sums[3]}, third_bytes) << 16;
}

/// `y` from the image's top, even; `group` from that of its left border.
SCIALYTIC_ANYWHERE inline Octet scaled(const ComposeImage& image, int group, int y) {
    Octet out;
    const auto columns = image.groups[0][group];
    const auto* const rows = image.rows[0] + y;
    SCIALYTIC_UNROLL
    for (int i = 0; i < 2; ++i) out.luma[static_cast<std::size_t>(i)] = scale_row<4>(image.planes[0], columns, rows[i]);
    if (image.plane_count == 1) return out;
    const auto halves = image.groups[1][group];
    const auto between = image.rows[1][y / 2];
    SCIALYTIC_UNROLL
    for (std::size_t i = 0; i < 2; ++i) out.chroma[i] = scale_row<2>(image.planes[1 + i], halves, between);
    return out;
}

// ---- the echo ------------------------------------------------------------------------------------------------------

SCIALYTIC_ANYWHERE inline Position64 position(const WarpRow& row, int sample, const ComposeLast& last) {
    const auto i = static_cast<float>(sample - row.from);
    const float share = divided(i, added(1, multiplied(i, row.fall)));
    return {whole_position(added(row.at_x, multiplied(row.step_x, share)), last.x),
            whole_position(added(row.at_y, multiplied(row.step_y, share)), last.y)};
}

SCIALYTIC_ANYWHERE constexpr std::uint32_t share_of(int position) {
    return static_cast<std::uint32_t>(position) % position_steps;
}
SCIALYTIC_ANYWHERE constexpr std::uint32_t whole_of(int position) {
    return static_cast<std::uint32_t>(position) / position_steps;
}
/// 64 - share and share, in the two lower bytes.
SCIALYTIC_ANYWHERE constexpr std::uint32_t both_shares(int position) {
    return position_steps + 0xff * share_of(position);
}

/// Between two columns, each of two pixels one below the other.
SCIALYTIC_ANYWHERE inline std::uint8_t between_pairs(std::uint32_t left, std::uint32_t right, const Position64& at) {
    constexpr std::uint32_t half = position_steps * position_steps / 2;
    const auto down = both_shares(at.y), share = share_of(at.x);
    const auto sum = dot_bytes(left, down) * (position_steps - share) + dot_bytes(right, down) * share + half;
    return static_cast<std::uint8_t>(sum >> (2 * position_bits));
}

SCIALYTIC_ANYWHERE inline std::uint8_t echo_luma(const ComposeBlend& blend, const WarpRow& row, int column) {
    const auto at = position(row, column, blend.luma_last);
    const auto* from =
        blend.luma + (whole_of(at.y) * static_cast<std::uint32_t>(blend.luma_stride) + 2 * whole_of(at.x));
    return between_pairs(pair_at(from), pair_at(from + 2), at);
}

struct EchoChroma {
    std::uint8_t u = 128;
    std::uint8_t v = 128;
    int tint = 0;
};

SCIALYTIC_ANYWHERE inline EchoChroma echo_chroma(const ComposeBlend& blend, const WarpRow& row, int column) {
    if (blend.chroma == nullptr) return {};
    const auto at = position(row, column, blend.chroma_last);
    const auto* from =
        blend.chroma + (whole_of(at.y) * static_cast<std::uint32_t>(blend.chroma_stride) + 4 * whole_of(at.x));
    const auto left = word_at(from), right = word_at(from + 4);
    const auto u = between_pairs(left, right, at), v = between_pairs(left >> 16, right >> 16, at);
    return {u, v, tint<int>(u, v)};
}

/// Of four columns from x on: a bit each.
SCIALYTIC_ANYWHERE constexpr unsigned covered_bits(const Stretches& covered, int x) {
    if (covered[0].from <= x && x + 4 <= covered[0].to) return 0b1111;
    unsigned bits = 0;
    for (int i = 0; i < 4; ++i)
        if (holds(covered, x + i)) bits |= 1U << i;
    return bits;
}

/// What four columns of both rows add up to, for each of the two chroma samples; 2 rounds the mean of four.
struct QuadSums {
    std::array<int, 2> shares{2, 2};
    std::array<int, 2> luma{2, 2};
};

/// Four pixels of a row.
SCIALYTIC_ANYWHERE inline void blend_luma(std::uint32_t& base, QuadSums& sums, const ComposeBlend& blend,
                                          const WarpRow& row, unsigned covered, const std::array<EchoChroma, 2>& chroma,
                                          int x) {
    std::uint32_t mixed = 0;
    SCIALYTIC_UNROLL
    for (unsigned i = 0; i < 4; ++i) {
        const auto echo = echo_luma(blend, row, x + static_cast<int>(i));
        const auto seen = blend.mixing.colour_only ? std::uint8_t{0} : echo;
        const int shown = static_cast<int>(covered >> i & 1);
        const int share = shown * alpha<int>(seen, chroma[i / 2].tint, blend.mixing.opacity);
        mixed |= std::uint32_t{mix(static_cast<std::uint8_t>(byte_of(base, i)), echo, share)} << (8 * i);
        sums.shares[i / 2] += share;
        sums.luma[i / 2] += shown * echo;
    }
    base = mixed;
}

/// `x`: of the canvas, a multiple of four.
SCIALYTIC_ANYWHERE inline void blend_octet(Octet& octet, const ComposeBlend& blend, const RowPair& rows, int x) {
    const std::array<unsigned, 2> covered{covered_bits(rows.covered[0], x), covered_bits(rows.covered[1], x)};
    if ((covered[0] | covered[1]) == 0) return;
    std::array<EchoChroma, 2> chroma{echo_chroma(blend, rows.chroma, x / 2),
                                     echo_chroma(blend, rows.chroma, x / 2 + 1)};
    QuadSums sums;
    SCIALYTIC_UNROLL
    for (std::size_t row = 0; row < 2; ++row)
        if (covered[row] != 0) blend_luma(octet.luma[row], sums, blend, rows.luma[row], covered[row], chroma, x);
    const auto& mixing = blend.mixing;
    std::array<std::uint32_t, 2> mixed{};
    SCIALYTIC_UNROLL
    for (unsigned half = 0; half < 2; ++half) {
        auto [u, v, colour] = chroma[half];
        if ((mixing.hue_u | mixing.hue_v) != 0 && colour == 0) {
            u = hued<int>(sums.luma[half] >> 2, mixing.hue_u);
            v = hued<int>(sums.luma[half] >> 2, mixing.hue_v);
        }
        const int mean = sums.shares[half] >> 2;
        mixed[0] |= std::uint32_t{mix(static_cast<std::uint8_t>(byte_of(octet.chroma[0], half)), u, mean)}
                    << (8 * half);
        mixed[1] |= std::uint32_t{mix(static_cast<std::uint8_t>(byte_of(octet.chroma[1], half)), v, mean)}
                    << (8 * half);
    }
    octet.chroma = mixed;
}

// ---- both ----------------------------------------------------------------------------------------------------------

/// The topmost image at (x, y) and the one at (x + 2, y), or -1. Rectangles lie on even coordinates: two columns of two
/// rows belong to one image.
SCIALYTIC_ANYWHERE constexpr std::array<int, 2> topmost_images(const ComposeJob& job, int x, int y) {
    std::array<int, 2> top{-1, -1};
    SCIALYTIC_UNROLL
    for (int i = 0; i < most_compose_images; ++i) {
        const auto& to = job.images[static_cast<std::size_t>(i)].to;  // empty where there is no image
        if (static_cast<unsigned>(y - to.y) >= static_cast<unsigned>(to.height)) continue;
        if (static_cast<unsigned>(x - to.x) < static_cast<unsigned>(to.width)) top[0] = i;
        if (static_cast<unsigned>(x + 2 - to.x) < static_cast<unsigned>(to.width)) top[1] = i;
    }
    return top;
}

SCIALYTIC_ANYWHERE inline Octet image_octet(const ComposeJob& job, int image, int x, int y) {
    if (image < 0) return {};
    const auto& from = job.images[static_cast<std::size_t>(image)];
    auto out = scaled(from, x / 4 - from.to.x / 4, y - from.to.y);
    const auto& blend = job.blend;
    if (image != 0 || blend.luma == nullptr) return out;
    const auto& rows = blend.rows[(y - from.to.y) / 2];
    if (x + 4 > rows.columns.from && x < rows.columns.to) blend_octet(out, blend, rows, x);
    return out;
}

/// `x`, `y`: upper left luma pixel, x a multiple of four, y even. The right half may lie beyond the canvas.
SCIALYTIC_ANYWHERE inline Octet compose(const ComposeJob& job, int x, int y) {
    const auto [left, right] = topmost_images(job, x, y);
    auto out = image_octet(job, left, x, y);
    if (left == right) return out;
    const auto other = image_octet(job, right, x, y);
    for (std::size_t i = 0; i < 2; ++i) {
        out.luma[i] = (out.luma[i] & 0xffff) | (other.luma[i] & 0xffff0000U);
        out.chroma[i] = (out.chroma[i] & 0xff) | (other.chroma[i] & 0xff00);
    }
    return out;
}

}  // namespace augment

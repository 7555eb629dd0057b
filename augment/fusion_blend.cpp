#include "augment/fusion_blend.hpp"

#include "augment/fusion_math.hpp"

#include <algorithm>
#include <array>

namespace augment {

namespace {

using Byte = std::uint8_t;
using Short = std::int16_t;

constexpr int chunk = 64;  // luma columns at a time: what lies between the loops stays in the nearest cache

/// What is known of a chunk between its loops. Plain loops that the compiler turns into vector instructions, but for
/// the loads.
struct Chunk {
    std::array<std::array<Byte, chunk>, 2> echo;
    std::array<Short, chunk> tints{};
    std::array<std::array<Short, chunk>, 2> alphas;
    std::array<Byte, chunk / 2> u;
    std::array<Byte, chunk / 2> v;
    std::array<Short, chunk / 2> means;
};

void sample_luma(Byte* out, const WarpRow& row, int from, int count, const EchoTexture& echo) {
    for (int i = 0; i < count; ++i) {
        const auto at = position(row, from + i, echo.width(), echo.height());
        const auto* p = echo.luma() + static_cast<std::ptrdiff_t>(at.y >> position_bits) * echo.luma_stride() +
                        2 * (at.x >> position_bits);
        out[i] = between(p[0], p[2], p[1], p[3], at.x % position_steps, at.y % position_steps);
    }
}

void sample_chroma(Chunk& out, const WarpRow& row, int from, int count, const EchoTexture& echo) {
    for (int i = 0; i < count; ++i) {
        const auto at = position(row, from + i, echo.chroma_width(), echo.chroma_height());
        const auto* p = echo.chroma() + static_cast<std::ptrdiff_t>(at.y >> position_bits) * echo.chroma_stride() +
                        4 * (at.x >> position_bits);
        const int across = at.x % position_steps;
        const int down = at.y % position_steps;
        const auto place = static_cast<std::size_t>(i);
        out.u[place] = between(p[0], p[4], p[1], p[5], across, down);
        out.v[place] = between(p[2], p[6], p[3], p[7], across, down);
        out.tints[2 * place] = out.tints[2 * place + 1] = tint(out.u[place], out.v[place]);
    }
}

void mix_luma(Byte* __restrict canvas, Short* __restrict alphas, const Byte* __restrict echo,
              const Short* __restrict tints, const Mixing& mixing, int count) {
    const auto opacity = static_cast<Short>(mixing.opacity);
    const Byte seen = mixing.colour_only ? 0 : 255;
    for (int x = 0; x < count; ++x) {
        const auto share = alpha(static_cast<Byte>(echo[x] & seen), tints[x], opacity);
        alphas[x] = share;
        canvas[x] = mix(canvas[x], echo[x], share);
    }
}

void give_hue(Chunk& part, const Mixing& mixing, int count) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const auto x = 2 * i;
        const auto luma = mean_of_four(part.echo[0][x], part.echo[0][x + 1], part.echo[1][x], part.echo[1][x + 1]);
        if (part.tints[x] > 0) continue;
        part.u[i] = hued(luma, static_cast<Short>(mixing.hue_u));
        part.v[i] = hued(luma, static_cast<Short>(mixing.hue_v));
    }
}

void mean_alphas(Short* __restrict means, const Short* __restrict upper, const Short* __restrict lower, int count) {
    for (int x = 0; x < count; ++x)
        means[x] = mean_of_four(upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]);
}

void mix_chroma(Byte* __restrict canvas, const Byte* __restrict echo, const Short* __restrict alphas, int count) {
    for (int x = 0; x < count; ++x) canvas[x] = mix(canvas[x], echo[x], alphas[x]);
}

}  // namespace

void blend_portable(transport::Pixels& canvas, const RowPair& rows, const EchoTexture& echo, const Mixing& mixing) {
    Chunk part;
    for (int from = rows.columns.from; from < rows.columns.to; from += chunk) {
        const int to = std::min(from + chunk, rows.columns.to);
        const int half = (to - from) / 2;
        part.u.fill(128);
        part.v.fill(128);
        if (!echo.grey()) sample_chroma(part, rows.chroma, from / 2, half, echo);
        for (std::size_t i = 0; i < 2; ++i) {
            auto& alphas = part.alphas[i];
            alphas.fill(0);
            part.echo[i].fill(0);
            for (const auto& covered : rows.covered[i]) {
                const int first = std::max(from, covered.from);
                const int count = std::min(to, covered.to) - first;
                if (count <= 0) continue;
                const auto skipped = static_cast<std::size_t>(first - from);
                auto* const sampled = part.echo[i].data() + skipped;
                sample_luma(sampled, rows.luma[i], first, count, echo);
                mix_luma(canvas.row(0, rows.y + static_cast<int>(i)) + first, alphas.data() + skipped, sampled,
                         part.tints.data() + skipped, mixing, count);
            }
        }
        if (mixing.hue_u != 0 || mixing.hue_v != 0) give_hue(part, mixing, half);
        mean_alphas(part.means.data(), part.alphas[0].data(), part.alphas[1].data(), half);
        mix_chroma(canvas.row(1, rows.y / 2) + from / 2, part.u.data(), part.means.data(), half);
        mix_chroma(canvas.row(2, rows.y / 2) + from / 2, part.v.data(), part.means.data(), half);
    }
}

BlendRows best_blend() {
    const auto fast = blend_avx2();
    return fast != nullptr ? fast : blend_portable;
}

}  // namespace augment

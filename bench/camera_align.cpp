#include "bench/camera_align.hpp"

#include "bench/camera_normal.hpp"

#include <algorithm>
#include <cmath>

namespace bench {

using namespace transport;

namespace {

/// Symmetric, positive definite: by elimination, without pivots.
QuadStep solved(std::array<QuadStep, most_unknowns> matrix, QuadStep right, std::size_t unknowns) {
    for (std::size_t i = 0; i < unknowns; ++i)
        for (std::size_t row = i + 1; row < unknowns; ++row) {
            const double factor = matrix[row][i] / matrix[i][i];
            for (std::size_t k = i; k < unknowns; ++k) matrix[row][k] -= factor * matrix[i][k];
            right[row] -= factor * right[i];
        }
    for (std::size_t i = unknowns; i-- > 0;) {
        for (std::size_t k = i + 1; k < unknowns; ++k) right[i] -= matrix[i][k] * right[k];
        right[i] /= matrix[i][i];
    }
    return right;
}

}  // namespace

StripBlocks blocks_of(const Timecode& code) {
    std::array<std::uint8_t, std::size_t{timecode_width} * timecode_height> drawn{};
    Pixels strip;
    strip.format = PixelFormat::gray8;
    strip.width = timecode_width;
    strip.height = timecode_height;
    strip.planes[0] = {drawn.data(), timecode_width};
    write_timecode(strip, 0, 0, code);
    StripBlocks out{};
    for (int block = 0; block < timecode_columns * timecode_rows; ++block) {
        const auto* row = strip.row(0, block / timecode_columns * timecode_block);
        out[static_cast<std::size_t>(block)] = row[block % timecode_columns * timecode_block] > 127 ? 1 : 0;
    }
    return out;
}

/// Levenberg and Marquardt's steps.
Quad aligned_quad(std::span<const StripLook> looks, Quad quad, int columns, Freedom freedom) {
    // The first is but a step towards the second.
    const bool rough = freedom == Freedom::affine;
    const int most_steps = rough ? 4 : 10;
    const double close = rough ? 0.3 : 0.03;  // pixels: there is no more to win
    constexpr double longest = 12;            // pixels
    constexpr double stubborn = 1e3;          // damping
    const auto unknowns = unknowns_of(freedom);
    double damping = 1e-3;
    auto here = normal_at(looks, quad, columns, freedom);
    for (int step = 0; step < most_steps && damping < stubborn; ++step) {
        double mean = 0;
        for (std::size_t i = 0; i < unknowns; ++i) mean += here.matrix[i][i] / static_cast<double>(unknowns);
        auto damped = here.matrix;
        for (std::size_t i = 0; i < unknowns; ++i) damped[i][i] += damping * (mean + 1);
        const auto by = solved(damped, here.right, unknowns);
        auto tried = quad;
        double farthest = 0;
        for (std::size_t i = 0; i < unknowns; ++i) {
            tried = moved_quad(tried, i, by[i], freedom);
            farthest = std::max(farthest, std::abs(by[i]));
        }
        damping *= 10;
        if (!(farthest < longest)) continue;
        const auto there = normal_at(looks, tried, columns, freedom);
        if (there.off >= here.off) continue;
        quad = tried;
        here = there;
        damping = std::max(1e-6, damping / 100);
        if (farthest < close) break;
    }
    return quad;
}

}  // namespace bench

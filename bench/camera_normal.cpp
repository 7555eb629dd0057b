#include "bench/camera_normal.hpp"

#include "bench/camera_projection.hpp"

#include <algorithm>
#include <vector>

namespace bench {

using namespace transport;

namespace {

constexpr int block_points = 3;  // of each block, each way
constexpr double smear = 0.5;    // of a block: as far as the edge between two is blurred

/// How much of the block before, of the block itself and of the block after is seen at `within` 0..1 of it.
std::array<double, 3> shares(double within) {
    const double before = std::max(0.0, 0.5 - within / smear);
    const double after = std::max(0.0, 0.5 - (1 - within) / smear);
    return {before, 1 - before - after, after};
}

double expected_at(const StripBlocks& blocks, int x, int y) {
    const auto across = shares((x % block_points + 0.5) / block_points);
    const auto down = shares((y % block_points + 0.5) / block_points);
    double sum = 0;
    for (int j = 0; j < 3; ++j)
        for (int i = 0; i < 3; ++i) {
            const double share = across[static_cast<std::size_t>(i)] * down[static_cast<std::size_t>(j)];
            const int block = (y / block_points + j - 1) * timecode_columns + x / block_points + i - 1;
            if (share > 0) sum += share * blocks[static_cast<std::size_t>(block)];
        }
    return sum;
}

struct StripSample {
    double luma = 0;
    double expected = 0;
    QuadStep slope{};
};

/// The camera's black and white are the line through what is expected and what is seen.
void add_strip(QuadNormal& normal, const std::vector<StripSample>& samples, std::size_t unknowns) {
    double e = 0;
    double l = 0;
    double ee = 0;
    double el = 0;
    for (const auto& sample : samples) {
        e += sample.expected;
        l += sample.luma;
        ee += sample.expected * sample.expected;
        el += sample.expected * sample.luma;
    }
    const auto n = static_cast<double>(samples.size());
    const double range = (n * el - e * l) / std::max(1e-9, n * ee - e * e);
    const double black = (l - range * e) / n;
    for (const auto& sample : samples) {
        const double off = black + range * sample.expected - sample.luma;
        normal.off += off * off;
        for (std::size_t i = 0; i < unknowns; ++i) {
            normal.right[i] += sample.slope[i] * off;
            for (std::size_t k = 0; k <= i; ++k) normal.matrix[i][k] += sample.slope[i] * sample.slope[k];
        }
    }
}

}  // namespace

std::size_t unknowns_of(Freedom freedom) {
    return freedom == Freedom::affine ? 6 : 8;
}

Quad moved_quad(Quad quad, std::size_t unknown, double by, Freedom freedom) {
    constexpr std::array<std::size_t, 4> corners{0, 1, 3, 2};
    const auto which = corners[unknown / 2];
    const auto coordinate = unknown % 2 == 0 ? &CameraPoint::x : &CameraPoint::y;
    quad.corners[which].*coordinate += by;
    if (freedom == Freedom::affine) quad.corners[2].*coordinate += which == 0 ? -by : by;
    return quad;
}

QuadNormal normal_at(std::span<const StripLook> looks, const Quad& quad, int columns, Freedom freedom) {
    constexpr double nudge = 0.01;
    const auto unknowns = unknowns_of(freedom);
    const Projection projection{quad};
    std::vector<Projection> nudged;
    for (std::size_t i = 0; i < unknowns; ++i) nudged.emplace_back(moved_quad(quad, i, nudge, freedom));
    QuadNormal out;
    std::vector<StripSample> samples;
    for (const auto& look : looks) {
        const auto luma = [&](double x, double y) {
            return luma_at(look.picture, {x - look.origin.x, y - look.origin.y});
        };
        samples.clear();
        // What stands beyond the outermost blocks is not known.
        for (int y = 1; y < timecode_rows * block_points - 1; ++y)
            for (int x = 1; x < columns * block_points - 1; ++x) {
                const double u = (x + 0.5) / (timecode_columns * block_points);
                const double v = (y + 0.5) / (timecode_rows * block_points);
                const auto [at_x, at_y] = projection.at(u, v);
                StripSample sample{luma(at_x, at_y), expected_at(look.blocks, x, y), {}};
                const double to_right = luma(at_x + 0.5, at_y) - luma(at_x - 0.5, at_y);
                const double down = luma(at_x, at_y + 0.5) - luma(at_x, at_y - 0.5);
                for (std::size_t i = 0; i < unknowns; ++i) {
                    const auto there = nudged[i].at(u, v);
                    sample.slope[i] = (to_right * (there.x - at_x) + down * (there.y - at_y)) / nudge;
                }
                samples.push_back(sample);
            }
        add_strip(out, samples, unknowns);
    }
    for (std::size_t i = 0; i < unknowns; ++i)
        for (std::size_t k = i + 1; k < unknowns; ++k) out.matrix[i][k] = out.matrix[k][i];
    return out;
}

}  // namespace bench

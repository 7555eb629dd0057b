// The canvas as the GPU's threads compose it, one after the other on this processor.
#pragma once

#include "augment/fusion_compose.hpp"
#include "fusion_scenes.hpp"

#include <algorithm>
#include <deque>
#include <vector>

namespace composed {

/// A plane with its pixels.
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> bytes;
    [[nodiscard]] augment::ComposePlane view() { return {bytes.data(), width, width, height}; }
};

inline Plane plane_of(const transport::Frame& frame, int plane, int width, int height, int halvings) {
    const auto& pixels = *frame.pixels;
    const int part = plane == 0 ? 1 : 2;
    Plane out{std::min((width + part - 1) / part, pixels.plane_width(plane)),
              std::min((height + part - 1) / part, pixels.plane_height(plane)),
              {}};
    for (int y = 0; y < out.height; ++y)
        out.bytes.insert(out.bytes.end(), pixels.row(plane, y), pixels.row(plane, y) + out.width);
    for (int i = 0; i < halvings; ++i) {
        Plane half{out.width / 2, out.height / 2, {}};
        const auto at = [&](int x, int y) {
            const auto row = static_cast<std::size_t>(y) * static_cast<std::size_t>(out.width);
            return int{out.bytes[row + static_cast<std::size_t>(x)]};
        };
        for (int y = 0; y < 2 * half.height; y += 2)
            for (int x = 0; x < 2 * half.width; x += 2)
                half.bytes.push_back(
                    static_cast<std::uint8_t>((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) / 4));
        out = half;
    }
    return out;
}

/// Codes are not drawn.
inline void draw(transport::Pixels& canvas, const augment::Scene& scene) {
    const auto steps = augment::steps_for(canvas, scene);
    std::deque<Plane> planes;
    std::vector<augment::RowPair> rows;
    augment::ComposeJob job;
    const auto load = [&](auto& out, const auto& step) {
        out.plane_count = step.frame->pixels->plane_count();
        out.to = step.to;
        for (int i = 0; i < out.plane_count; ++i)
            out.planes[static_cast<std::size_t>(i)] =
                planes.emplace_back(plane_of(*step.frame, i, step.width, step.height, step.halvings)).view();
    };
    for (const auto& image : steps.images) load(job.images[static_cast<std::size_t>(job.image_count++)], image);
    if (steps.blend) {
        const auto& step = *steps.blend;
        load(job.blend, step);
        job.blend.opacity = step.opacity;
        job.blend.colour_only = step.colour_only;
        const augment::EchoBorder border{step};
        for (int y = 0; y < step.to.height; y += 2) rows.push_back(row_pair(border, step, step.to.y + y));
        job.blend.rows = rows.data();
    }
    for (int y = 0; y < canvas.height; y += 2)
        for (int x = 0; x < canvas.width; x += 2) {
            const auto quad = compose(job, x, y);
            for (int i = 0; i < 4; ++i) canvas.row(0, y + i / 2)[x + i % 2] = quad.luma[static_cast<std::size_t>(i)];
            for (int i = 0; i < 2; ++i) canvas.row(1 + i, y / 2)[x / 2] = quad.chroma[static_cast<std::size_t>(i)];
        }
}

}  // namespace composed

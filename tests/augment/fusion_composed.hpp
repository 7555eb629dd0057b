// The canvas as the GPU's threads compose it, one after the other on this processor.
#pragma once

#include "augment/fusion_compose.hpp"
#include "augment/fusion_texture.hpp"
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
    [[nodiscard]] augment::PlaneView view() const { return {bytes.data(), width, width, height}; }
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

/// What a GPU's memory would hold for one canvas.
struct Memory {
    std::deque<Plane> planes;
    std::deque<augment::ScaleTable> tables;
    augment::EchoTexture echo;
    std::vector<augment::RowPair> rows;
};

inline augment::ComposeImage load(Memory& memory, const augment::DrawImage& step) {
    augment::ComposeImage out;
    out.plane_count = step.frame->pixels->plane_count();
    out.to = step.to;
    for (int i = 0; i < out.plane_count; ++i) {
        auto& plane = memory.planes.emplace_back(plane_of(*step.frame, i, step.width, step.height, step.halvings));
        plane.bytes.resize(plane.bytes.size() + augment::window_bytes);
        out.planes[static_cast<std::size_t>(i)] = plane.bytes.data();
        const auto& table = memory.tables.emplace_back(
            augment::scale_table({plane.width, plane.height, plane.width}, step.to, i == 0 ? 1 : 2));
        out.groups[i == 0 ? 0 : 1] = table.groups.data();
        out.rows[i == 0 ? 0 : 1] = table.rows.data();
    }
    return out;
}

inline augment::ComposeBlend load(Memory& memory, const augment::DrawBlend& step) {
    const auto plane = [&](int which) {
        return memory.planes.emplace_back(plane_of(*step.frame, which, step.width, step.height, step.halvings)).view();
    };
    memory.echo.set_luma(plane(0));
    if (step.frame->pixels->plane_count() == 3) memory.echo.set_chroma(plane(1), plane(2));
    const augment::EchoBorder border{step};
    for (int y = 0; y < step.to.height; y += 2) memory.rows.push_back(row_pair(border, step, step.to.y + y));
    augment::ComposeBlend out;
    const auto& echo = memory.echo;
    out.set_sizes(echo.width(), echo.height(), echo.chroma_width(), echo.chroma_height());
    out.luma = echo.luma();
    out.chroma = echo.grey() ? nullptr : echo.chroma();
    out.rows = memory.rows.data();
    out.mixing = step.mixing;
    return out;
}

/// Codes are not drawn.
inline void draw(transport::Pixels& canvas, const augment::Scene& scene) {
    const auto steps = augment::steps_for(canvas, scene);
    Memory memory;
    augment::ComposeJob job;
    for (const auto& image : steps.images)
        job.images[static_cast<std::size_t>(job.image_count++)] = load(memory, image);
    if (steps.blend) job.blend = load(memory, *steps.blend);
    for (int y = 0; y < canvas.height; y += 2)
        for (int x = 0; x < canvas.width; x += 2) {
            const auto octet = augment::compose(job, x & ~3, y);
            const auto half = static_cast<unsigned>(x / 2 % 2);
            for (unsigned i = 0; i < 4; ++i)
                canvas.row(0, y + static_cast<int>(i / 2))[x + static_cast<int>(i % 2)] =
                    static_cast<std::uint8_t>(augment::byte_of(octet.luma[i / 2], 2 * half + i % 2));
            for (std::size_t i = 0; i < 2; ++i)
                canvas.row(1 + static_cast<int>(i), y / 2)[x / 2] =
                    static_cast<std::uint8_t>(augment::byte_of(octet.chroma[i], half));
        }
}

}  // namespace composed

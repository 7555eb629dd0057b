// The scenes on which both twins are held against the reference.
#pragma once

#include "fusion_reference.hpp"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace scenes {

struct Example {
    std::string words;
    augment::Paired frames;
    augment::Plan plan;
    double opacity = 0.5;
    bool overlay = true;

    [[nodiscard]] augment::Scene scene() const { return {plan, frames, opacity, overlay}; }
};

inline Example example(std::string words, transport::Layout layout, std::optional<transport::Frame> echo,
                       std::optional<transport::Frame> xray, transport::Similarity overlay = {},
                       std::optional<transport::Frame> camera = std::nullopt, bool timecode = false) {
    std::array<augment::SourceSize, 3> sizes{};
    if (echo) sizes[0] = {echo->header.width, echo->header.height};
    if (xray) sizes[1] = {xray->header.width, xray->header.height};
    if (camera) sizes[2] = {camera->header.width, camera->header.height};
    const auto plan = augment::plan(layout, 1280, 720, sizes, overlay, timecode);
    return {std::move(words),
            {transport::Modality::xray, std::move(echo), std::move(xray), std::move(camera)},
            plan,
            0.5,
            true};
}

inline std::vector<Example> all() {
    using transport::Layout;
    using transport::PixelFormat;
    auto camera = frames::xray(640, 360, PixelFormat::i420);
    camera.header.modality = transport::Modality::camera;
    const auto echo = frames::echo(800, 600);
    const auto xray = frames::xray(512, 512);
    std::vector<Example> out{
        example("fused, upright", Layout::fused, echo, xray),
        example("fused, turned by 17 degrees", Layout::fused, echo, xray, {.rotation_degrees = 17}),
        example("fused, larger than the X-ray and cut", Layout::fused, echo, xray,
                {.center_x = 0.8, .center_y = 0.3, .scale = 1.3, .rotation_degrees = -40}),
        example("fused, an upright echo that is cut", Layout::fused, echo, xray, {.center_x = 0.9, .scale = 0.5}),
        example("fused, a grey echo over a colour X-ray", Layout::fused, frames::echo(576, 456, PixelFormat::gray8),
                frames::xray(672, 672, PixelFormat::i420), {.rotation_degrees = 5}),
        example("fused, a large echo made small", Layout::fused, frames::echo(1920, 1080), xray,
                {.scale = 0.2, .rotation_degrees = 3}),
        example("fused, odd sizes", Layout::fused, frames::echo(431, 333, PixelFormat::gray8), frames::xray(511, 509)),
        example("fused, X-ray alone", Layout::fused, std::nullopt, xray),
        example("fused, echo alone", Layout::fused, echo, std::nullopt),
        example("side by side with a camera", Layout::side_by_side, echo, xray, {}, camera),
        example("picture in picture over a wide X-ray", Layout::picture_in_picture, echo, frames::xray(1280, 720)),
        example("a large X-ray", Layout::xray, echo, frames::xray(2048, 2048)),
    };
    out.push_back(out[1]);
    out.back().words = "fused, full opacity";
    out.back().opacity = 1;
    out.push_back(out[0]);
    out.back().words = "fused, overlay off";
    out.back().overlay = false;
    return out;
}

/// A canvas as the pool hands it out: full of something else.
inline std::shared_ptr<transport::Pixels> dirty_canvas(const augment::Plan& plan, int value = 77) {
    auto canvas = transport::PixelPool{}.get(transport::PixelFormat::i420, plan.width, plan.height);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < canvas->plane_height(plane); ++y)
            std::memset(canvas->row(plane, y), value, static_cast<std::size_t>(canvas->plane_width(plane)));
    return canvas;
}

/// Everything but the overlay's rim, where one twin fades to black and another ends: one source pixel wide.
inline auto but_the_rim(const Example& example) {
    const auto scene = example.scene();
    const bool blended = scene.overlay && scene.plan.echo_to_canvas && scene.frames.xray;
    return
        [blended, warp = blended ? std::optional{reference::warp_of(scene)} : std::nullopt](int plane, int x, int y) {
            if (!blended) return true;
            const double scale = plane == 0 ? 1 : 2;
            const double depth = warp->depth(x * scale + (plane == 0 ? 0 : 0.5), y * scale + (plane == 0 ? 0 : 0.5));
            return std::abs(depth) > (2 << warp->halvings) + 2;
        };
}

}  // namespace scenes

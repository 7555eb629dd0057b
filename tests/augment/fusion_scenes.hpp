// The scenes on which both twins are held against the reference.
#pragma once

#include "fusion_reference.hpp"

#include <cmath>
#include <cstring>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace scenes {

struct Example {
    std::string words;
    augment::Paired frames;
    augment::Plan plan;
    double opacity = 0.5;
    std::optional<augment::EchoOverlay> overlay;
    bool colour_only = false;
    transport::EchoHue hue = transport::EchoHue::grey;

    [[nodiscard]] augment::Scene scene() const { return {plan, frames, opacity, overlay, colour_only, hue}; }
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
            plan.echo_to_canvas ? std::optional{augment::EchoOverlay::by_hand(*plan.echo_to_canvas)} : std::nullopt};
}

/// An echo of 0.2 mm pixels in front of an X-ray source that stands over the middle of the X-ray's image.
struct Pose {
    double tilt_degrees = 0;  ///< about the echo's rows
    double lean_degrees = 0;  ///< about its columns
    double turn_degrees = 0;  ///< in the picture, before both
    double distance_mm = 700;
    double scale = 0.7;  ///< canvas pixels per echo pixel where it faces the source
    double right_mm = 0;
    double down_mm = 0;
    bool mirrored = false;
};

inline augment::EchoOverlay posed(const augment::Plan& plan, int width, int height, const Pose& pose) {
    using augment::rows_of;
    constexpr double mm = 0.2;
    const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
    const double t = radians(pose.tilt_degrees);
    const double l = radians(pose.lean_degrees);
    const auto turn = rows_of({std::cos(t), 0, std::sin(t)}, {0, 1, 0}, {-std::sin(t), 0, std::cos(t)}) *
                      rows_of({1, 0, 0}, {0, std::cos(l), -std::sin(l)}, {0, std::sin(l), std::cos(l)}) *
                      augment::turn_about_z(radians(pose.turn_degrees));
    const double columns = pose.mirrored ? -mm : mm;
    const augment::Vec3 right = turn * augment::Vec3{columns, 0, 0};
    const augment::Vec3 down = turn * augment::Vec3{0, mm, 0};
    const augment::Vec3 middle{pose.right_mm, pose.down_mm, pose.distance_mm};
    const augment::Vec3 first = middle - ((width - 1) / 2.0) * right - ((height - 1) / 2.0) * down;
    const auto& image = plan.place(transport::Modality::xray).image;
    const double focal = pose.scale * pose.distance_mm / mm;
    const auto camera = rows_of({focal, 0, image.x + (image.width - 1) / 2.0},
                                {0, focal, image.y + (image.height - 1) / 2.0}, {0, 0, 1});
    return {camera * augment::columns_of(right, down, first), std::nullopt, {mm, mm}};
}

/// The array stands inside the picture: rows near it meet the sector twice.
inline transport::EchoSector sector() {
    transport::EchoSector out;
    out.apex_column = 399.5;
    out.apex_row = 20;
    out.from_mm = 25;
    out.to_mm = 112;
    out.half_angle_degrees = 37;
    return out;
}

inline std::vector<Example> in_perspective() {
    const auto echo = frames::echo(800, 600);
    const auto grey = frames::echo(800, 600, transport::PixelFormat::gray8);
    const auto xray = frames::xray(512, 512);
    const auto with = [&](std::string words, const Pose& pose, bool masked = false, bool in_colour = true) {
        auto out = example(std::move(words), transport::Layout::fused, in_colour ? echo : grey, xray);
        out.overlay = posed(out.plan, 800, 600, pose);
        if (masked) out.overlay->sector = sector();
        return out;
    };
    std::vector<Example> out{
        with("tilted by 50 degrees", {.tilt_degrees = 50, .scale = 1}),
        with("in strong perspective", {.tilt_degrees = 55, .lean_degrees = 20, .turn_degrees = 30, .distance_mm = 150}),
        with("mirrored", {.tilt_degrees = 20, .turn_degrees = 10, .mirrored = true}),
        with("seen from behind", {.tilt_degrees = 160, .turn_degrees = 10}),
        with("partly outside", {.lean_degrees = 30, .turn_degrees = 75, .scale = 1.2, .right_mm = -60, .down_mm = 50}),
        with("nearly edge-on", {.tilt_degrees = 87, .turn_degrees = 5, .scale = 1.3}),
        with("partly behind the source", {.tilt_degrees = 75, .distance_mm = 60, .scale = 2}),
        with("made small", {.tilt_degrees = 40, .turn_degrees = 200, .scale = 0.25}),
        with("a sector", {.tilt_degrees = 30, .turn_degrees = 15}, true),
        with("a sector on its side", {.tilt_degrees = -30, .turn_degrees = 100, .scale = 0.9}, true),
        with("a sector upside down, partly behind the source",
             {.lean_degrees = 80, .turn_degrees = 180, .distance_mm = 55, .scale = 2}, true),
        with("a mirrored grey sector, cut", {.turn_degrees = -50, .right_mm = 70, .mirrored = true}, true, false),
    };
    out.push_back(with("the colour of a sector alone", {.tilt_degrees = 30, .turn_degrees = 15}, true));
    out.back().colour_only = true;
    out.push_back(with("the colour of a grey echo", {.tilt_degrees = 30}, false, false));
    out.back().colour_only = true;
    out.push_back(with("a golden sector with flow", {.tilt_degrees = 30, .turn_degrees = 15}, true));
    out.back().hue = transport::EchoHue::gold;
    out.push_back(with("a blue echo without colour, cut", {.turn_degrees = 75, .right_mm = -60}, false, false));
    out.back().hue = transport::EchoHue::blue;
    return out;
}

inline std::vector<Example> by_hand() {
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
    out.back().overlay.reset();
    return out;
}

inline std::vector<Example> all() {
    auto out = by_hand();
    for (auto& example : in_perspective()) out.push_back(std::move(example));
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

}  // namespace scenes

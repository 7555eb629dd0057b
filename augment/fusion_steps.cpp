#include "augment/fusion_steps.hpp"

#include "augment/fusion_math.hpp"
#include "transport/timecode.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace augment {

using namespace transport;

namespace {

// The kernels build without fmt.
std::string size_words(int width, int height) {
    return std::to_string(width) + "x" + std::to_string(height);
}

bool inside(const Rect& rect, int width, int height) {
    return rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height;
}

/// What of `from` lies outside `hole`.
void cut(const Rect& from, const Rect& hole, std::vector<Rect>& out) {
    const int x0 = std::max(from.x, hole.x);
    const int y0 = std::max(from.y, hole.y);
    const int x1 = std::min(from.x + from.width, hole.x + hole.width);
    const int y1 = std::min(from.y + from.height, hole.y + hole.height);
    if (x0 >= x1 || y0 >= y1) {
        out.push_back(from);
        return;
    }
    const std::array<Rect, 4> rest{{{from.x, from.y, from.width, y0 - from.y},
                                    {from.x, y1, from.width, from.y + from.height - y1},
                                    {from.x, y0, x0 - from.x, y1 - y0},
                                    {x1, y0, from.x + from.width - x1, y1 - y0}}};
    std::ranges::copy_if(rest, std::back_inserter(out), [](const Rect& rect) { return !rect.empty(); });
}

const std::optional<Frame>& frame_of(const Paired& frames, Modality modality) {
    if (modality == Modality::ultrasound) return frames.ultrasound;
    return modality == Modality::xray ? frames.xray : frames.camera;
}

/// No side of the image, and none of its chroma, is halved to nothing.
int halvings_of(double scale, int width, int height) {
    int count = halvings(scale);
    while (count > 0 && std::min(width, height) >> count < 4) --count;
    return count;
}

std::optional<DrawImage> image_step(const std::optional<Frame>& frame, const Rect& to) {
    if (!frame || !frame->pixels || to.empty()) return std::nullopt;
    DrawImage out{&*frame, to, std::min(frame->header.width, frame->pixels->width),
                  std::min(frame->header.height, frame->pixels->height), 0};
    if (out.width < 2 || out.height < 2) return std::nullopt;
    out.halvings =
        halvings(std::max(static_cast<double>(to.width) / out.width, static_cast<double>(to.height) / out.height));
    return out;
}

bool all_finite(const Mat3& matrix) {
    return std::ranges::all_of(matrix.at, [](const auto& row) {
        return std::ranges::all_of(row, [](double value) { return std::isfinite(value); });
    });
}

/// What a sector must be for its border to mean anything.
bool usable_sector(const EchoSector& sector, const PixelSpacing& spacing) {
    return std::isfinite(sector.apex_column) && std::isfinite(sector.apex_row) && sector.from_mm >= 0 &&
           sector.to_mm > sector.from_mm && std::isfinite(sector.to_mm) && sector.half_angle_degrees > 0 &&
           sector.half_angle_degrees < 90 && spacing.x_mm_per_pixel > 0 && spacing.y_mm_per_pixel > 0 &&
           std::isfinite(spacing.x_mm_per_pixel) && std::isfinite(spacing.y_mm_per_pixel);
}

/// Canvas pixels per echo pixel in the middle of the echo, mean of both directions; 0 when that is not in front.
double scale_in_middle(const Mat3& canvas_from_echo, int width, int height) {
    const auto middle = canvas_from_echo * Vec3{(width - 1) / 2.0, (height - 1) / 2.0, 1};
    return middle.z > 0 ? std::sqrt(std::abs(determinant(canvas_from_echo) / (middle.z * middle.z * middle.z))) : 0;
}

/// Of u and of v, in 128ths of the luma: neither brighter nor darker than the grey that it stands for.
std::pair<int, int> gains_of(EchoHue hue) {
    switch (hue) {
        case EchoHue::gold: return {-34, 17};
        case EchoHue::blue: return {34, -17};
        case EchoHue::grey: break;
    }
    return {0, 0};
}

std::optional<DrawBlend> blend_step(const Scene& scene, const Rect& base) {
    constexpr double least_scale = 1e-3;  // smaller is no picture
    const int opacity = opacity_steps(scene.opacity);
    if (!scene.overlay || opacity == 0 || !all_finite(scene.overlay->canvas_from_echo)) return std::nullopt;
    const auto& overlay = *scene.overlay;
    if (overlay.sector && !usable_sector(*overlay.sector, overlay.spacing)) return std::nullopt;
    const auto echo = image_step(scene.frames.ultrasound, base);
    if (!echo || !inside(base, scene.plan.width, scene.plan.height)) return std::nullopt;
    const bool grey = echo->frame->pixels->format == PixelFormat::gray8;
    if (grey && scene.colour_only) return std::nullopt;
    const double scale = scale_in_middle(overlay.canvas_from_echo, echo->width, echo->height);
    const auto back = inverse(overlay.canvas_from_echo);
    if (!all_finite(back) || (scale > 0 && scale < least_scale)) return std::nullopt;
    DrawBlend out{echo->frame, base, echo->width, echo->height, 0, back};
    out.halvings = scale > 0 ? halvings_of(scale, echo->width, echo->height) : 0;
    out.sector = overlay.sector;
    out.spacing = overlay.spacing;
    const auto [hue_u, hue_v] = gains_of(scene.hue);
    out.mixing = {opacity, scene.colour_only, hue_u, hue_v};
    return out;
}

std::optional<DrawCode> code_step(const std::optional<Frame>& frame, const Rect& to) {
    if (!frame || !frame->pixels || to.empty() || !frame->header.timecode) return std::nullopt;
    const auto from = timecode_rect(frame->header.height);
    if (!inside(from, frame->pixels->width, frame->pixels->height)) return std::nullopt;
    return DrawCode{&*frame, from, {to.x, to.y, from.width, from.height}};
}

}  // namespace

std::vector<Rect> uncovered(Rect whole, const std::vector<Rect>& taken) {
    std::vector<Rect> rest{whole};
    for (const auto& hole : taken) {
        std::vector<Rect> smaller;
        for (const auto& rect : rest) cut(rect, hole, smaller);
        rest.swap(smaller);
    }
    return rest;
}

Steps steps_for(const Pixels& canvas, const Scene& scene) {
    const auto& plan = scene.plan;
    if (canvas.format != PixelFormat::i420 || canvas.width != plan.width || canvas.height != plan.height)
        throw std::runtime_error{"fusion: the canvas is " + size_words(canvas.width, canvas.height) + ", the plan " +
                                 size_words(plan.width, plan.height) + " i420"};
    Steps out;
    std::vector<Rect> taken;
    for (const auto modality : {Modality::xray, Modality::ultrasound, Modality::camera}) {
        const auto& frame = frame_of(scene.frames, modality);
        const auto& place = plan.place(modality);
        if (const auto image = image_step(frame, place.image)) {
            if (modality == Modality::xray) out.blend = blend_step(scene, place.image);
            out.images.push_back(*image);
            taken.push_back(image->to);
        }
        if (const auto code = code_step(frame, place.code)) {
            out.codes.push_back(*code);
            taken.push_back(code->to);
        }
    }
    out.black = uncovered({0, 0, plan.width, plan.height}, taken);
    return out;
}

}  // namespace augment

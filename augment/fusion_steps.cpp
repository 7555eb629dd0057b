#include "augment/fusion_steps.hpp"

#include "augment/fusion_math.hpp"
#include "transport/timecode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace augment {

using namespace transport;

namespace {

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

std::optional<DrawBlend> blend_step(const Scene& scene, const Rect& base) {
    const auto& plan = scene.plan;
    if (!scene.overlay || !plan.echo_to_canvas || plan.overlay.empty() || opacity_steps(scene.opacity) == 0)
        return std::nullopt;
    const auto echo = image_step(scene.frames.ultrasound, plan.overlay);
    const auto& to = plan.overlay;
    const Rect in_base{to.x - base.x, to.y - base.y, to.width, to.height};
    if (!echo || !inside(in_base, base.width, base.height)) return std::nullopt;
    const auto& map = *plan.echo_to_canvas;
    return DrawBlend{echo->frame,
                     to,
                     echo->width,
                     echo->height,
                     halvings_of(std::sqrt(std::abs(map.a * map.e - map.b * map.d)), echo->width, echo->height),
                     map.inverse(),
                     opacity_steps(scene.opacity)};
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
        throw std::runtime_error{fmt::format("fusion: the canvas is {}x{}, the plan {}x{} i420", canvas.width,
                                             canvas.height, plan.width, plan.height)};
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

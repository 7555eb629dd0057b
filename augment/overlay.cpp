#include "augment/overlay.hpp"

#include "augment/canvas_window.hpp"
#include "augment/overlay_annotation.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace augment {

using namespace transport;

namespace {

// A look takes half a millisecond: after a change of the layout, a room full of them comes within a second, instead of
// holding up a picture.
constexpr int most_made = 4;

const Rect& place_of(const Annotation& annotation, const Plan& plan) {
    return annotation.kind == "banner" ? plan.banner : plan.place(annotation.modality).image;
}

Pen pen_for(const Pixels& window, const Plan& plan) {
    return {window, std::max(14, plan.canvas.height / 30)};
}

}  // namespace

Decal AnnotationPainter::look_of(const Annotation& annotation, const Pixels& canvas) {
    const auto& where = place_of(annotation, plan_);
    if (!lies_inside(where, canvas)) return {};
    return pad_.draw(where.width, where.height, [&](const Pixels& picture) {
        auto pen = pen_for(picture, plan_);
        if (annotation.kind == "banner")
            draw_banner(pen, annotation.text);
        else
            draw_annotation(pen, annotation);
        return pen.touched;
    });
}

void AnnotationPainter::draw(Pixels& canvas, const Plan& plan, const Annotations& annotations, Timestamp now) {
    if (plan != plan_) {
        looks_.clear();
        plan_ = plan;
    }
    if (!std::ranges::equal(looks_, annotations.all(), {}, &Look::of)) {
        // Both are in the order in which they came, and one that changes comes anew.
        auto known = std::exchange(looks_, {});
        auto next = known.begin();
        int made = 0;
        for (const auto& drawing : annotations.all()) {
            const auto found = std::ranges::find(next, known.end(), drawing, &Look::of);
            if (found == known.end()) {
                if (++made <= most_made) looks_.push_back({drawing, look_of(*drawing, canvas)});
            } else {
                looks_.push_back(std::move(*found));
                next = std::next(found);
            }
        }
    }
    for (const auto& look : looks_) {
        const auto& where = place_of(*look.of, plan);
        if (!lies_inside(where, canvas)) continue;
        auto window = window_of(canvas, where);
        look.decal.lay_on(window);
    }
    for (const auto& pointer : annotations.pointers()) {
        const auto& where = place_of(pointer.where, plan);
        if (!pointer.shown(now) || !lies_inside(where, canvas)) continue;
        auto pen = pen_for(window_of(canvas, where), plan);
        draw_pointer(pen, pointer.where);
    }
}

}  // namespace augment

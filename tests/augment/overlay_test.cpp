#include "augment/overlay.hpp"
#include "fusion_scenes.hpp"
#include "rectangles.hpp"

#include <gtest/gtest.h>

namespace {

using augment::Annotations;
using augment::Plan;
using rectangles::inside;
using transport::Annotation;
using transport::Layout;
using transport::Modality;
using transport::Rect;

constexpr std::array<augment::SourceSize, 3> sources{{{800, 600}, {512, 512}, {0, 0}}};

Annotation annotation(std::string kind, Modality modality, std::string text = "") {
    Annotation out;
    out.kind = std::move(kind);
    out.modality = modality;
    out.x0 = out.y0 = 0.9;
    out.x1 = out.y1 = 0.2;
    out.text = std::move(text);
    return out;
}

/// The smallest rectangle around everything that was drawn; empty when nothing was.
Rect drawn(const Plan& plan, const Annotation& what) {
    Annotations annotations;
    EXPECT_FALSE(annotations.add(what));
    const auto canvas = scenes::dirty_canvas(plan, 100);
    augment::draw_annotations(*canvas, plan, annotations);
    int x0 = plan.width, y0 = plan.height, x1 = 0, y1 = 0;
    for (int y = 0; y < plan.height; ++y)
        for (int x = 0; x < plan.width; ++x) {
            if (canvas->row(0, y)[x] == 100 && canvas->row(1, y / 2)[x / 2] == 100) continue;
            x0 = std::min(x0, x);
            y0 = std::min(y0, y);
            x1 = std::max(x1, x + 1);
            y1 = std::max(y1, y + 1);
        }
    return x1 == 0 ? Rect{} : Rect{x0, y0, x1 - x0, y1 - y0};
}

TEST(Overlay, an_arrow_spans_its_two_points_in_its_modalitys_image) {
    const auto plan = augment::plan(Layout::fused, 1280, 720, sources, {}, true);
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        const auto& image = plan.place(modality).image;
        const auto where = drawn(plan, annotation("arrow", modality));
        EXPECT_NEAR(where.x, image.x + 0.2 * image.width, 6);
        EXPECT_NEAR(where.y, image.y + 0.2 * image.height, 6);
        EXPECT_NEAR(where.x + where.width, image.x + 0.9 * image.width, 6);
        EXPECT_NEAR(where.y + where.height, image.y + 0.9 * image.height, 6);
    }
}

TEST(Overlay, words_stay_inside_their_image_however_long_they_are) {
    const std::string sentence = "please look at the distal segment behind the second marker before the next run";
    for (const auto layout : {Layout::fused, Layout::side_by_side, Layout::picture_in_picture}) {
        const auto plan = augment::plan(layout, 1280, 720, sources, {}, true);
        for (const auto modality : {Modality::ultrasound, Modality::xray})
            for (const auto& words : {sentence, std::string(200, 'W'), std::string{"x"}}) {
                const auto where = drawn(plan, annotation("text", modality, words));
                ASSERT_FALSE(where.empty());
                EXPECT_TRUE(inside(where, plan.place(modality).image)) << name(layout) << ": " << words;
            }
    }
}

TEST(Overlay, long_words_are_broken_into_lines) {
    const auto plan = augment::plan(Layout::xray, 1280, 720, sources, {}, false);
    const auto one = drawn(plan, annotation("text", Modality::xray, "one line"));
    const auto more = drawn(plan, annotation("text", Modality::xray,
                                             "this sentence is far too long for a single line of the X-ray's image"));
    EXPECT_GT(more.height, one.height + 15);
}

TEST(Overlay, the_banner_stands_in_its_own_room) {
    for (const auto layout :
         {Layout::fused, Layout::side_by_side, Layout::picture_in_picture, Layout::xray, Layout::ultrasound}) {
        const auto plan = augment::plan(layout, 1280, 720, sources, {}, true);
        for (const auto& words : {std::string{"session 17"}, std::string(120, 'm')}) {
            const auto where = drawn(plan, annotation("banner", Modality::xray, words));
            ASSERT_FALSE(where.empty());
            EXPECT_TRUE(inside(where, plan.banner)) << name(layout);
        }
    }
}

TEST(Overlay, nothing_is_drawn_for_an_image_that_is_not_shown) {
    const auto plan = augment::plan(Layout::xray, 1280, 720, sources, {}, false);
    EXPECT_TRUE(drawn(plan, annotation("text", Modality::ultrasound, "echo")).empty());
    EXPECT_TRUE(drawn(plan, annotation("arrow", Modality::camera)).empty());
}

TEST(Overlay, the_codes_are_never_drawn_upon) {
    const auto plan = augment::plan(Layout::fused, 1280, 720, sources, {}, true);
    for (const auto* kind : {"text", "arrow", "banner"}) {
        auto low = annotation(kind, Modality::xray, "low");
        low.y0 = low.y1 = 1;
        const auto where = drawn(plan, low);
        EXPECT_LE(where.y + where.height, 720) << kind;
    }
}

}  // namespace

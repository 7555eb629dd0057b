#include "augment/overlay.hpp"
#include "fusion_scenes.hpp"
#include "rectangles.hpp"
#include "transport/draw.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>

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

constexpr auto at = transport::timestamp(1'000'000'000);

/// The smallest rectangle around everything that was drawn; empty when nothing was.
Rect changed(const Plan& plan, const transport::Pixels& canvas_now) {
    const auto* const canvas = &canvas_now;
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

Rect drawn(const Plan& plan, const Annotation& what) {
    Annotations annotations;
    EXPECT_FALSE(annotations.add(what));
    const auto canvas = scenes::dirty_canvas(plan, 100);
    augment::AnnotationPainter{}.draw(*canvas, plan, annotations, at);
    return changed(plan, *canvas);
}

transport::Color color_at(const transport::Pixels& canvas, double x, double y) {
    const int column = static_cast<int>(x), row = static_cast<int>(y);
    return {canvas.row(0, row)[column], canvas.row(1, row / 2)[column / 2], canvas.row(2, row / 2)[column / 2]};
}
bool close(const transport::Color& a, const transport::Color& b, int most = 40) {
    return std::abs(a.u - b.u) <= most && std::abs(a.v - b.v) <= most;
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
    for (const auto* kind : {"text", "arrow", "banner", "cross"}) {
        auto low = annotation(kind, Modality::xray, "low");
        low.y0 = low.y1 = 1;
        const auto where = drawn(plan, low);
        EXPECT_LE(where.y + where.height, 720) << kind;
    }
}

constexpr std::array<std::array<std::uint8_t, 3>, 8> palette{{{0xff, 0xd1, 0x66},
                                                              {0x4c, 0xc9, 0xf0},
                                                              {0xf7, 0x25, 0x85},
                                                              {0x80, 0xed, 0x99},
                                                              {0xff, 0x9f, 0x1c},
                                                              {0xb3, 0x88, 0xff},
                                                              {0xff, 0xff, 0xff},
                                                              {0xff, 0x6b, 0x6b}}};

Annotation stroke(Modality modality, std::vector<transport::ImagePoint> points, std::uint8_t color = 0) {
    Annotation out;
    out.kind = "stroke";
    out.modality = modality;
    out.points = std::move(points);
    out.color = color;
    return out;
}

TEST(Overlay, a_stroke_lies_where_it_was_drawn_in_its_color_with_a_dark_rim) {
    const auto plan = augment::plan(Layout::side_by_side, 1280, 720, sources, {}, false);
    const auto& image = plan.place(Modality::ultrasound).image;
    for (std::uint8_t color = 0; color < 8; ++color)
        for (const int background : {0, 128, 255}) {
            Annotations annotations;
            ASSERT_FALSE(
                annotations.add(stroke(Modality::ultrasound, {{0.25, 0.25}, {0.75, 0.25}, {0.75, 0.75}}, color)));
            const auto canvas = scenes::dirty_canvas(plan, background);
            augment::AnnotationPainter{}.draw(*canvas, plan, annotations, at);
            const auto& [red, green, blue] = palette.at(color);
            const auto ink = transport::rgb(red, green, blue);
            const double x = image.x + 0.5 * image.width, y = image.y + 0.25 * image.height;
            const bool colored = close(color_at(*canvas, x, y - 1), ink) || close(color_at(*canvas, x, y), ink) ||
                                 close(color_at(*canvas, x, y + 1), ink);
            EXPECT_TRUE(colored) << int{color} << " " << int(color_at(*canvas, x, y - 2).u) << ","
                                 << int(color_at(*canvas, x, y - 2).v) << " " << int(color_at(*canvas, x, y).u) << ","
                                 << int(color_at(*canvas, x, y).v) << " " << int(color_at(*canvas, x, y + 2).u) << ","
                                 << int(color_at(*canvas, x, y + 2).v) << " ink " << int(ink.u) << "," << int(ink.v);
            EXPECT_NEAR(canvas->row(0, static_cast<int>(y))[static_cast<int>(x)], ink.y, 2);
            int darkest = 255;
            for (int away = 1; away < 5; ++away)
                darkest = std::min(darkest, int{canvas->row(0, static_cast<int>(y) - away)[static_cast<int>(x)]});
            EXPECT_LE(darkest, background / 4) << int{color};
            EXPECT_EQ(color_at(*canvas, x, y - 12).y, background);
            EXPECT_EQ(color_at(*canvas, x, image.y + 0.75 * image.height).y, background) << "it is a corner";
        }
}

TEST(Overlay, nothing_is_drawn_outside_the_image_it_belongs_to) {
    for (const auto layout : {Layout::fused, Layout::side_by_side, Layout::picture_in_picture}) {
        const auto plan = augment::plan(layout, 1280, 720, sources, {}, true);
        for (const auto modality : {Modality::ultrasound, Modality::xray}) {
            const auto edge = stroke(modality, {{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}});
            EXPECT_EQ(drawn(plan, edge), plan.place(modality).image) << name(layout);
            for (const auto& [x, y] : {std::pair{0.0, 0.0}, std::pair{1.0, 1.0}}) {
                auto cross = annotation("cross", modality, "in the corner");
                cross.x0 = x;
                cross.y0 = y;
                cross.author = "Ida Example";
                EXPECT_TRUE(inside(drawn(plan, cross), plan.place(modality).image)) << name(layout);
            }
        }
    }
}

TEST(Overlay, a_stroke_that_stays_in_one_place_is_a_dot) {
    const auto plan = augment::plan(Layout::xray, 1280, 720, sources, {}, false);
    const auto& image = plan.place(Modality::xray).image;
    const auto where = drawn(plan, stroke(Modality::xray, std::vector<transport::ImagePoint>(200, {0.5, 0.5})));
    EXPECT_NEAR(where.x + where.width / 2.0, image.x + image.width / 2.0, 2);
    EXPECT_GE(where.width, 4);
    EXPECT_LE(where.width, 10);
}

Annotation pointer(double x, double y, std::string author = "Ida") {
    Annotation out;
    out.kind = "pointer";
    out.modality = Modality::xray;
    out.x0 = x;
    out.y0 = y;
    out.color = std::uint8_t{2};
    out.author = std::move(author);
    return out;
}

TEST(Overlay, a_pointer_leaves_open_what_it_is_about_tells_whose_it_is_and_goes_by_itself) {
    const auto plan = augment::plan(Layout::xray, 1280, 720, sources, {}, false);
    const auto& image = plan.place(Modality::xray).image;
    const auto seen = [&](const Annotation& what, transport::Microseconds later) {
        Annotations annotations;
        EXPECT_FALSE(annotations.point(what, at));
        auto canvas = scenes::dirty_canvas(plan, 100);
        augment::AnnotationPainter{}.draw(*canvas, plan, annotations, at + later);
        return canvas;
    };
    using namespace std::chrono_literals;
    const auto canvas = seen(pointer(0.5, 0.5), 1500ms);
    const auto where = changed(plan, *canvas);
    const double x = image.x + 0.5 * image.width, y = image.y + 0.5 * image.height;
    EXPECT_TRUE(inside(where, image));
    EXPECT_LT(where.x, x - 8);
    EXPECT_EQ(color_at(*canvas, x, y).y, 100);
    EXPECT_GT(where.width, changed(plan, *seen(pointer(0.5, 0.5, ""), 0ms)).width + 20) << "a name";
    EXPECT_TRUE(inside(changed(plan, *seen(pointer(1, 1), 0ms)), image));
    EXPECT_TRUE(changed(plan, *seen(pointer(0.5, 0.5), 1501ms)).empty());
}

/// What is remembered and what is drawn anew look the same.
TEST(Overlay, pictures_follow_each_change_whatever_was_remembered) {
    using Change = std::function<void(Annotations&)>;
    Annotations annotations;
    const auto add = [](Annotation what) {
        return [what = std::move(what)](Annotations& all) { EXPECT_FALSE(all.add(what)); };
    };
    auto mine = stroke(Modality::ultrasound, {{0, 0.2}, {0.9, 0.3}}, 3);
    mine.owner = "far/1";
    auto renamed = annotation("text", Modality::xray, "another word");
    renamed.id = 2;
    const std::vector<Change> changes{
        add(stroke(Modality::xray, {{0.1, 0.1}, {0.5, 0.9}, {0.8, 0.2}})),
        add(annotation("text", Modality::xray, "a word")),
        add(mine),
        add(annotation("banner", Modality::xray, "session 17")),
        add(annotation("arrow", Modality::ultrasound, "there")),
        add(renamed),
        [](Annotations& all) { all.undo("far/1"); },
        add(annotation("cross", Modality::ultrasound, "here")),
        [](Annotations& all) { EXPECT_FALSE(all.point(pointer(0.3, 0.3), at)); },
        [](Annotations& all) { all.clear(); },
    };
    augment::AnnotationPainter painter;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        changes[i](annotations);
        for (const auto layout : {Layout::fused, Layout::side_by_side}) {
            if (layout == Layout::fused && i % 3 != 0) continue;
            const auto plan = augment::plan(layout, 1280, 720, sources, {}, true);
            const auto one = scenes::dirty_canvas(plan, 100);
            auto other = one;
            painter.draw(*one, plan, annotations, at);
            augment::AnnotationPainter anew;
            for (int pictures = 0; pictures < 3; ++pictures) {
                other = scenes::dirty_canvas(plan, 100);
                anew.draw(*other, plan, annotations, at);
            }
            for (int plane = 0; plane < 3; ++plane)
                for (int y = 0; y < one->plane_height(plane); ++y)
                    ASSERT_TRUE(std::equal(one->row(plane, y), one->row(plane, y) + one->plane_width(plane),
                                           other->row(plane, y)))
                        << "after change " << i << ", plane " << plane << ", row " << y;
        }
    }
}

TEST(Overlay, a_full_picture_costs_little) {
    const auto plan = augment::plan(Layout::xray, 1280, 720, sources, {}, false);
    Annotations annotations;
    for (int i = 0; i < 200; ++i) {
        std::vector<transport::ImagePoint> points;
        for (int k = 0; k < 256; ++k) {
            const double angle = 0.03 * k, radius = 0.04 + 0.0002 * k;
            points.push_back({0.1 + 0.8 * (i % 20) / 20 + radius * std::cos(angle),
                              0.1 + 0.8 * (i / 20) / 10 + radius * std::sin(angle)});
        }
        auto drawing = stroke(Modality::xray, std::move(points), static_cast<std::uint8_t>(i % 8));
        drawing.owner = i % 2 == 0 ? "far/1" : "far/2";
        ASSERT_FALSE(annotations.add(drawing));
    }
    const auto canvas = scenes::dirty_canvas(plan, 100);
    augment::AnnotationPainter painter;
    const auto ms_of = [&] {
        const auto begun = std::chrono::steady_clock::now();
        painter.draw(*canvas, plan, annotations, at);
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
    };
    double most = 0;
    for (int i = 0; i < 50; ++i) most = std::max(most, ms_of());
    const auto fresh = scenes::dirty_canvas(plan, 100);
    painter.draw(*fresh, plan, annotations, at);
    EXPECT_GT(changed(plan, *fresh).height, 590) << "by now all of them are there";
    double least = most;
    for (int i = 0; i < 50; ++i) least = std::min(least, ms_of());
    fmt::print("  200 strokes: {:.2f} ms, while they are new at most {:.1f} ms\n", least, most);
    EXPECT_LT(least, 5) << "and a fifth of it on a machine of its own";
}

}  // namespace

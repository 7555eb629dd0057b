#include "augment/layout.hpp"
#include "rectangles.hpp"
#include "transport/timecode.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace {

using augment::Affine;
using augment::Place;
using augment::Plan;
using augment::plan;
using augment::SourceSize;
using rectangles::inside;
using transport::Layout;
using transport::Rect;
using transport::Similarity;
using Sources = std::array<SourceSize, 3>;

constexpr Sources usual{{{800, 600}, {512, 512}, {0, 0}}};
constexpr std::array layouts{Layout::fused, Layout::side_by_side, Layout::picture_in_picture, Layout::xray,
                             Layout::ultrasound};

bool overlap(const Rect& a, const Rect& b) {
    return !a.empty() && !b.empty() && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
           b.y < a.y + a.height;
}
bool even(const Rect& rect) {
    return rect.x % 2 == 0 && rect.y % 2 == 0 && rect.width % 2 == 0 && rect.height % 2 == 0;
}
Rect title(const Place& place) {
    return {place.pane.x, place.pane.y, place.pane.width, place.image.y - place.pane.y};
}

/// Every layout on every canvas with every mix of sources.
struct Case {
    Layout layout;
    int width, height;
    Sources sources;
    Plan out;
    std::string words;
};
std::vector<Case> cases() {
    std::vector<Case> out;
    const std::vector<SourceSize> echoes{{0, 0}, {800, 600}, {576, 456}, {1920, 1080}, {430, 600}};
    const std::vector<SourceSize> xrays{{0, 0}, {512, 512}, {1024, 1024}, {1024, 768}, {301, 511}};
    const std::vector<SourceSize> cameras{{0, 0}, {1280, 720}, {720, 1280}};
    const std::vector<std::pair<int, int>> canvases{{1280, 720}, {1920, 1080}, {640, 480},
                                                    {854, 480},  {720, 1280},  {320, 240}};
    for (const auto layout : layouts)
        for (const auto& [w, h] : canvases)
            for (const auto& echo : echoes)
                for (const auto& xray : xrays)
                    for (const auto& camera : cameras) {
                        const Sources sources{echo, xray, camera};
                        out.push_back({layout, w, h, sources, plan(layout, w, h, sources, {}, true),
                                       std::string{name(layout)} + " on " + std::to_string(w) + "x" +
                                           std::to_string(h) + ", echo " + std::to_string(echo.width) + ", X-ray " +
                                           std::to_string(xray.width) + "x" + std::to_string(xray.height) +
                                           ", camera " + std::to_string(camera.width)});
                    }
    return out;
}

TEST(Layout, everything_stands_inside_the_canvas_on_even_coordinates) {
    for (const auto& test : cases()) {
        ASSERT_EQ(test.out.canvas, (Rect{0, 0, test.width, test.height})) << test.words;
        for (const auto& place : test.out.places) {
            ASSERT_TRUE(inside(place.pane, test.out.canvas)) << test.words;
            ASSERT_TRUE(inside(place.image, place.pane)) << test.words;
            ASSERT_TRUE(even(place.pane) && even(place.image) && even(place.code)) << test.words;
        }
        ASSERT_TRUE(inside(test.out.banner, test.out.canvas)) << test.words;
        ASSERT_TRUE(test.out.overlay.empty() || inside(test.out.overlay, test.out.places[1].image)) << test.words;
        ASSERT_TRUE(even(test.out.overlay)) << test.words;
    }
}

TEST(Layout, every_image_keeps_its_aspect_within_a_pixel) {
    for (const auto& test : cases())
        for (std::size_t i = 0; i < 3; ++i) {
            const auto& image = test.out.places[i].image;
            if (image.empty()) continue;
            const auto& source = test.sources[i];
            const double width = static_cast<double>(image.height) * source.width / source.height;
            const double height = static_cast<double>(image.width) * source.height / source.width;
            ASSERT_LE(std::min(std::abs(image.width - width), std::abs(image.height - height)), 1.0) << test.words;
        }
}

TEST(Layout, shows_what_is_there_and_nothing_else) {
    for (const auto& test : cases())
        for (std::size_t i = 0; i < 3; ++i) {
            const bool left_out =
                (test.layout == Layout::xray && i == 0) || (test.layout == Layout::ultrasound && i == 1);
            const bool shown = test.sources[i].width > 0 && !left_out;
            ASSERT_EQ(!test.out.places[i].image.empty(), shown) << test.words;
            ASSERT_EQ(!test.out.places[i].pane.empty(), shown) << test.words;
        }
}

TEST(Layout, no_title_bar_and_no_banner_is_covered) {
    for (const auto& test : cases()) {
        const auto& camera = test.out.places[2].pane;
        for (const auto& place : test.out.places) {
            ASSERT_FALSE(overlap(test.out.banner, place.pane)) << test.words;
            if (place.pane.empty()) continue;
            ASSERT_EQ(title(place).height, augment::title_height(test.height)) << test.words;
            // Where there is no other room the camera lies over an image; never over what says how old it is.
            if (&place != &test.out.places[2]) {
                ASSERT_FALSE(overlap(camera, title(place))) << test.words;
            }
        }
    }
}

TEST(Layout, echo_and_xray_overlap_only_as_picture_in_picture_without_room_beside) {
    for (const auto& test : cases()) {
        const auto& echo = test.out.places[0].pane;
        const auto& xray = test.out.places[1].pane;
        const bool narrow = test.width - test.out.places[1].image.width < 0.4 * test.width;
        if (test.layout == Layout::picture_in_picture && narrow) continue;
        ASSERT_FALSE(overlap(echo, xray)) << test.words;
    }
}

TEST(Layout, the_camera_covers_nothing_in_the_usual_room) {
    for (const auto layout : {Layout::fused, Layout::side_by_side, Layout::picture_in_picture, Layout::xray}) {
        const auto out = plan(layout, 1280, 720, {{{800, 600}, {512, 512}, {1280, 720}}}, {}, false);
        const auto& camera = out.places[2].pane;
        EXPECT_GE(out.places[2].image.width, 128) << name(layout);
        for (const auto& other : {out.places[0].pane, out.places[1].pane, out.banner})
            EXPECT_FALSE(overlap(camera, other)) << name(layout);
    }
}

TEST(Layout, fused_shows_the_xray_square_and_large_and_leaves_room_for_words) {
    const auto out = plan(Layout::fused, 1280, 720, usual, {}, false);
    EXPECT_EQ(out.places[1].image, (Rect{0, 48, 672, 672}));
    EXPECT_EQ(out.places[1].pane, (Rect{0, 0, 672, 720}));
    EXPECT_EQ(out.places[0].image, (Rect{680, 48, 600, 450}));
    EXPECT_EQ(out.banner.height, 28);
    EXPECT_GT(out.banner.y - (out.places[0].pane.y + out.places[0].pane.height), 150);
    EXPECT_EQ(out.height, 720);
}

TEST(Layout, nothing_moves_when_the_other_modality_comes) {
    for (const auto layout : {Layout::fused, Layout::side_by_side, Layout::picture_in_picture}) {
        const auto both = plan(layout, 1280, 720, {{{800, 600}, {512, 512}, {}}}, {}, true);
        const auto echo = plan(layout, 1280, 720, {{{800, 600}, {}, {}}}, {}, true);
        const auto xray = plan(layout, 1280, 720, {{{}, {512, 512}, {}}}, {}, true);
        EXPECT_EQ(echo.places[0], both.places[0]) << name(layout);
        EXPECT_EQ(xray.places[1], both.places[1]) << name(layout);
    }
}

TEST(Layout, codes_stand_below_the_canvas_at_places_of_the_modality) {
    for (const auto& test : cases()) {
        const auto& places = test.out.places;
        for (std::size_t i = 0; i < 3; ++i) {
            const auto& code = places[i].code;
            ASSERT_EQ(code.empty(), places[i].image.empty()) << test.words;
            if (code.empty()) continue;
            ASSERT_EQ(code.width, transport::timecode_width) << test.words;
            ASSERT_EQ(code.height, transport::timecode_height) << test.words;
            ASSERT_GE(code.y, test.height) << test.words;
            ASSERT_TRUE(inside(code, {0, 0, test.out.width, test.out.height})) << test.words;
            for (std::size_t k = i + 1; k < 3; ++k) ASSERT_FALSE(overlap(code, places[k].code)) << test.words;
        }
    }
    const auto out = plan(Layout::fused, 1280, 720, {{{800, 600}, {512, 512}, {1280, 720}}}, {}, true);
    EXPECT_EQ(out.height, 720 + transport::timecode_height);
    EXPECT_EQ(out.places[0].code, (Rect{0, 720, 256, 32}));
    EXPECT_EQ(out.places[1].code, (Rect{272, 720, 256, 32}));
    EXPECT_EQ(out.places[2].code, (Rect{544, 720, 256, 32}));
    const auto plain = plan(Layout::fused, 1280, 720, usual, {}, false);
    EXPECT_TRUE(plain.places[0].code.empty());
    EXPECT_EQ(plain.height, 720);
}

TEST(Layout, an_odd_canvas_becomes_even) {
    const auto out = plan(Layout::fused, 1281, 721, usual, {}, false);
    EXPECT_EQ(out.canvas, (Rect{0, 0, 1280, 720}));
}

TEST(EchoOverlay, the_echo_stands_where_the_similarity_says) {
    const Similarity turned{.center_x = 0.4, .center_y = 0.6, .scale = 0.5, .rotation_degrees = 30};
    const auto out = plan(Layout::fused, 1280, 720, usual, turned, false);
    ASSERT_TRUE(out.echo_to_canvas);
    const auto& map = *out.echo_to_canvas;
    EXPECT_NEAR(map.x(399.5, 299.5), 0.4 * 672 - 0.5, 1e-9);
    EXPECT_NEAR(map.y(399.5, 299.5), 48 + 0.6 * 672 - 0.5, 1e-9);
    const double dx = map.x(799.5, 299.5) - map.x(-0.5, 299.5);
    const double dy = map.y(799.5, 299.5) - map.y(-0.5, 299.5);
    EXPECT_NEAR(std::hypot(dx, dy), 0.5 * 672, 1e-9);
    EXPECT_NEAR(std::atan2(dy, dx), std::acos(-1.0) / 6, 1e-12) << "clockwise on the screen";
}

TEST(EchoOverlay, the_upright_echo_stands_on_even_borders_within_two_pixels) {
    for (const double scale : {0.3, 0.47, 0.6, 0.71})
        for (const double center : {0.45, 0.5, 0.513}) {
            const auto out = plan(Layout::fused, 1280, 720, usual, {center, center, scale, 0}, false);
            const auto& map = *out.echo_to_canvas;
            EXPECT_NEAR(map.x(399.5, 0), center * 672 - 0.5, 2);
            EXPECT_NEAR(map.y(0, 299.5), 48 + center * 672 - 0.5, 2);
            EXPECT_NEAR(map.x(-0.5, 0) + 0.5, out.overlay.x, 1e-6);
            EXPECT_NEAR(map.y(0, -0.5) + 0.5, out.overlay.y, 1e-6);
            EXPECT_NEAR(map.x(799.5, 0) + 0.5, out.overlay.x + out.overlay.width, 1e-6);
            EXPECT_NEAR(map.y(0, 599.5) + 0.5, out.overlay.y + out.overlay.height, 1e-6);
            EXPECT_NEAR(out.overlay.width, scale * 672, 1.001);
        }
}

TEST(EchoOverlay, its_box_holds_every_echo_pixel_that_falls_on_the_xray) {
    for (const double angle : {0.0, 10.0, 45.0, -120.0})
        for (const double x : {0.1, 0.5, 0.95}) {
            const auto out = plan(Layout::fused, 1280, 720, usual, {x, 0.4, 0.6, angle}, false);
            const auto& image = out.places[1].image;
            for (int ey = 0; ey < 600; ey += 7)
                for (int ex = 0; ex < 800; ex += 7) {
                    const Rect at{static_cast<int>(std::lround(out.echo_to_canvas->x(ex, ey))),
                                  static_cast<int>(std::lround(out.echo_to_canvas->y(ex, ey))), 1, 1};
                    ASSERT_TRUE(!inside(at, image) || inside(at, out.overlay)) << angle << " " << x;
                }
        }
}

TEST(EchoOverlay, is_none_without_both_modalities_outside_fused_or_with_a_senseless_similarity) {
    EXPECT_FALSE(plan(Layout::fused, 1280, 720, {{{800, 600}, {}, {}}}, {}, false).echo_to_canvas);
    EXPECT_FALSE(plan(Layout::fused, 1280, 720, {{{}, {512, 512}, {}}}, {}, false).echo_to_canvas);
    EXPECT_FALSE(plan(Layout::side_by_side, 1280, 720, usual, {}, false).echo_to_canvas);
    for (const Similarity bad : {Similarity{.scale = 0}, Similarity{.scale = -1}, Similarity{.center_x = std::nan("")},
                                 Similarity{.rotation_degrees = INFINITY}}) {
        const auto out = plan(Layout::fused, 1280, 720, usual, bad, false);
        EXPECT_FALSE(out.echo_to_canvas);
        EXPECT_TRUE(out.overlay.empty());
    }
    EXPECT_TRUE(plan(Layout::fused, 1280, 720, usual, {.center_x = 9}, false).overlay.empty());
}

TEST(Affine, the_inverse_undoes_the_map) {
    const Affine map{0.4, -0.3, 17, 0.25, 0.6, -40};
    const auto back = map.inverse();
    for (const double x : {-3.0, 0.0, 512.5})
        for (const double y : {-7.0, 0.0, 300.25}) {
            EXPECT_NEAR(back.x(map.x(x, y), map.y(x, y)), x, 1e-9);
            EXPECT_NEAR(back.y(map.x(x, y), map.y(x, y)), y, 1e-9);
        }
    EXPECT_THROW((void)(Affine{1, 2, 0, 2, 4, 0}.inverse()), std::runtime_error);
}

}  // namespace

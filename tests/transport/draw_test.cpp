#include "transport/draw.hpp"

#include "transport/draw_glyphs.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <climits>
#include <cmath>
#include <cstring>
#include <limits>
#include <thread>
#include <vector>

namespace transport {
namespace {

constexpr Color red{76, 85, 255};

// A picture of one shade inside a larger, guarded block: drawing outside shows.
struct Canvas {
    static constexpr int margin = 64;
    PixelPool pool;
    std::shared_ptr<Pixels> whole;
    Pixels view;

    Canvas(PixelFormat format, int width, int height, std::uint8_t shade)
        : whole{pool.get(format, width + 2 * margin, height + 2 * margin)} {
        view = *whole;
        view.width = width;
        view.height = height;
        for (int plane = 0; plane < whole->plane_count(); ++plane) {
            const int inset = plane == 0 ? margin : margin / 2;
            for (int y = 0; y < whole->plane_height(plane); ++y)
                std::memset(whole->row(plane, y), plane == 0 ? shade : 128,
                            static_cast<std::size_t>(whole->plane_width(plane)));
            view.planes[static_cast<std::size_t>(plane)].data = whole->row(plane, inset) + inset;
        }
    }
    [[nodiscard]] int at(int plane, int x, int y) const { return view.row(plane, y)[x]; }
    [[nodiscard]] int changed(int plane, std::uint8_t shade, bool inside) const {
        int count = 0;
        const int inset = plane == 0 ? margin : margin / 2;
        for (int y = 0; y < whole->plane_height(plane); ++y) {
            for (int x = 0; x < whole->plane_width(plane); ++x) {
                const bool in = x >= inset && x < inset + view.plane_width(plane) && y >= inset &&
                                y < inset + view.plane_height(plane);
                const auto value = static_cast<const Pixels&>(*whole).row(plane, y)[x];
                count += in == inside && value != (plane == 0 ? shade : 128) ? 1 : 0;
            }
        }
        return count;
    }
    [[nodiscard]] int changed_outside(std::uint8_t shade) const {
        int count = 0;
        for (int plane = 0; plane < whole->plane_count(); ++plane) count += changed(plane, shade, false);
        return count;
    }
};

TEST(Draw, primary_colours_become_full_range_bt601) {
    EXPECT_EQ(rgb(255, 255, 255), (Color{255, 128, 128}));
    EXPECT_EQ(rgb(0, 0, 0), (Color{0, 128, 128}));
    EXPECT_EQ(rgb(255, 0, 0), (Color{76, 85, 255}));
    EXPECT_EQ(rgb(0, 0, 255), (Color{29, 255, 107}));
}

TEST(Draw, fill_covers_exactly_its_rectangle_in_every_plane) {
    Canvas canvas{PixelFormat::i420, 64, 48, 100};
    fill(canvas.view, {8, 6, 20, 10}, red);
    EXPECT_EQ(canvas.changed(0, 100, true), 200);
    EXPECT_EQ(canvas.changed(2, 100, true), 50);
    EXPECT_EQ(canvas.at(0, 8, 6), 76);
    EXPECT_EQ(canvas.at(0, 7, 6), 100);
    EXPECT_EQ(canvas.at(0, 28, 6), 100);
    EXPECT_EQ(canvas.at(2, 4, 3), 255);
}

TEST(Draw, fill_at_odd_edges_gives_half_covered_chroma_half_the_colour) {
    Canvas canvas{PixelFormat::i420, 64, 48, 100};
    fill(canvas.view, {9, 6, 8, 8}, red);
    EXPECT_NEAR(canvas.at(2, 4, 4), 192, 2);
    EXPECT_EQ(canvas.at(2, 5, 4), 255);
    EXPECT_NEAR(canvas.at(2, 8, 4), 192, 2);
}

TEST(Draw, half_opacity_is_half_way) {
    Canvas canvas{PixelFormat::gray8, 16, 16, 100};
    fill(canvas.view, {0, 0, 16, 16}, Color{200, 128, 128}, 0.5);
    EXPECT_NEAR(canvas.at(0, 3, 3), 150, 1);
}

TEST(Draw, dim_keeps_a_share_of_luma_and_of_colour) {
    Canvas canvas{PixelFormat::i420, 16, 16, 200};
    fill(canvas.view, {0, 0, 16, 16}, Color{200, 28, 228});
    dim(canvas.view, {0, 0, 16, 16}, 0.4);
    EXPECT_NEAR(canvas.at(0, 5, 5), 80, 1);
    EXPECT_NEAR(canvas.at(1, 5, 5), 88, 1);
    EXPECT_NEAR(canvas.at(2, 5, 5), 168, 1);
}

TEST(Draw, hatch_leaves_the_picture_visible_between_its_stripes) {
    Canvas canvas{PixelFormat::i420, 320, 240, 90};
    hatch(canvas.view, {0, 0, 320, 240}, Color{255, 128, 128}, 0.5);
    const int touched = canvas.changed(0, 90, true);
    EXPECT_GT(touched, 320 * 240 / 5);
    EXPECT_LT(touched, 320 * 240 / 2);
}

TEST(Draw, a_line_is_as_thick_as_it_says) {
    Canvas canvas{PixelFormat::gray8, 64, 64, 0};
    line(canvas.view, 10, 31.5, 50, 31.5, Color{255, 128, 128}, 4);
    int sum = 0;
    for (int y = 0; y < 64; ++y) sum += canvas.at(0, 30, y);
    EXPECT_NEAR(sum / 255.0, 4, 0.05);
    EXPECT_EQ(canvas.at(0, 30, 20), 0);
}

TEST(Draw, a_steep_line_has_no_gaps) {
    Canvas canvas{PixelFormat::gray8, 200, 200, 0};
    line(canvas.view, 20, 5, 60, 195, Color{255, 128, 128}, 3);
    for (int y = 5; y < 195; ++y) {
        int brightest = 0;
        for (int x = 0; x < 200; ++x) brightest = std::max(brightest, canvas.at(0, x, y));
        EXPECT_EQ(brightest, 255) << "row " << y;
    }
}

TEST(Draw, an_arrow_has_its_head_at_the_second_end) {
    Canvas canvas{PixelFormat::gray8, 200, 100, 0};
    arrow(canvas.view, 20, 50, 180, 50, Color{255, 128, 128}, 4);
    const auto column = [&](int x) {
        int lit = 0;
        for (int y = 0; y < 100; ++y) lit += canvas.at(0, x, y) > 128 ? 1 : 0;
        return lit;
    };
    EXPECT_GT(column(170), 2 * column(40));
}

TEST(Draw, whatever_the_coordinates_nothing_is_drawn_outside_the_picture) {
    for (const auto format : {PixelFormat::i420, PixelFormat::gray8}) {
        Canvas canvas{format, 96, 64, 120};
        const std::vector<int> positions{INT_MIN, -1000000, -4000, -31, -7, -1, 0, 33, 61, 95, 96, 97, 5000, INT_MAX};
        const std::vector<int> sizes{INT_MIN, -5, 0, 1, 3, 50, 4000, INT_MAX};
        for (const int x : positions) {
            for (const int y : positions) {
                for (const int size : sizes) {
                    const Rect where{x, y, size, size};
                    fill(canvas.view, where, red, 0.7);
                    frame_rect(canvas.view, where, red, 3);
                    hatch(canvas.view, where, red, 0.5);
                    dim(canvas.view, where, 0.9);
                }
                line(canvas.view, x, y, y, x, red, 5);
                arrow(canvas.view, y, x, 40, 20, red, 3);
                text(canvas.view, x, y, "Ägh 1", {.height = 31});
            }
        }
        const double nan = std::numeric_limits<double>::quiet_NaN();
        line(canvas.view, nan, 0, 5, 5, red, 2);
        arrow(canvas.view, 0, 0, std::numeric_limits<double>::infinity(), 5, red, 2);
        fill(canvas.view, {0, 0, 10, 10}, red, nan);
        EXPECT_EQ(canvas.changed_outside(120), 0);
        EXPECT_GT(canvas.changed(0, 120, true), 0);
    }
}

TEST(Draw, text_is_as_wide_as_it_was_said_to_be) {
    Canvas canvas{PixelFormat::i420, 400, 80, 0};
    const TextStyle style{.height = 40, .color = Color{255, 128, 128}, .weight = Weight::bold, .outlined = false};
    const int width = text(canvas.view, 10, 10, "LIVE 42", style);
    EXPECT_EQ(width, text_width("LIVE 42", style));
    int left = 400, right = 0, top = 80, bottom = 0;
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 400; ++x) {
            if (canvas.at(0, x, y) < 64) continue;
            left = std::min(left, x), right = std::max(right, x);
            top = std::min(top, y), bottom = std::max(bottom, y);
        }
    }
    EXPECT_GE(left, 10);
    EXPECT_LE(right, 10 + width);
    EXPECT_NEAR(right, 10 + width, 6);
    EXPECT_NEAR(top, 10, 2);
    EXPECT_NEAR(bottom, 10 + 40 * 0.755, 2);  // capitals and digits stand on the baseline
}

TEST(Draw, digits_are_tabular) {
    const TextStyle style{.height = 37};
    for (char digit = '0'; digit <= '9'; ++digit)
        EXPECT_EQ(text_width(std::string(3, digit), style), text_width("888", style)) << digit;
}

TEST(Draw, an_outlined_text_is_legible_on_white) {
    Canvas canvas{PixelFormat::gray8, 200, 60, 255};
    text(canvas.view, 10, 10, "NOT LIVE", {.height = 30, .color = Color{255, 128, 128}});
    int dark = 0;
    for (int y = 0; y < 60; ++y)
        for (int x = 0; x < 200; ++x) dark += canvas.at(0, x, y) < 100 ? 1 : 0;
    EXPECT_GT(dark, 300);
}

TEST(Draw, malformed_utf8_becomes_boxes_and_ends) {
    Canvas canvas{PixelFormat::gray8, 200, 60, 0};
    const TextStyle style{.height = 20, .outlined = false};
    EXPECT_GT(text(canvas.view, 0, 0, "\xC3", style), 0);
    EXPECT_GT(text(canvas.view, 0, 0, "\xF0\x9F\x98", style), 0);
    EXPECT_GT(text(canvas.view, 0, 0, "\xFF\xFE\x80", style), 0);
    EXPECT_EQ(text(canvas.view, 0, 0, "", style), 0);
    EXPECT_EQ(text_width("ä", style), text_width("a", style));
}

TEST(Draw, a_missing_font_names_file_and_package) {
    try {
        Typeface face{"/nowhere/font.ttf"};
        FAIL() << "a font that is not there was opened";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("/nowhere/font.ttf"), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("fonts-dejavu-core"), std::string::npos);
    }
}

TEST(Draw, several_threads_may_write_text_at_once) {
    const TextStyle style{.height = 23};
    const int expected = text_width("X-RAY 1234567890", style);
    std::vector<int> widths(4);
    {
        std::vector<std::jthread> writers;
        for (auto& width : widths) {
            writers.emplace_back([&width] {
                Canvas canvas{PixelFormat::i420, 320, 60, 0};
                for (int height = 8; height < 60; ++height)
                    width = text(canvas.view, 0, 0, "X-RAY 1234567890", {.height = height == 59 ? 23 : height});
            });
        }
    }
    for (const int width : widths) EXPECT_EQ(width, expected);
}

}  // namespace
}  // namespace transport

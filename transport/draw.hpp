// Text, lines and panels on planar YUV. The one place that knows a font.
#pragma once

#include "transport/frame.hpp"

#include <array>
#include <string_view>

namespace transport {

/// Full-range BT.601, as the pixels are.
struct Color {
    std::uint8_t y = 255, u = 128, v = 128;
    bool operator==(const Color&) const = default;
};
[[nodiscard]] Color rgb(std::uint8_t red, std::uint8_t green, std::uint8_t blue);

/// Blends `color` over the rectangle; opacity 0..1. Clipped to the picture. Works on i420 and gray8.
void fill(Pixels& picture, Rect where, Color color, double opacity = 1.0);
/// Outline inside the rectangle.
void frame_rect(Pixels& picture, Rect where, Color color, int thickness);
/// Diagonal stripes over the rectangle: "this is not live".
void hatch(Pixels& picture, Rect where, Color color, double opacity);
/// Keeps `brightness` (0..1) of the luma and of the chroma's distance from grey.
void dim(Pixels& picture, Rect where, double brightness);
/// Antialiased, from one point to the other; thickness in pixels.
void line(Pixels& picture, double x0, double y0, double x1, double y1, Color color, double thickness);
/// A line with a head at its second end.
void arrow(Pixels& picture, double x0, double y0, double x1, double y1, Color color, double thickness);

enum class Weight : std::uint8_t { regular, bold };
struct TextStyle {
    int height = 24;  ///< cap height plus descender: the line's height in pixels
    Color color{};
    Weight weight = Weight::bold;
    bool outlined = true;  ///< dark rim, legible on any picture
};
/// Draws UTF-8 with its left top corner at (x, y); returns the width in pixels. Unknown glyphs become boxes.
int text(Pixels& picture, int x, int y, std::string_view words, const TextStyle& style);
[[nodiscard]] int text_width(std::string_view words, const TextStyle& style);

}  // namespace transport

#include "transport/draw.hpp"

#include "transport/draw_blend.hpp"
#include "transport/draw_glyphs.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <vector>

namespace transport {

Color rgb(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
    const auto byte = [](double value) { return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L)); };
    const double y = 0.299 * red + 0.587 * green + 0.114 * blue;
    return {byte(y), byte(128 + (blue - y) / 1.772), byte(128 + (red - y) / 1.402)};
}

void fill(Pixels& picture, Rect where, Color color, double opacity) {
    const auto area = clipped(picture, where);
    const auto alpha = alpha_of(opacity);
    if (area.empty() || alpha == 0) return;
    for (int y = area.y0; y < area.y1; ++y) blend(picture.row(0, y) + area.x0, area.x1 - area.x0, color.y, alpha);
    if (picture.plane_count() == 1) return;
    for (int y = area.y0 / 2; y < (area.y1 + 1) / 2; ++y) {
        // A chroma sample that is covered by half takes half.
        const auto rows = std::min(2 * y + 2, area.y1) - std::max(2 * y, area.y0);
        const auto full = static_cast<std::uint8_t>(rows == 2 ? alpha : alpha / 2);
        const auto half = static_cast<std::uint8_t>(full / 2);
        for (const auto& [plane, value] : {std::pair{1, color.u}, std::pair{2, color.v}}) {
            auto* row = picture.row(plane, y);
            int from = area.x0 / 2;
            const int to = area.x1 / 2;
            if (area.x0 % 2 != 0) blend(row + from++, 1, value, half);
            if (to > from) blend(row + from, to - from, value, full);
            if (area.x1 % 2 != 0) blend(row + to, 1, value, half);
        }
    }
}

void frame_rect(Pixels& picture, Rect where, Color color, int thickness) {
    if (where.empty() || thickness <= 0) return;
    if (2LL * thickness >= std::min(where.width, where.height)) return fill(picture, where, color);
    const auto area = clipped(picture, where);
    if (area.empty()) return;
    const auto far_side = [thickness](int at, int size) {
        return static_cast<int>(std::min<std::int64_t>(std::int64_t{at} + size - thickness, INT_MAX));
    };
    const int right = far_side(where.x, where.width);
    const int bottom = far_side(where.y, where.height);
    const int between = where.height - 2 * thickness;
    fill(picture, {where.x, where.y, where.width, thickness}, color);
    fill(picture, {where.x, bottom, where.width, thickness}, color);
    fill(picture, {where.x, where.y + thickness, thickness, between}, color);
    fill(picture, {right, where.y + thickness, thickness, between}, color);
}

void hatch(Pixels& picture, Rect where, Color color, double opacity) {
    constexpr int period = 32;  // pixels along a row
    constexpr int stripe = 12;
    const auto area = clipped(picture, where);
    const auto alpha = alpha_of(opacity);
    if (area.empty() || alpha == 0) return;
    const int width = area.x1 - area.x0;
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(width + period));
    for (std::size_t i = 0; i < mask.size(); ++i) {
        const auto at = i % period;
        mask[i] = at == 0 || at == stripe ? static_cast<std::uint8_t>(alpha / 2)
                  : at < stripe           ? alpha
                                          : std::uint8_t{0};
    }
    // The stripes hang on the picture, not on the rectangle: neighbours join.
    for (int y = area.y0; y < area.y1; ++y)
        blend(picture.row(0, y) + area.x0, mask.data() + (area.x0 + y) % period, width, color.y);
    if (picture.plane_count() == 1) return;
    const int from = area.x0 / 2;
    const int half = (area.x1 + 1) / 2 - from;
    std::vector<std::uint8_t> chroma(static_cast<std::size_t>(half + period / 2));
    for (std::size_t i = 0; i < chroma.size(); ++i) chroma[i] = mask[(2 * i + 1) % period];
    for (int y = area.y0 / 2; y < (area.y1 + 1) / 2; ++y) {
        const auto* row_mask = chroma.data() + (from + y) % (period / 2);
        blend(picture.row(1, y) + from, row_mask, half, color.u);
        blend(picture.row(2, y) + from, row_mask, half, color.v);
    }
}

void dim(Pixels& picture, Rect where, double brightness) {
    const auto area = clipped(picture, where);
    if (area.empty()) return;
    const auto kept = alpha_of(brightness);
    const auto gone = static_cast<std::uint8_t>(255 - kept);
    for (int y = area.y0; y < area.y1; ++y) blend(picture.row(0, y) + area.x0, area.x1 - area.x0, 0, gone);
    if (picture.plane_count() == 1) return;
    const int from = area.x0 / 2;
    const int width = (area.x1 + 1) / 2 - from;
    for (int y = area.y0 / 2; y < (area.y1 + 1) / 2; ++y) {
        blend(picture.row(1, y) + from, width, 128, gone);
        blend(picture.row(2, y) + from, width, 128, gone);
    }
}

namespace {

// Coverage of one row of chroma samples: the mean of the four letter samples above each. Starts at sample x >> 1.
struct ChromaRow {
    std::vector<std::uint16_t> sums;
    std::vector<std::uint8_t> coverage;

    void take(const Mask& mask, int x, int y, int chroma_y) {
        sums.assign(static_cast<std::size_t>(((x + mask.width + 1) >> 1) - (x >> 1)), 0);
        coverage.resize(sums.size());
        const int odd = x & 1;
        for (int row = std::max(2 * chroma_y - y, 0); row < std::min(2 * chroma_y - y + 2, mask.height); ++row) {
            const auto* from = mask.coverage.data() + static_cast<std::ptrdiff_t>(row) * mask.width;
            for (int i = 0; i < mask.width; ++i) {
                auto& sum = sums[static_cast<std::size_t>((i + odd) >> 1)];
                sum = static_cast<std::uint16_t>(sum + from[i]);
            }
        }
        for (std::size_t i = 0; i < sums.size(); ++i) coverage[i] = static_cast<std::uint8_t>((sums[i] + 2) / 4);
    }
};

// Left top corner of the mask at (x, y), anywhere.
void stamp_mask(Pixels& picture, int x, int y, const Mask& mask, Color color) {
    const auto area = clipped(picture, {x, y, mask.width, mask.height});
    if (area.empty()) return;
    for (int row = area.y0; row < area.y1; ++row) {
        const auto* from = mask.coverage.data() + static_cast<std::ptrdiff_t>(row - y) * mask.width + (area.x0 - x);
        blend(picture.row(0, row) + area.x0, from, area.x1 - area.x0, color.y);
    }
    if (picture.plane_count() == 1) return;
    ChromaRow chroma;
    const int first = x >> 1;
    const int left = std::max(first, 0);
    for (int row = area.y0 / 2; row < (area.y1 + 1) / 2; ++row) {
        chroma.take(mask, x, y, row);
        const int width = std::min(first + static_cast<int>(chroma.coverage.size()), picture.plane_width(1)) - left;
        blend(picture.row(1, row) + left, chroma.coverage.data() + (left - first), width, color.u);
        blend(picture.row(2, row) + left, chroma.coverage.data() + (left - first), width, color.v);
    }
}

// Read once for the whole program: letters of the same size are the same for everybody.
Typeface& typeface(Weight weight) {
    static const std::string folder = "/usr/share/fonts/truetype/dejavu/";
    static Typeface regular{folder + "DejaVuSans.ttf"};
    static Typeface bold{folder + "DejaVuSans-Bold.ttf"};
    return weight == Weight::bold ? bold : regular;
}

}  // namespace

int text(Pixels& picture, int x, int y, std::string_view words, const TextStyle& style) {
    const auto line = typeface(style.weight).set(words, style.height);
    // Far away from every picture: nothing to draw, and no sum below may leave an int.
    constexpr int far = 1 << 20;
    if (std::abs(static_cast<long>(x)) > far || std::abs(static_cast<long>(y)) > far) return line.width;
    const int baseline = y + line.baseline;
    if (style.outlined) {
        int pen = x;
        for (const auto* glyph : line.glyphs) {
            stamp_mask(picture, pen + glyph->left - glyph->rim_width, baseline - glyph->top - glyph->rim_width,
                       glyph->rim, Color{0, 128, 128});
            pen += glyph->advance;
        }
    }
    int pen = x;
    for (const auto* glyph : line.glyphs) {
        stamp_mask(picture, pen + glyph->left, baseline - glyph->top, glyph->fill, style.color);
        pen += glyph->advance;
    }
    return line.width;
}

int text_width(std::string_view words, const TextStyle& style) {
    return typeface(style.weight).set(words, style.height).width;
}

}  // namespace transport

#include "augment/overlay.hpp"

#include "augment/canvas_window.hpp"
#include "transport/draw.hpp"

#include <algorithm>

namespace augment {

using namespace transport;

namespace {

constexpr Color ink{183, 167, 35};     // cyan: what the room drew; the display's colours all mean a state
constexpr Color quiet{150, 131, 122};  // of the banner: there when one looks for it

/// Broken at spaces so that no line is wider, if its words allow it.
std::vector<std::string> lines_of(const std::string& words, int width, const TextStyle& style) {
    std::vector<std::string> lines{""};
    for (std::size_t at = 0; at < words.size();) {
        const auto end = std::min(words.find(' ', at), words.size());
        const auto word = words.substr(at, end - at);
        at = end + 1;
        const auto longer = lines.back().empty() ? word : lines.back() + ' ' + word;
        if (lines.back().empty() || text_width(longer, style) <= width)
            lines.back() = longer;
        else
            lines.push_back(word);
    }
    return lines;
}

/// As near to (x, y) as it can stand without being cut.
void write(Pixels& image, double x, double y, const std::string& words, const TextStyle& style) {
    const int border = style.height / 4;
    const auto lines = lines_of(words, image.width - 2 * border, style);
    int width = 0;
    for (const auto& line : lines) width = std::max(width, text_width(line, style));
    const int height = style.height * static_cast<int>(lines.size());
    const int left = std::max(border, std::min(static_cast<int>(x), image.width - border - width));
    int top = std::max(border, std::min(static_cast<int>(y), image.height - border - height));
    for (const auto& line : lines) {
        text(image, left, top, line, style);
        top += style.height;
    }
}

void draw_annotation(Pixels& image, const Annotation& annotation, int canvas_height) {
    const double x0 = annotation.x0 * image.width;
    const double y0 = annotation.y0 * image.height;
    const TextStyle style{std::max(14, canvas_height / 30), ink, Weight::bold, true};
    if (annotation.kind == "arrow")
        arrow(image, x0, y0, annotation.x1 * image.width, annotation.y1 * image.height, ink,
              std::max(2.0, canvas_height / 240.0));
    if (!annotation.text.empty()) write(image, x0, y0, annotation.text, style);
}

void draw_banner(Pixels& room, const std::string& words) {
    TextStyle style{room.height * 3 / 4, quiet, Weight::regular, false};
    while (style.height > 10 && text_width(words, style) > room.width) --style.height;
    text(room, std::max(0, room.width - text_width(words, style)), (room.height - style.height) / 2, words, style);
}

}  // namespace

void draw_annotations(Pixels& canvas, const Plan& plan, const Annotations& annotations) {
    for (const auto& annotation : annotations.all()) {
        const bool banner = annotation.kind == "banner";
        const auto& where = banner ? plan.banner : plan.place(annotation.modality).image;
        if (!lies_inside(where, canvas)) continue;
        auto part = window_of(canvas, where);
        if (banner)
            draw_banner(part, annotation.text);
        else
            draw_annotation(part, annotation, plan.canvas.height);
    }
}

}  // namespace augment

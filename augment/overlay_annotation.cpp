#include "augment/overlay_annotation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace augment {

using namespace transport;

namespace {

constexpr Color room_ink{183, 167, 35};    // cyan: what the room drew; the display's colours all mean a state
constexpr Color quiet_ink{150, 131, 122};  // of the banner: there when one looks for it

using Lines = std::vector<std::vector<Vec2>>;

/// The palette that the page has, too, in this order.
Color color_of(const Annotation& annotation) {
    static const std::array<Color, palette_colors> palette{
        rgb(0xff, 0xd1, 0x66), rgb(0x4c, 0xc9, 0xf0), rgb(0xf7, 0x25, 0x85), rgb(0x80, 0xed, 0x99),
        rgb(0xff, 0x9f, 0x1c), rgb(0xb3, 0x88, 0xff), rgb(0xff, 0xff, 0xff), rgb(0xff, 0x6b, 0x6b)};
    return annotation.color && *annotation.color < palette_colors ? palette.at(*annotation.color) : room_ink;
}

double thickness_in(const Pixels& window) {
    return std::max(2.0, window.height / 250.0);
}

/// In a dark rim, so that it is seen on any picture. All rims first: no line's covers another's ink. The rim has half
/// of the color: a chroma sample is as large as the line is thick, and a grey rim would take the color out of it.
void draw_lines(Pen& pen, const Lines& lines, Color color) {
    const double thickness = thickness_in(pen.window);
    const double rim = std::max(1.0, thickness / 2);
    const auto half = [](int chroma) { return static_cast<std::uint8_t>((chroma + 128) / 2); };
    const Color dark{0, half(color.u), half(color.v)};
    for (const auto& [ink, width] : {std::pair{dark, thickness + 2 * rim}, std::pair{color, thickness}})
        for (const auto& line : lines)
            if (line.size() == 1)
                pen.dot(line.front(), width / 2, ink, true);
            else
                pen.lines(line, ink, width, false);
}

double distance(Vec2 point, Vec2 from, Vec2 to) {
    const auto way = to - from, there = point - from;
    const double whole = way.x * way.x + way.y * way.y;
    const double share = whole > 0 ? std::clamp((there.x * way.x + there.y * way.y) / whole, 0.0, 1.0) : 0;
    return length(there - Vec2{share * way.x, share * way.y});
}

/// What lies behind points[from], up to points[to], without what nobody would miss: a circle of two hundred points is
/// one of thirty, and a hand that rests one.
void add_bends(const std::vector<Vec2>& points, std::size_t from, std::size_t to, std::vector<Vec2>& out) {
    constexpr double unseen = 0.3;  // pixels
    std::size_t farthest = to;
    double away = unseen;
    for (auto i = from + 1; i < to; ++i)
        if (const double here = distance(points[i], points[from], points[to]); here > away) {
            farthest = i;
            away = here;
        }
    if (farthest == to) return out.push_back(points[to]);
    add_bends(points, from, farthest, out);
    add_bends(points, farthest, to, out);
}

std::vector<Vec2> line_of(const Annotation& stroke, const Pixels& window) {
    std::vector<Vec2> points;
    for (const auto& point : stroke.points) points.push_back({point.x * window.width, point.y * window.height});
    std::vector<Vec2> out{points.front()};
    add_bends(points, 0, points.size() - 1, out);
    if (out.size() == 2 && length(out.back() - out.front()) < 0.5) out.pop_back();
    return out;
}

Lines arrow_of(Vec2 tail, Vec2 head, double thickness) {
    constexpr double spread = 0.5;  // radians to each side
    const double size = std::min(7 * thickness, length(head - tail) * 0.6);
    const double back = std::atan2(tail.y - head.y, tail.x - head.x);
    const auto barb = [&](double angle) {
        return Vec2{head.x + size * std::cos(back + angle), head.y + size * std::sin(back + angle)};
    };
    return {{tail, head}, {barb(-spread), head, barb(spread)}};
}

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

/// As near to `at` as it can stand without being cut. Whose it is stands below it, small.
void write_words(Pen& pen, Vec2 at, const Annotation& annotation) {
    const auto color = color_of(annotation);
    const TextStyle style{pen.text_height, color, Weight::bold, true};
    const TextStyle small{pen.text_height * 2 / 3, color, Weight::regular, true};
    const int border = style.height / 4;
    auto lines = lines_of(annotation.text, pen.window.width - 2 * border, style);
    if (annotation.text.empty()) lines.clear();
    int width = text_width(annotation.author, small);
    for (const auto& line : lines) width = std::max(width, text_width(line, style));
    const int author = annotation.author.empty() ? 0 : small.height;
    const int height = style.height * static_cast<int>(lines.size()) + author;
    const int left = std::max(border, std::min(static_cast<int>(at.x), pen.window.width - border - width));
    int top = std::max(border, std::min(static_cast<int>(at.y), pen.window.height - border - height));
    for (const auto& line : lines) {
        pen.text(left, top, line, style);
        top += style.height;
    }
    if (author > 0) pen.text(left, top, annotation.author, small);
}

}  // namespace

void draw_annotation(Pen& pen, const Annotation& annotation) {
    const auto& window = pen.window;
    const auto color = color_of(annotation);
    const Vec2 at{annotation.x0 * window.width, annotation.y0 * window.height};
    if (annotation.kind == "stroke") draw_lines(pen, {line_of(annotation, window)}, color);
    if (annotation.kind == "arrow") {
        const Vec2 head{annotation.x1 * window.width, annotation.y1 * window.height};
        draw_lines(pen, arrow_of(at, head, thickness_in(window)), color);
        if (!annotation.text.empty()) write_words(pen, at, annotation);
    }
    if (annotation.kind == "cross") {
        const double arm = std::max(6.0, window.height / 60.0);
        draw_lines(pen, {{at - Vec2{arm, arm}, at + Vec2{arm, arm}}, {at - Vec2{arm, -arm}, at + Vec2{arm, -arm}}},
                   color);
        write_words(pen, at + Vec2{1.5 * arm, -0.5 * pen.text_height}, annotation);
    }
    if (annotation.kind == "text") write_words(pen, at, annotation);
}

void draw_pointer(Pen& pen, const Annotation& pointer) {
    const Vec2 at{pointer.x0 * pen.window.width, pointer.y0 * pen.window.height};
    const double radius = std::max(8.0, pen.window.height / 50.0);
    std::vector<Vec2> ring;
    for (int i = 0; i <= 16; ++i) {
        const double angle = i * std::numbers::pi / 8;
        ring.push_back({at.x + radius * std::cos(angle), at.y + radius * std::sin(angle)});
    }
    draw_lines(pen, {ring}, color_of(pointer));
    write_words(pen, at + Vec2{1.3 * radius, 0.3 * radius}, pointer);
}

void draw_banner(Pen& pen, const std::string& words) {
    TextStyle style{pen.window.height * 3 / 4, quiet_ink, Weight::regular, false};
    while (style.height > 10 && text_width(words, style) > pen.window.width) --style.height;
    pen.text(std::max(0, pen.window.width - text_width(words, style)), (pen.window.height - style.height) / 2, words,
             style);
}

}  // namespace augment

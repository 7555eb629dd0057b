#include "augment/overlay_sight.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

namespace augment {

using namespace transport;

namespace {

constexpr Color sight_ink{200, 140, 170};  // rose
constexpr Color faint_ink{140, 136, 154};
constexpr Color under_ink{16, 128, 128};  // so that rose is seen on bright lungs, too

void draw_line_of_sight(Pane& echo, Vec2 in_xray, const EchoPlace& place, bool dashed) {
    if (!place.echo) return;
    const auto answer = place.echo->to_echo(in_xray, slice_mm);
    if (!answer) return;
    echo.pen.lines({echo.at(answer->from), echo.at(answer->to)}, sight_ink, 2.0, dashed);
    if (answer->point) echo.pen.cross(echo.at(*answer->point), sight_ink);
}

/// Open where the wire comes in, with a tick away from it.
void draw_ring(Pen& pen, Vec2 at, double radius, double angle, Color color, bool dashed) {
    constexpr int pieces = 42;
    constexpr double gap = 0.9;  // radians
    const double thickness = std::max(1.6, pen.text_height / 12.0);
    const double from = angle + std::numbers::pi + gap / 2, whole = 2 * std::numbers::pi - gap;
    const auto on_ring = [&](int piece) {
        const double t = from + whole * piece / pieces;
        return at + Vec2{radius * std::cos(t), radius * std::sin(t)};
    };
    // Pen's dashes are too long for so small a ring: two pieces in six.
    std::vector<std::vector<Vec2>> lines;
    for (int i = 0; i < pieces; i += dashed ? 6 : pieces) {
        lines.emplace_back();
        for (int k = i; k <= i + (dashed ? 2 : pieces); ++k) lines.back().push_back(on_ring(k));
    }
    const Vec2 tick{radius * std::cos(angle), radius * std::sin(angle)};
    lines.push_back({at + tick, at + Vec2{1.5 * tick.x, 1.5 * tick.y}});
    for (const auto& line : lines) pen.lines(line, under_ink, thickness + 2, false);
    for (const auto& line : lines) pen.lines(line, color, thickness, false);
}

/// At the tick's end, whichever way it points.
void draw_word(Pen& pen, Vec2 at, double radius, double angle, Color color) {
    const std::string word = "TIP";
    const TextStyle style{pen.text_height, color, Weight::bold, true};
    const double width = text_width(word, style), c = std::cos(angle), s = std::sin(angle);
    const Vec2 middle = at + Vec2{c * (1.7 * radius + width / 2), s * (1.7 * radius + pen.text_height / 2.0)};
    pen.label(middle + Vec2{-width / 2 - 9, pen.text_height / 2.0}, word, color);
}

}  // namespace

void draw_sight(Pane& xray, Pane* echo, const Sight& sight, const EchoPlace& place) {
    xray.pen.cross(xray.at(sight.xray), sight_ink);
    const bool ages = place.placing.registration != Registration::registered || place.xray_age != XrayAge::live;
    if (echo != nullptr && place.xray_age != XrayAge::gone) draw_line_of_sight(*echo, sight.xray, place, ages);
}

void draw_tip(Pane& xray, Pane* echo, const Tip& tip, const EchoPlace& place) {
    if (tip.state == Tip::State::lost) {
        xray.pen.note("TIP LOST", sight_ink);
        return;
    }
    const bool tracked = tip.state == Tip::State::tracking && place.xray_age == XrayAge::live;
    const double radius = 0.8 * xray.pen.text_height;
    const auto at = xray.at(tip.at);
    const auto ink = tracked ? sight_ink : faint_ink;
    draw_ring(xray.pen, at, radius, tip.angle, ink, !tracked);
    draw_word(xray.pen, at, radius, tip.angle, ink);
    if (echo != nullptr && tracked && place.together)
        draw_line_of_sight(*echo, tip.at, place, place.placing.registration != Registration::registered);
}

}  // namespace augment

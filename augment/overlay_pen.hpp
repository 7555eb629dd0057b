// Draws in one pane, and remembers where.
#pragma once

#include "augment/linear.hpp"
#include "transport/draw.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace augment {

struct Pen {
    transport::Pixels window;
    int text_height = 20;
    transport::Rect touched{};  ///< of the window, even coordinates
    int notes = 0;

    /// From each point to the next. Dashed: every other 8 pixels or so.
    void lines(const std::vector<Vec2>& points, transport::Color color, double thickness, bool dashed) {
        constexpr double dash = 8;
        double walked = 0;
        for (std::size_t i = 1; i < points.size(); ++i) {
            const auto from = points[i - 1], step = points[i] - from;
            const double whole = length(step);
            if (!(whole > 0) || whole > 20'000) continue;
            for (double at = 0; at < whole;) {
                const double next = dashed ? std::min(whole, at + dash - std::fmod(walked, dash)) : whole;
                if (!dashed || std::fmod(walked, 2 * dash) < dash)
                    segment(along(from, step, at / whole), along(from, step, next / whole), color, thickness);
                walked += next - at + 1e-9;
                at = next;
            }
        }
    }
    void dot(Vec2 at, double radius, transport::Color color, bool filled) {
        if (filled) return segment(at - Vec2{0.01, 0}, at + Vec2{0.01, 0}, color, 2 * radius);
        std::vector<Vec2> ring;
        for (int i = 0; i <= 12; ++i) {
            const double t = i * 0.5235987755982988;
            ring.push_back({at.x + radius * std::cos(t), at.y + radius * std::sin(t)});
        }
        lines(ring, color, 1.2, false);
    }
    void cross(Vec2 at, transport::Color color) {
        segment(at - Vec2{7, 0}, at + Vec2{7, 0}, color, 1.4);
        segment(at - Vec2{0, 7}, at + Vec2{0, 7}, color, 1.4);
    }
    /// Beside that point; `small` under the label.
    void label(Vec2 at, const std::string& words, transport::Color color) {
        write(at.x + 9, at.y - text_height, words, color, text_height, transport::Weight::bold);
    }
    void small(Vec2 at, const std::string& words, transport::Color color) {
        write(at.x + 9, at.y, words, color, text_height * 3 / 4, transport::Weight::regular);
    }
    /// In the margin: of what cannot be drawn where it belongs.
    void note(const std::string& words, transport::Color color) {
        write(8, window.height - 8 - text_height * ++notes, words, color, text_height * 3 / 4,
              transport::Weight::regular);
    }

    /// Its left top corner there; the caller knows that there is room.
    void text(int left, int top, const std::string& words, const transport::TextStyle& style) {
        const int width = transport::text(window, left, top, words, style);
        touch(left - 2, top - 2, left + width + 2, top + style.height + 2);
    }

private:
    static Vec2 along(Vec2 from, Vec2 step, double share) { return {from.x + share * step.x, from.y + share * step.y}; }

    void segment(Vec2 from, Vec2 to, transport::Color color, double thickness) {
        transport::line(window, from.x, from.y, to.x, to.y, color, thickness);
        const double reach = thickness / 2 + 2;
        touch(std::min(from.x, to.x) - reach, std::min(from.y, to.y) - reach, std::max(from.x, to.x) + reach,
              std::max(from.y, to.y) + reach);
    }
    void write(double x, double y, const std::string& words, transport::Color color, int height,
               transport::Weight weight) {
        const transport::TextStyle style{height, color, weight, true};
        const int width = transport::text_width(words, style);
        const int left = std::clamp(static_cast<int>(x), 0, std::max(0, window.width - width));
        const int top = std::clamp(static_cast<int>(y), 0, std::max(0, window.height - height));
        text(left, top, words, style);
    }
    void touch(double left, double top, double right, double bottom) {
        const auto inside = [](double at, int limit) { return static_cast<int>(std::clamp(at, 0.0, 1.0 * limit)); };
        int x0 = inside(left, window.width), y0 = inside(top, window.height);
        int x1 = inside(right + 1, window.width), y1 = inside(bottom + 1, window.height);
        if (x1 <= x0 || y1 <= y0) return;
        if (!touched.empty()) {
            x0 = std::min(x0, touched.x);
            y0 = std::min(y0, touched.y);
            x1 = std::max(x1, touched.x + touched.width);
            y1 = std::max(y1, touched.y + touched.height);
        }
        x0 &= ~1;
        y0 &= ~1;
        touched = {x0, y0, (x1 - x0 + 1) & ~1, (y1 - y0 + 1) & ~1};
    }
};

}  // namespace augment

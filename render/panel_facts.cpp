// Skew and latency, in the room that the panes leave.
#include "render/panel_painter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace render {

using namespace paint;
using transport::Microseconds;
using transport::Rect;

std::string Panel::Painter::skew_text(std::optional<Microseconds> skew) const {
    if (!skew) return "unknown";
    const auto bound = view.states.fusion.bound;
    return fmt::format("{}{}", skew->count() > 0 ? "+" : "", figure(skew, bound));
}

std::string Panel::Painter::latency_text(const transport::FrameHeader& header) const {
    const auto at = index(header.modality);
    const auto bound = header.timeline.clock_bound;
    const auto value = printable(view.captured_to_presented[at], bound, header.period);
    return figure(panel.paced(panel.latencies_[at], value, now), bound);
}

std::string Panel::Painter::paths_text() const {
    if (view.paths_carrying < view.paths) return fmt::format("ONLY {} OF {} PATHS", view.paths_carrying, view.paths);
    return fmt::format("{} paths", view.paths);
}

void Panel::Painter::find_room() {
    std::vector<Rect> panes;
    for (const auto& placed : stamp.sources)
        if (const auto pane = visible(placed.pane); !pane.empty()) panes.push_back(pane);
    const Rect canvas{0, 0, on.pixels.width, on.pixels.height};
    if (panes != panel.panes_ || canvas != panel.canvas_) {
        panel.room_ = largest_free(canvas, panes);
        panel.panes_ = std::move(panes);
        panel.canvas_ = canvas;
    }
    room = panel.room_;
    large = room.width >= on.px(480) && room.height >= on.px(160);
    const int line = on.px(28);
    covers = !large && (room.width < canvas.width * 3 / 5 || room.height < line * 2 / 3);
    if (covers) room = {0, canvas.height - line, canvas.width, line};
}

void Panel::Painter::facts_large() {
    const auto& fusion = view.states.fusion;
    transport::fill(on.pixels, room, colors::ground);
    transport::fill(on.pixels, {room.x, room.y, room.width, on.px(2)}, colors::edge);
    const int margin = on.px(20);
    const int label = on.px(17);
    const int words = on.px(26);
    const int left = room.x + margin;
    const int right = room.x + room.width - margin;
    const int middle = room.x + room.width * 54 / 100;
    const int top = room.y + on.px(24);
    const auto quiet = [&](int x, int y, std::string_view text) {
        write(on, x, y, text, label, colors::quiet, Align::left, transport::Weight::regular);
    };

    quiet(left, top, "SKEW  ECHO − X-RAY");
    const auto skew = panel.paced(panel.skew_, fusion.skew, now);
    const auto skew_words = fusion.both ? skew_text(skew) : std::string{"one source"};
    write(on, left, top + on.px(46), skew_words, fitting(skew_words, on.px(40), middle - left - margin), colors::ink);
    if (fusion.both) {
        const bool trusted = view.freeze ? view.freeze->overlay_trusted : fusion.trusted;
        const std::string_view state = trusted ? "SYNCED" : fusion.synced ? "NOT FUSED" : "UNSYNCED";
        const int y = top + on.px(94);
        const int width = badge(on, left, y, state, words, trusted ? colors::green : colors::amber);
        if (const auto placed = registration_text(); !placed.empty() && !view.freeze)
            write(on, left, y + on.px(46), placed, fitting(placed, words, middle - on.px(10) - left),
                  registration_color());
        const auto mm = skew ? millimetres(*skew, panel.wall_speed_cm_per_s_) : std::string{};
        const int x = left + width + on.px(14);
        write(on, x, y, mm, fitting(mm, words, middle - on.px(10) - x), colors::ink);
    }

    quiet(middle, top, "CAPTURED → PRESENTED");
    int row = top + on.px(42);
    for (const auto& placed : stamp.sources) {
        if (row > room.y + room.height - on.px(50)) break;
        const auto modality = placed.header.modality;
        const int taken = write(on, middle, row, title(modality), words, colors::quiet) + on.px(14);
        const auto latency = latency_text(placed.header);
        write(on, right, row, latency, fitting(latency, on.px(30), right - middle - taken), colors::ink, Align::right);
        row += on.px(40);
    }
    quiet(left, room.y + room.height - on.px(20), "research software — not a medical device");
    if (view.paths > 1)
        write(on, right, room.y + room.height - on.px(20), paths_text(), label,
              view.paths_carrying < view.paths ? colors::amber : colors::quiet, Align::right);
}

void Panel::Painter::facts_line() {
    const auto& fusion = view.states.fusion;
    const int line = std::min(room.height, on.px(28));
    const Rect bar{room.x, room.y + room.height - line, room.width, line};
    transport::fill(on.pixels, bar, colors::ground, covers ? 0.75 : 1.0);
    std::string words;
    if (fusion.both) {
        const auto skew = panel.paced(panel.skew_, fusion.skew, now);
        words = fmt::format("skew {}", skew_text(skew));
        if (skew) words += fmt::format("  {}", millimetres(*skew, panel.wall_speed_cm_per_s_));
        words += fusion.synced ? "   ·   " : "  UNSYNCED   ·   ";
    }
    words += "captured → presented";
    for (const auto& placed : stamp.sources) {
        words += fmt::format("  {} {}", title(placed.header.modality), latency_text(placed.header));
    }
    if (view.paths > 1) words += fmt::format("   ·   {}", paths_text());
    const int height = line * 2 / 3;
    const int middle = bar.y + line / 2;
    const int gap = on.px(12);
    const auto regular = transport::Weight::regular;
    const int width = write(on, bar.x + gap, middle, words, fitting(words, height, bar.width - 2 * gap), colors::ink);
    for (const std::string_view note : {"research software — not a medical device", "not a medical device"}) {
        if (width + 3 * gap + width_of(note, height, regular) > bar.width) continue;
        write(on, bar.x + bar.width - gap, middle, note, height, colors::quiet, Align::right, regular);
        return;
    }
}

}  // namespace render

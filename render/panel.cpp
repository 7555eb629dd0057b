#include "render/panel.hpp"

#include "render/panel_paint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace render {

using namespace paint;
using transport::Microseconds;
using transport::Modality;
using transport::Pixels;
using transport::Placed;
using transport::Rect;
using transport::Timestamp;

namespace {

// Eight times a second: fast enough to follow, slow enough to read.
constexpr Microseconds figure_pace = std::chrono::milliseconds{125};

std::string_view title(Modality modality) {
    switch (modality) {
        case Modality::ultrasound: return "ECHO";
        case Modality::xray: return "X-RAY";
        case Modality::camera: return "CAMERA";
    }
    return "";
}

std::size_t index(Modality modality) {
    return static_cast<std::size_t>(modality);
}

// A figure is worth printing when its clock is known to half a frame.
std::optional<Microseconds> printable(std::optional<Microseconds> value, Microseconds bound, Microseconds period) {
    return period > Microseconds{0} && 2 * bound > period ? std::nullopt : value;
}

}  // namespace

// One call of draw: everything it needs at hand.
struct Panel::Painter {
    Panel& panel;
    Surface on;
    const transport::Stamp& stamp;
    const View& view;
    Timestamp now;

    void pane(const Placed& placed);
    void title_bar(const Placed& placed, Rect bar);
    void say_state(const Placed& placed, Rect image);
    void overlay();
    void facts();
    void facts_large(Rect room);
    void facts_line(Rect room, double opacity);
    [[nodiscard]] std::string wall_time(Microseconds ago) const {
        return clock_time(view.wall_clock - std::chrono::duration_cast<std::chrono::seconds>(ago).count());
    }
    [[nodiscard]] std::string skew_text(std::optional<Microseconds> skew) const;
};

std::optional<Microseconds> Panel::paced(Figure& figure, std::optional<Microseconds> value, Timestamp now) const {
    const bool fresh = figure.taken && figure.value.has_value() == value.has_value() && now >= *figure.taken &&
                       now - *figure.taken < figure_pace;
    if (!fresh) figure = {now, value};
    return figure.value;
}

void Panel::draw(Pixels& canvas, const transport::Stamp& stamp, const View& view, Timestamp now) {
    Pixels area = canvas;
    area.height = std::clamp(stamp.canvas.y + stamp.canvas.height, 0, canvas.height) & ~1;
    if (area.height == 0) area.height = canvas.height;
    Painter painter{*this, Surface{area}, stamp, view, now};
    painter.overlay();
    for (const auto& placed : stamp.sources)
        if (!placed.pane.empty()) painter.pane(placed);
    painter.facts();
}

void Panel::Painter::pane(const Placed& placed) {
    const auto& image = placed.image;
    const int usual = on.px(48);
    const int above = image.y - placed.pane.y;
    // A pane without a title bar of its own gives the upper edge of its image.
    const Rect bar{placed.pane.x, placed.pane.y, placed.pane.width, above >= usual / 2 ? above : usual};
    say_state(placed, image);
    title_bar(placed, bar);
}

void Panel::Painter::title_bar(const Placed& placed, Rect bar) {
    const auto& header = placed.header;
    const auto& verdict = view.states.of(header.modality);
    const bool frozen = view.freeze.has_value();
    const auto color = frozen ? colors::blue : color_of(verdict.state);
    const auto source = source_time(header);
    // The age of *this* picture, whatever arrives meanwhile.
    auto age = source && *source <= now ? std::optional{now - *source} : std::nullopt;
    if (!frozen && !verdict.age) age.reset();
    age = panel.paced(panel.ages_[index(header.modality)], printable(age, header.timeline.clock_bound, header.period),
                      now);

    transport::fill(on.pixels, bar, colors::bar);
    const int middle = bar.y + bar.height / 2;
    const int gap = on.px(12);
    const int words = std::min(on.px(28), bar.height * 3 / 5);
    const std::string_view state = frozen ? "FROZEN" : name(verdict.state);
    const auto age_words = figure(age, header.timeline.clock_bound);
    const int digits = std::min(on.px(36), bar.height * 3 / 4);
    const bool in_mm = !frozen && verdict.state == State::late && age;
    const auto mm_words = in_mm ? millimetres(*age, panel.wall_speed_cm_per_s_) : std::string{};

    // In a narrow pane the state stays, then the name, then the age, then the tick.
    int left = bar.width - badge_width(state, words) - 2 * gap;
    const auto takes = [&left](int width) {
        const bool room = width <= left;
        left -= room ? width : 0;
        return room;
    };
    const bool has_name = takes(width_of(title(header.modality), words) + gap);
    const bool has_age = takes(width_of(age_words, digits) + gap);
    const int radius = words * 3 / 5;
    const bool has_dial = takes(2 * radius + gap);
    const bool has_mm = in_mm && takes(width_of(mm_words, words) + gap);

    int x = bar.x + gap;
    if (has_dial) {
        dial(on, x + radius, middle, radius, source, verdict.state == State::live && !frozen ? colors::green : color);
        x += 2 * radius + gap;
    }
    if (has_name) x += write(on, x, middle, title(header.modality), words, colors::ink) + gap;
    x += badge(on, x, middle, state, words, color) + gap;
    int right = bar.x + bar.width - gap;
    if (has_mm) right -= write(on, right, middle, mm_words, words, colors::amber, Align::right) + gap;
    if (has_age) right -= write(on, right, middle, age_words, digits, colors::ink, Align::right) + gap;
    if (!frozen) return;
    const auto meanwhile = fmt::format("now {}", name(verdict.state));
    const int small = on.px(20);
    if (right - x >= width_of(meanwhile, small, transport::Weight::regular))
        write(on, right, middle, meanwhile, small, color_of(verdict.state), Align::right, transport::Weight::regular);
}

void Panel::Painter::say_state(const Placed& placed, Rect image) {
    const auto& verdict = view.states.of(placed.header.modality);
    auto& pixels = on.pixels;
    const int thick = on.px(4);
    if (view.freeze) {
        const auto held = now - view.freeze->since;
        transport::frame_rect(pixels, image, colors::blue, thick);
        chip(on, image, fmt::format("FROZEN {}  ·  {} ago", wall_time(held), duration(held)), colors::blue);
        return;
    }
    switch (verdict.state) {
        case State::live: return;
        case State::late: transport::frame_rect(pixels, image, colors::amber, thick); return;
        case State::still:
            transport::frame_rect(pixels, image, colors::amber, thick);
            chip(on, image, fmt::format("STILL PICTURE  ·  {}", duration(verdict.unchanged)), colors::amber);
            return;
        case State::xray_off:
            transport::dim(pixels, image, 0.6);
            chip(on, image,
                 verdict.since_beam ? fmt::format("X-RAY OFF  ·  last image {} ago", duration(verdict.since_beam))
                                    : std::string{"X-RAY OFF"},
                 colors::steel);
            return;
        case State::stale: {
            transport::dim(pixels, image, 0.45);
            transport::hatch(pixels, image, colors::orange, 0.3);
            transport::frame_rect(pixels, image, colors::orange, thick);
            const auto old = verdict.age ? verdict.age : verdict.silent;
            notice(on, image, verdict.age ? fmt::format("NOT LIVE  {}", duration(old)) : "NOT LIVE  age unknown", "",
                   colors::orange);
            return;
        }
        case State::lost: {
            transport::fill(pixels, image, colors::ground);
            transport::frame_rect(pixels, image, colors::edge, on.px(2));
            const auto since = verdict.silent ? fmt::format("for {}  ·  since {}", duration(verdict.silent),
                                                            wall_time(*verdict.silent))
                                              : std::string{};
            notice(on, image, "NO SIGNAL", since, colors::grey);
            return;
        }
    }
}

void Panel::Painter::overlay() {
    if (stamp.overlay.empty()) return;
    const auto& fusion = view.states.fusion;
    if (view.freeze ? view.freeze->overlay_trusted : fusion.trusted) return;
    // Until a stamp says that the server took it away. The base picture around it stays.
    transport::fill(on.pixels, stamp.overlay, colors::ground, 0.97);
    transport::frame_rect(on.pixels, stamp.overlay, colors::amber, on.px(2));
    notice(on, stamp.overlay, "OVERLAY HIDDEN", view.freeze ? "not live when frozen" : fusion.why, colors::amber);
}

std::string Panel::Painter::skew_text(std::optional<Microseconds> skew) const {
    if (!skew) return "unknown";
    const auto bound = view.states.fusion.bound;
    return fmt::format("{}{}", skew->count() > 0 ? "+" : "", figure(skew, bound));
}

void Panel::Painter::facts() {
    std::vector<Rect> panes;
    for (const auto& placed : stamp.sources)
        if (!placed.pane.empty()) panes.push_back(placed.pane);
    const Rect canvas{0, 0, on.pixels.width, on.pixels.height};
    if (panes != panel.panes_ || canvas != panel.canvas_) {
        panel.room_ = largest_free(canvas, panes);
        panel.panes_ = std::move(panes);
        panel.canvas_ = canvas;
    }
    const auto& room = panel.room_;
    if (room.width >= on.px(420) && room.height >= on.px(120)) return facts_large(room);
    const int line = on.px(28);
    if (room.width >= canvas.width * 3 / 5 && room.height >= line * 2 / 3) return facts_line(room, 1.0);
    facts_line({0, canvas.height - line, canvas.width, line}, 0.75);
}

void Panel::Painter::facts_large(Rect room) {
    const auto& fusion = view.states.fusion;
    transport::fill(on.pixels, room, colors::ground);
    transport::fill(on.pixels, {room.x, room.y, room.width, on.px(2)}, colors::edge);
    const int margin = on.px(20);
    const int label = on.px(17);
    const int left = room.x + margin;
    const int center = room.x + room.width / 2;
    const int top = room.y + margin + label / 2;
    const int block = std::min(room.height - on.px(56), on.px(130));
    const auto regular = transport::Weight::regular;

    write(on, left, top, "SKEW  ECHO − X-RAY", label, colors::quiet, Align::left, regular);
    const auto skew = panel.paced(panel.skew_, fusion.skew, now);
    const int middle = top + block / 2 - on.px(4);
    const auto skew_words = fusion.both ? skew_text(skew) : std::string{"one source"};
    const int big = fitting(skew_words, on.px(40), center - left - margin);
    write(on, left, middle, skew_words, big, colors::ink);
    if (fusion.both) {
        const bool synced = view.freeze ? view.freeze->overlay_trusted : fusion.synced;
        const int lower = top + block - on.px(6);
        const int words = on.px(26);
        const int width =
            badge(on, left, lower, synced ? "SYNCED" : "UNSYNCED", words, synced ? colors::green : colors::amber);
        if (skew)
            write(on, left + width + on.px(14), lower, millimetres(*skew, panel.wall_speed_cm_per_s_), words,
                  colors::ink);
    }

    write(on, center, top, "LATENCY  CAPTURED → PRESENTED", label, colors::quiet, Align::left, regular);
    const int right = room.x + room.width - margin;
    int row = top + on.px(38);
    for (const auto& placed : stamp.sources) {
        if (row > top + block) break;
        const auto modality = placed.header.modality;
        const auto latency = panel.paced(panel.latencies_[index(modality)],
                                         printable(view.captured_to_presented[index(modality)],
                                                   placed.header.timeline.clock_bound, placed.header.period),
                                         now);
        write(on, center, row, title(modality), on.px(26), colors::quiet);
        write(on, right, row, figure(latency, placed.header.timeline.clock_bound), on.px(30), colors::ink,
              Align::right);
        row += on.px(40);
    }
    write(on, left, room.y + room.height - margin, "research software — not a medical device", label, colors::quiet,
          Align::left, regular);
}

void Panel::Painter::facts_line(Rect room, double opacity) {
    const auto& fusion = view.states.fusion;
    const int line = std::min(room.height, on.px(28));
    const Rect bar{room.x, room.y + room.height - line, room.width, line};
    transport::fill(on.pixels, bar, colors::ground, opacity);
    std::string words;
    if (fusion.both) {
        const auto skew = panel.paced(panel.skew_, fusion.skew, now);
        words = fmt::format("skew {}", skew_text(skew));
        if (skew) words += fmt::format("  {}", millimetres(*skew, panel.wall_speed_cm_per_s_));
        words += fusion.synced ? "   ·   " : "  UNSYNCED   ·   ";
    }
    words += "captured → presented";
    for (const auto& placed : stamp.sources) {
        const auto modality = placed.header.modality;
        const auto& bound = placed.header.timeline.clock_bound;
        const auto latency =
            panel.paced(panel.latencies_[index(modality)],
                        printable(view.captured_to_presented[index(modality)], bound, placed.header.period), now);
        words += fmt::format("  {} {}", title(modality), figure(latency, bound));
    }
    const int height = line * 2 / 3;
    const int middle = bar.y + line / 2;
    const int gap = on.px(12);
    const auto regular = transport::Weight::regular;
    const std::string_view note = "research software — not a medical device";
    const int room_for_facts = bar.width - 3 * gap - width_of(note, height, regular);
    const int width = write(on, bar.x + gap, middle, words, fitting(words, height, bar.width - 2 * gap), colors::ink);
    if (width <= room_for_facts)
        write(on, bar.x + bar.width - gap, middle, note, height, colors::quiet, Align::right, regular);
}

}  // namespace render

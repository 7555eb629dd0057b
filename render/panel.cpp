#include "render/panel_painter.hpp"

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

}  // namespace

std::string_view title(Modality modality) {
    switch (modality) {
        case Modality::ultrasound: return "ECHO";
        case Modality::xray: return "X-RAY";
        case Modality::camera: return "CAMERA";
    }
    return "";
}

std::optional<Microseconds> printable(std::optional<Microseconds> value, Microseconds bound, Microseconds period) {
    constexpr Microseconds when_unknown{1'000'000 / 60};  // the strictest of the usual rates, as in the report
    return 2 * bound > (period > Microseconds{0} ? period : when_unknown) ? std::nullopt : value;
}

std::optional<Microseconds> Panel::paced(Figure& figure, std::optional<Microseconds> value, Timestamp now) const {
    const bool fresh = figure.taken && figure.value.has_value() == value.has_value() && now >= *figure.taken &&
                       now - *figure.taken < figure_pace;
    if (!fresh) figure = {now, value};
    return figure.value;
}

void Panel::draw(Pixels& canvas, const transport::Stamp& stamp, const View& view, Timestamp now) {
    Pixels area = canvas;
    const auto end = std::int64_t{stamp.canvas.y} + stamp.canvas.height;
    if (end > 0 && end < canvas.height) area.height = static_cast<int>(end) & ~1;
    Painter painter{.panel = *this, .on = Surface{area}, .stamp = stamp, .view = view, .now = now};
    painter.find_room();
    painter.overlay();
    for (const auto& placed : stamp.sources) painter.pane(placed);
    if (painter.large) {
        painter.facts_large();
    } else {
        painter.facts_line();
    }
}

Rect Panel::Painter::visible(Rect where) const {
    const auto cut = [](std::int64_t at, int limit) {
        return static_cast<int>(std::clamp<std::int64_t>(at, 0, limit));
    };
    const int x = cut(where.x, on.pixels.width);
    const int y = cut(where.y, on.pixels.height);
    return {x, y, cut(std::int64_t{where.x} + where.width, on.pixels.width) - x,
            cut(std::int64_t{where.y} + where.height, on.pixels.height) - y};
}

void Panel::Painter::pane(const Placed& placed) {
    const auto whole = visible(placed.pane);
    const auto image = visible(placed.image);
    if (whole.empty()) return;
    const int usual = on.px(48);
    const int above = image.y - whole.y;
    // A pane without a title bar of its own gives the upper edge of its image.
    const bool own = above >= usual / 2;
    const Rect bar{whole.x, whole.y, whole.width, own ? above : std::min(usual, whole.height)};
    auto seen = image;
    if (covers) seen.height = std::clamp(room.y - image.y, 0, image.height);
    if (!seen.empty()) say_state(placed, seen);
    title_bar(placed, bar, seen);
}

void Panel::Painter::title_bar(const Placed& placed, Rect bar, Rect image) {
    const auto& header = placed.header;
    const auto& verdict = view.states.of(header.modality);
    const bool frozen = view.freeze.has_value();
    const auto color = frozen ? colors::blue : color_of(verdict.state);
    // Of *this* picture, whatever arrives meanwhile; of an image that is held or does not change, its true age.
    auto source = source_time(header);
    if (!frozen && !verdict.age) source.reset();
    if (!frozen && verdict.state == State::xray_off && verdict.since_beam) source = now - *verdict.since_beam;
    if (!frozen && verdict.state == State::still && verdict.unchanged) source = now - *verdict.unchanged;
    auto age = source && *source <= now ? std::optional{now - *source} : std::nullopt;
    age = panel.paced(panel.ages_[index(header.modality)], printable(age, header.timeline.clock_bound, header.period),
                      now);

    transport::fill(on.pixels, bar, colors::bar);
    const int middle = bar.y + bar.height / 2;
    const std::string_view state = frozen ? "FROZEN" : name(verdict.state);
    const auto who = title(header.modality);
    const auto age_words = figure(age, header.timeline.clock_bound);
    const bool in_mm = !frozen && verdict.state == State::late && age;
    const auto mm_words = in_mm ? millimetres(*age, panel.wall_speed_cm_per_s_) : std::string{};

    // The state keeps its size. In a narrow pane the rest becomes smaller; then mm, tick, age and name go, in this
    // order.
    const int words = std::min(on.px(28), bar.height * 3 / 5);
    const int badge_room = bar.width - badge_width(state, words);
    int gap = 0, name_height = 0, digits = 0, radius = 0;
    for (const int percent : {100, 85, 70, 60}) {
        gap = on.px(12) * percent / 100;
        name_height = words * percent / 100;
        digits = std::min(on.px(36), bar.height * 3 / 4) * percent / 100;
        radius = words * 3 / 5 * percent / 100;
        if (5 * gap + width_of(who, name_height) + width_of(age_words, digits) + 2 * radius <= badge_room) break;
    }
    int left = badge_room - 2 * gap;
    const auto takes = [&left, gap](int width) {
        const bool fits = width + gap <= left;
        left -= fits ? width + gap : 0;
        return fits;
    };
    const bool has_name = takes(width_of(who, name_height));
    const bool has_age = takes(width_of(age_words, digits));
    const bool has_dial = takes(2 * radius);
    const bool has_mm = in_mm && takes(width_of(mm_words, name_height));

    int x = bar.x + gap;
    if (has_dial) {
        dial(on, x + radius, middle, radius, source, color);
        x += 2 * radius + gap;
    }
    if (has_name) x += write(on, x, middle, who, name_height, colors::ink) + gap;
    x += badge(on, x, middle, state, words, color) + gap;
    int right = bar.x + bar.width - gap;
    if (has_mm) right -= write(on, right, middle, mm_words, name_height, colors::amber, Align::right) + gap;
    if (has_age) right -= write(on, right, middle, age_words, digits, colors::ink, Align::right) + gap;
    if (in_mm && !has_mm && !image.empty()) chip(on, image, fmt::format("{}  ·  {}", age_words, mm_words), color);
    if (!frozen) {
        if (header.modality == Modality::xray) say_registration(x, right, middle, image);
        return;
    }
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
        chip(on, image, fmt::format("FROZEN {}  ·  {} ago", wall_time(held), seconds(held)), colors::blue);
        transport::frame_rect(pixels, image, colors::blue, thick);
        return;
    }
    switch (verdict.state) {
        case State::live:
            if (placed.header.degraded) chip(on, image, "REDUCED PICTURE  ·  the link carries no more", colors::amber);
            return;
        case State::late: transport::frame_rect(pixels, image, colors::amber, thick); return;
        case State::still:
            chip(on, image, fmt::format("STILL PICTURE  ·  {}", duration(verdict.unchanged)), colors::amber);
            transport::frame_rect(pixels, image, colors::amber, thick);
            return;
        case State::xray_off:
            transport::dim(pixels, image, 0.6);
            chip(on, image,
                 verdict.since_beam ? fmt::format("X-RAY OFF  ·  last image {} ago", seconds(*verdict.since_beam))
                                    : std::string{"X-RAY OFF"},
                 colors::steel);
            return;
        case State::stale: {
            transport::dim(pixels, image, 0.45);
            transport::hatch(pixels, image, colors::orange, 0.3);
            const auto old = verdict.age ? seconds(*verdict.age) : std::string{"age unknown"};
            notice(on, image, fmt::format("NOT LIVE  {}", old), "", colors::orange);
            transport::frame_rect(pixels, image, colors::orange, thick);
            return;
        }
        case State::lost: {
            transport::fill(pixels, image, colors::ground);
            const auto since = verdict.silent ? fmt::format("for {}  ·  since {}", seconds(*verdict.silent),
                                                            wall_time(*verdict.silent))
                                              : std::string{};
            notice(on, image, "NO SIGNAL", since, colors::grey);
            transport::frame_rect(pixels, image, colors::edge, on.px(2));
            return;
        }
    }
}

}  // namespace render

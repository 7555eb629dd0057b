#include "render/panel_paint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <numbers>

namespace render::paint {

using transport::Color;
using transport::Microseconds;
using transport::Rect;
using transport::Weight;

namespace {
// Of a line's height, what stands above the baseline: capitals and digits.
constexpr double cap_share = 0.755;

transport::TextStyle style(int height, Color color, Weight weight, bool outlined) {
    return {.height = height, .color = color, .weight = weight, .outlined = outlined};
}
}  // namespace

Color color_of(State state) {
    switch (state) {
        case State::live: return colors::green;
        case State::late: return colors::amber;
        case State::still: return colors::amber;
        case State::xray_off: return colors::steel;
        case State::stale: return colors::orange;
        case State::lost: return colors::grey;
    }
    return colors::grey;
}

int Surface::px(double size) const {
    return std::max(1, static_cast<int>(std::lround(size * scale)));
}

int width_of(std::string_view words, int height, Weight weight) {
    return transport::text_width(words, style(height, {}, weight, false));
}

int write(Surface& on, int x, int center_y, std::string_view words, int height, Color color, Align align,
          Weight weight) {
    const int width = width_of(words, height, weight);
    const int left = align == Align::left ? x : align == Align::right ? x - width : x - width / 2;
    const int top = center_y - static_cast<int>(std::lround(height * cap_share / 2));
    transport::text(on.pixels, left, top, words, style(height, color, weight, false));
    return width;
}

int fitting(std::string_view words, int height, int width) {
    int fits = std::max(height, 8);
    while (fits > 8 && width_of(words, fits) > width) --fits;
    return fits;
}

int badge_width(std::string_view words, int height) {
    return width_of(words, height) + height;
}

int badge(Surface& on, int x, int center_y, std::string_view words, int height, Color color) {
    const int width = badge_width(words, height);
    const double radius = height * 0.62;
    transport::line(on.pixels, x + radius, center_y, x + width - radius, center_y, color, 2 * radius);
    write(on, x + width / 2, center_y, words, height, colors::dark_ink, Align::center);
    return width;
}

void notice(Surface& on, Rect where, std::string_view big, std::string_view small, Color color) {
    const int room = where.width * 9 / 10;
    const int big_height = std::min(fitting(big, on.px(60), room), std::max(8, where.height / 4));
    const int small_height = std::min(fitting(small, on.px(30), room), big_height);
    const int gap = big_height * 2 / 5;
    const int inner = small.empty() ? big_height : big_height + gap + small_height;
    const int band = std::min(inner + 2 * gap, where.height);
    const int top = where.y + (where.height - band) / 2;
    transport::fill(on.pixels, {where.x, top, where.width, band}, colors::ground, 0.82);
    const int middle = where.x + where.width / 2;
    const int first = top + (band - inner) / 2 + big_height / 2;
    write(on, middle, first, big, big_height, color, Align::center);
    if (!small.empty())
        write(on, middle, first + big_height / 2 + gap + small_height / 2, small, small_height, colors::ink,
              Align::center, Weight::regular);
}

void chip(Surface& on, Rect where, std::string_view words, Color color) {
    const int height = fitting(words, on.px(30), where.width * 9 / 10);
    const int band = height * 8 / 5;
    const Rect place{where.x, where.y + where.height - band, where.width, band};
    transport::fill(on.pixels, place, colors::ground, 0.82);
    write(on, place.x + place.width / 2, place.y + band / 2, words, height, color, Align::center);
}

void dial(Surface& on, int center_x, int center_y, int radius, std::optional<transport::Timestamp> source,
          Color color) {
    transport::line(on.pixels, center_x, center_y, center_x, center_y, colors::edge, 2.0 * radius);
    transport::line(on.pixels, center_x, center_y, center_x, center_y, colors::ground, 2.0 * radius - on.px(4));
    if (!source) return;
    const auto second = transport::microseconds(*source) % 1'000'000;
    const double angle = static_cast<double>(second) * 2e-6 * std::numbers::pi - std::numbers::pi / 2;
    const double reach = radius - on.px(4);
    transport::line(on.pixels, center_x, center_y, center_x + reach * std::cos(angle),
                    center_y + reach * std::sin(angle), color, on.px(4));
}

std::string duration(std::optional<Microseconds> value) {
    if (!value) return "unknown";
    const auto ms = (value->count() + 500) / 1000;
    if (ms < 1000) return fmt::format("{} ms", ms);
    if (ms < 60'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0);
    if (ms < 3'600'000) return fmt::format("{} min {:02} s", ms / 60'000, ms / 1000 % 60);
    return "over 1 h";
}

std::string seconds(Microseconds value) {
    if (value >= std::chrono::seconds{1}) return duration(value);
    return fmt::format("{:.1f} s", static_cast<double>(value.count()) * 1e-6);
}

std::string figure(std::optional<Microseconds> value, Microseconds bound) {
    if (!value || bound < std::chrono::milliseconds{1} || std::chrono::abs(*value) >= std::chrono::seconds{1})
        return duration(value);
    return fmt::format("{} ±{} ms", (value->count() + 500) / 1000, (bound.count() + 999) / 1000);
}

std::string millimetres(Microseconds value, double wall_speed_cm_per_s) {
    const double mm = static_cast<double>(std::abs(value.count())) * 1e-5 * wall_speed_cm_per_s;
    return mm < 10 ? fmt::format("{:.1f} mm", mm) : fmt::format("{:.0f} mm", mm);
}

std::string clock_time(std::time_t time) {
    std::tm local{};
    localtime_r(&time, &local);
    return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace render::paint

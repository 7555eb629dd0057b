// The hand of the panel: its colours, its sizes for this canvas, and the few shapes it is made of.
#pragma once

#include "render/freshness.hpp"
#include "transport/draw.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace render::paint {

namespace colors {
inline const transport::Color ground = transport::rgb(13, 16, 20);
inline const transport::Color bar = transport::rgb(24, 28, 34);
inline const transport::Color edge = transport::rgb(58, 66, 76);
inline const transport::Color ink = transport::rgb(238, 242, 245);
inline const transport::Color quiet = transport::rgb(150, 160, 170);
inline const transport::Color dark_ink = transport::rgb(10, 12, 14);
inline const transport::Color green = transport::rgb(62, 207, 122);
inline const transport::Color amber = transport::rgb(255, 184, 28);
inline const transport::Color orange = transport::rgb(255, 136, 32);
inline const transport::Color grey = transport::rgb(196, 203, 209);
inline const transport::Color steel = transport::rgb(126, 160, 190);
inline const transport::Color blue = transport::rgb(82, 160, 255);
}  // namespace colors

/// Red is left to alarms of high priority. The word stands beside every colour.
[[nodiscard]] transport::Color color_of(State state);

/// A surface whose sizes are meant for 720 lines.
struct Surface {
    transport::Pixels& pixels;
    double scale;
    explicit Surface(transport::Pixels& target) : pixels{target}, scale{target.height / 720.0} {}
    [[nodiscard]] int px(double size) const;
};

enum class Align { left, center, right };
/// One line of text, capitals centred on `center_y`; returns its width. Pixels, unscaled.
int write(Surface& on, int x, int center_y, std::string_view words, int height, transport::Color color,
          Align align = Align::left, transport::Weight weight = transport::Weight::bold);
[[nodiscard]] int width_of(std::string_view words, int height, transport::Weight weight = transport::Weight::bold);
/// The largest height up to `height` at which the words fit into `width`.
[[nodiscard]] int fitting(std::string_view words, int height, int width);
/// Dark words on a coloured pill; returns its width.
int badge(Surface& on, int x, int center_y, std::string_view words, int height, transport::Color color);
[[nodiscard]] int badge_width(std::string_view words, int height);
/// Two lines in the middle of `where`, on a dark band; `small` may be empty.
void notice(Surface& on, transport::Rect where, std::string_view big, std::string_view small, transport::Color color);
/// A line at the lower edge of `where`.
void chip(Surface& on, transport::Rect where, std::string_view words, transport::Color color);
/// A clock hand that turns once a second with the *source's* time: a held source holds it.
void dial(Surface& on, int center_x, int center_y, int radius, std::optional<transport::Timestamp> source,
          transport::Color color);

/// "41 ms", "1.2 s", "2 min 05 s", "over 1 h"; "unknown" without a value.
[[nodiscard]] std::string duration(std::optional<transport::Microseconds> value);
/// The same in seconds from the start: "0.4 s".
[[nodiscard]] std::string seconds(transport::Microseconds value);
/// "41 ms", or "41 ±3 ms" where the clock's bound is worth a digit.
[[nodiscard]] std::string figure(std::optional<transport::Microseconds> value, transport::Microseconds bound);
/// What the wall moves in that time: "2.4 mm".
[[nodiscard]] std::string millimetres(transport::Microseconds value, double wall_speed_cm_per_s);
/// Local time, "14:03:22".
[[nodiscard]] std::string clock_time(std::time_t time);

}  // namespace render::paint

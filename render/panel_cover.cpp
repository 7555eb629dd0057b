// Pictures that stand for the picture: nothing has come yet, or the display itself has halted.
#include "render/panel.hpp"
#include "render/panel_paint.hpp"

#include <fmt/format.h>

namespace render {

using namespace paint;

namespace {

void cover(transport::Pixels& canvas, std::string_view big, std::string_view small, std::string_view third,
           transport::Color color) {
    Surface on{canvas};
    const int middle = canvas.width / 2;
    const int center = canvas.height / 2;
    const int room = canvas.width * 9 / 10;
    const auto regular = transport::Weight::regular;
    transport::fill(canvas, {0, 0, canvas.width, canvas.height}, colors::ground);
    write(on, middle, center - on.px(70), big, fitting(big, on.px(68), room), color, Align::center);
    write(on, middle, center + on.px(20), small, fitting(small, on.px(44), room), colors::ink, Align::center);
    write(on, middle, center + on.px(90), third, on.px(26), colors::quiet, Align::center, regular);
    write(on, middle, canvas.height - on.px(32), "Scialytic  ·  research software — not a medical device", on.px(18),
          colors::quiet, Align::center, regular);
}

}  // namespace

void draw_waiting(transport::Pixels& canvas, transport::Microseconds waited) {
    cover(canvas, "WAITING FOR SERVER", "NO SIGNAL", fmt::format("for {}", duration(waited)), colors::grey);
}

void draw_halted(transport::Pixels& canvas) {
    cover(canvas, "DISPLAY HALTED", "PICTURE NOT LIVE", "this display does not answer; use another screen",
          colors::orange);
    Surface on{canvas};
    transport::frame_rect(canvas, {0, 0, canvas.width, canvas.height}, colors::orange, on.px(8));
}

}  // namespace render

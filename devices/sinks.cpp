#include "devices/sinks.hpp"

#include "devices/gst_sink.hpp"
#include "devices/image_sink.hpp"

#include <stdexcept>

namespace devices {

namespace {

// Panels mark the instant of presentation by the machine's own clock: it is a measurement, not a decision.
transport::SystemClock& clock() {
    static transport::SystemClock the_clock;
    return the_clock;
}

std::unique_ptr<render::Sink> on_screen(Screen screen) {
    return std::make_unique<GstSink>(screen, clock());
}

}  // namespace

std::unique_ptr<render::Sink> open_sink(const transport::Options& options) {
    const auto& wanted = options.present;
    if (wanted == "wayland") return on_screen(Screen::wayland);
    if (wanted == "x11") return on_screen(Screen::x11);
    if (wanted == "kms") return on_screen(Screen::kms);
    const auto screen = find_screen();
    if (wanted == "window" && (!screen || *screen == Screen::kms))
        throw std::runtime_error(
            "window: neither WAYLAND_DISPLAY nor DISPLAY is set; present: headless needs no screen");
    if (wanted != "headless" && !options.headless && screen) return on_screen(*screen);
    return std::make_unique<ImageSink>(
        ImageSink::Settings{options.out, options.y4m, options.frames_per_second > 0 ? options.frames_per_second : 30.0},
        clock());
}

}  // namespace devices

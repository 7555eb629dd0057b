#include "devices/sinks.hpp"

#include "devices/gst_sink.hpp"
#include "devices/image_sink.hpp"
#include "devices/window_x11.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

namespace devices {

namespace {

// Panels mark the instant of presentation by the machine's own clock: it is a measurement, not a decision.
transport::SystemClock& clock() {
    static transport::SystemClock the_clock;
    return the_clock;
}

std::unique_ptr<render::Sink> on_screen(Screen screen) {
    if (screen == Screen::x11) {
        try {
            return std::make_unique<X11Window>(clock());
        } catch (const std::exception&) {
            // Another machine's screen, or one of few colours; where nobody answers, that is said below.
        }
    }
    return std::make_unique<GstSink>(screen, clock());
}

std::unique_ptr<render::Sink> headless(const transport::Options& options) {
    ImageSink::Settings settings{.folder = options.out, .y4m = options.y4m};
    if (options.frames_per_second > 0) settings.frames_per_second = options.frames_per_second;
    return std::make_unique<ImageSink>(settings, clock());
}

}  // namespace

std::unique_ptr<render::Sink> open_sink(const transport::Options& options) {
    const auto& wanted = options.present;
    if (wanted == "wayland") return on_screen(Screen::wayland);
    if (wanted == "x11") return on_screen(Screen::x11);
    if (wanted == "kms") return on_screen(Screen::kms);
    const auto screen = find_screen();
    if (wanted == "window") {
        if (screen && *screen != Screen::kms) return on_screen(*screen);
        throw std::runtime_error("present: window: neither WAYLAND_DISPLAY nor DISPLAY is set");
    }
    if (wanted == "auto" && !options.headless && screen) {
        try {
            return on_screen(*screen);
        } catch (const std::exception& error) {
            // A graphics card without a monitor, a DISPLAY that nobody serves any more.
            fmt::print(stderr, "{}; pictures go to files\n", error.what());
        }
    }
    return headless(options);
}

}  // namespace devices

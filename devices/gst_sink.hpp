// A panel through GStreamer: Wayland, the kernel's own mode setting, or an X11 screen that X11Window does not take.
#pragma once

#include "render/sink.hpp"
#include "transport/clock.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace devices {

enum class Screen : std::uint8_t { wayland, x11, kms };
/// The one that this session has: WAYLAND_DISPLAY, else DISPLAY, else a card under /dev/dri; nothing when none.
[[nodiscard]] std::optional<Screen> find_screen();
[[nodiscard]] std::string_view element_of(Screen screen);  ///< "waylandsink", "ximagesink", "kmssink"

/// The picture goes through to the window system in the caller's thread: nothing is queued, and present() returns
/// when the sink has rendered exactly this picture. Wayland and KMS are full screen, X11 is a window.
/// Keys (X11): `f` and space freeze; Escape, `q` and closing the window end.
class GstSink final : public render::Sink {
public:
    /// Throws std::runtime_error when GStreamer, the element or the screen is not there.
    GstSink(Screen screen, transport::Clock& clock);
    ~GstSink() override;
    /// Throws std::runtime_error with GStreamer's reason when the screen is gone.
    render::Presentation present(const transport::SharedPixels& picture) override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] bool take_freeze_key() override;
    [[nodiscard]] bool closed() const override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace devices

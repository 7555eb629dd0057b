// A window on an X screen of this machine, drawn through shared memory, and only where a picture differs from the one
// before; once in a few pictures each row all the same.
#pragma once

#include "render/sink.hpp"
#include "transport/clock.hpp"

#include <memory>

namespace devices {

/// present() returns when the X server has drawn exactly this picture: nothing is queued. The window has the picture's
/// size, and follows it; on one that its user has made larger, the picture stands in the middle. Keys: `f` and space
/// freeze; Escape, `q` and closing the window end.
class X11Window final : public render::Sink {
public:
    /// On $DISPLAY. Throws std::runtime_error when nobody answers there, when the screen has other than 24 bits of
    /// colour, or when it shares no memory with this machine: GstSink draws on those.
    explicit X11Window(transport::Clock& clock);
    ~X11Window() override;
    /// Throws std::runtime_error when the screen is gone.
    render::Presentation present(const transport::SharedPixels& picture) override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] bool take_freeze_key() override;
    [[nodiscard]] bool closed() const override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace devices

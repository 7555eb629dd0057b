// An X11 screen, read from outside: small rectangles of it, as often as one likes.
#pragma once

#include "bench/watched.hpp"
#include "transport/clock.hpp"

#include <memory>
#include <string>

namespace bench {

/// Reads through shared memory, and is told of drawing by the DAMAGE extension where the server has it.
class X11Screen final : public Watched {
public:
    /// `display`: ":0"; empty: $DISPLAY. `window`: its number (decimal, or 0x…) or a part of its title; empty: the
    /// whole screen. What lies before the window is seen in its stead, as people see it. Throws std::runtime_error when
    /// there is no such server, no such window, no shared memory, or a screen that is not 24 bits of colour.
    X11Screen(const std::string& display, const std::string& window, transport::Clock& clock);
    ~X11Screen() override;
    X11Screen(const X11Screen&) = delete;
    X11Screen& operator=(const X11Screen&) = delete;

    [[nodiscard]] std::string name() const override;
    [[nodiscard]] Whole whole(const std::stop_token& stop) override;
    /// Places outside the screen are read as nothing.
    [[nodiscard]] ScreenLook look(const std::vector<transport::Rect>& places, const std::stop_token& stop) override;
    [[nodiscard]] bool tells_redraws() const override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bench

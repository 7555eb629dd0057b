// Where light comes out. Implemented in devices/, used by the display.
#pragma once

#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <string>

namespace render {

/// When the picture reached the panel.
struct Presentation {
    transport::Timestamp time{};
    bool at_vertical_blank = false;  ///< false: handed to the windowing system, scan-out comes later
};

class Sink {
public:
    virtual ~Sink() = default;
    /// Shows an i420 picture. Returns when the picture has been handed over. Throws when the panel is gone for good.
    virtual Presentation present(const transport::SharedPixels& picture) = 0;
    /// Who shows it, for the report: "X11", "waylandsink", "headless".
    [[nodiscard]] virtual std::string name() const = 0;
    /// The user asked for freeze (key `f`, space) since the last call.
    [[nodiscard]] virtual bool take_freeze_key() { return false; }
    /// The user closed the window.
    [[nodiscard]] virtual bool closed() const { return false; }
};

}  // namespace render

// What the display draws on the picture by itself: names, states, ages, the moving tick, skew and latency.
#pragma once

#include "render/freshness.hpp"
#include "transport/draw.hpp"
#include "transport/stamp.hpp"

#include <array>
#include <ctime>
#include <optional>
#include <vector>

namespace render {

/// This display's user holds a picture. The stamp handed to Panel::draw is then the held picture's.
struct Freeze {
    transport::Timestamp since{};
    bool overlay_trusted = true;  ///< FusionVerdict::trusted at that moment
};

/// What the display knows beyond the picture itself.
struct View {
    States states;  ///< of what arrives now, also while frozen
    std::array<std::optional<transport::Microseconds>, 3> captured_to_presented;  ///< by Modality, newest known
    std::optional<Freeze> freeze;
    std::time_t wall_clock = 0;  ///< at `now`, seconds; shown in local time
    int paths = 1;               ///< by which this display can reach the server
    int paths_carrying = 1;      ///< of them, at present
};

/// Remembers the last figures, so that they change at a readable pace; each one shown is true when it appears.
class Panel {
public:
    /// The speed turns milliseconds into millimetres of heart wall.
    explicit Panel(double wall_speed_cm_per_s) : wall_speed_cm_per_s_{wall_speed_cm_per_s} {}
    /// `canvas` is the display's own copy of the picture, i420. Rows below stamp.canvas (the in-picture codes) are
    /// left alone. About 0.3 ms at 1280x720.
    void draw(transport::Pixels& canvas, const transport::Stamp& stamp, const View& view, transport::Timestamp now);

private:
    struct Figure {
        std::optional<transport::Timestamp> taken;
        std::optional<transport::Microseconds> value;
    };
    struct Painter;
    std::optional<transport::Microseconds> paced(Figure& figure, std::optional<transport::Microseconds> value,
                                                 transport::Timestamp now) const;

    double wall_speed_cm_per_s_;
    std::array<Figure, 3> ages_;
    std::array<Figure, 3> latencies_;
    Figure skew_;
    std::vector<transport::Rect> panes_;  // those that room_ was computed for
    transport::Rect canvas_;
    transport::Rect room_;
};

/// Full screen, before the first picture. `waited`: since the display started.
void draw_waiting(transport::Pixels& canvas, transport::Microseconds waited);
/// Full screen, by the watchdog: the display itself does not move any more.
void draw_halted(transport::Pixels& canvas);

/// The largest rectangle of `canvas` that no pane covers; empty when they leave none.
[[nodiscard]] transport::Rect largest_free(transport::Rect canvas, const std::vector<transport::Rect>& panes);

}  // namespace render

// One call of Panel::draw: everything it needs at hand. Used by panel.cpp and panel_facts.cpp alone.
#pragma once

#include "render/panel.hpp"
#include "render/panel_paint.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace render {

/// The name above a pane.
[[nodiscard]] std::string_view title(transport::Modality modality);
/// A figure is worth printing when its clock is known to half a frame.
[[nodiscard]] std::optional<transport::Microseconds> printable(std::optional<transport::Microseconds> value,
                                                               transport::Microseconds bound,
                                                               transport::Microseconds period);

struct Panel::Painter {
    Panel& panel;
    paint::Surface on;
    const transport::Stamp& stamp;
    const View& view;
    transport::Timestamp now;
    transport::Rect room{};  ///< for skew and latency
    bool large = false;      ///< enough of it for a block
    bool covers = false;     ///< no free room: a line over the lower edge of the pictures

    void pane(const transport::Placed& placed);
    void title_bar(const transport::Placed& placed, transport::Rect bar, transport::Rect image);
    void say_state(const transport::Placed& placed, transport::Rect image);
    void overlay();
    /// What places the echo in the X-ray, in words; empty when nothing is laid there.
    [[nodiscard]] std::string registration_text() const;
    [[nodiscard]] transport::Color registration_color() const;
    /// In the room from `left` to `right` of the X-ray's title bar; what is not good on the image when there is none.
    void say_registration(int left, int right, int middle, transport::Rect image);

    [[nodiscard]] std::string paths_text() const;
    void find_room();
    void facts_large();
    void facts_line();

    /// The part that is on the canvas: a stamp comes from outside.
    [[nodiscard]] transport::Rect visible(transport::Rect where) const;
    [[nodiscard]] std::string wall_time(transport::Microseconds ago) const {
        return paint::clock_time(view.wall_clock - std::chrono::duration_cast<std::chrono::seconds>(ago).count());
    }
    [[nodiscard]] std::string skew_text(std::optional<transport::Microseconds> skew) const;
    [[nodiscard]] std::string latency_text(const transport::FrameHeader& header) const;
};

}  // namespace render

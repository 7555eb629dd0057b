// Where the echo stands in the X-ray, and whether one may believe it.
#include "render/panel_painter.hpp"

#include <fmt/format.h>

namespace render {

using namespace paint;
using transport::Modality;
using transport::Rect;
using transport::Registration;

void Panel::Painter::overlay() {
    const auto& fusion = view.states.fusion;
    // A frozen picture stays what it was when it was taken.
    const bool trusted = view.freeze ? view.freeze->overlay_trusted : fusion.trusted;
    const bool live = view.freeze ? view.freeze->overlay_trusted : fusion.drawn_live;
    auto area = trusted ? Rect{} : visible(stamp.overlay);
    if (area.empty() && !live) area = visible(stamp.placing.drawn);
    if (area.empty()) return;
    // Until a stamp says that the server took it away. The base picture around it stays.
    transport::fill(on.pixels, area, colors::ground);
    if (!view.freeze && view.states.of(Modality::xray).state >= State::stale) return;  // its pane says enough
    notice(on, area, "OVERLAY HIDDEN", view.freeze ? "not live when frozen" : fusion.why, colors::amber);
    transport::frame_rect(on.pixels, area, colors::amber, on.px(2));
}

std::string Panel::Painter::registration_text() const {
    const auto& fusion = view.states.fusion;
    const auto& placing = stamp.placing;
    if (!fusion.both) return {};
    switch (fusion.registration) {
        case Registration::by_hand: return stamp.overlay.empty() ? "" : "PLACED BY HAND";
        case Registration::searching: return "SEARCHING PROBE";
        case Registration::lost: return "PROBE LOST";
        case Registration::ageing:
            return fusion.unseen ? fmt::format("POSE AGEING {}", seconds(*fusion.unseen)) : "POSE AGEING";
        case Registration::registered: break;
    }
    const std::string words = placing.edge_on ? "EDGE-ON" : "REGISTERED";
    return placing.error_mm > 0 ? fmt::format("{} ± {:.1f} mm", words, placing.error_mm) : words;
}

transport::Color Panel::Painter::registration_color() const {
    switch (view.states.fusion.registration) {
        case Registration::registered: return colors::green;
        case Registration::by_hand: return colors::steel;
        default: return colors::amber;
    }
}

void Panel::Painter::say_registration(int left, int right, int middle, Rect image) {
    const auto words = registration_text();
    const auto registration = view.states.fusion.registration;
    const bool seen = view.states.of(Modality::xray).state < State::stale;
    if (words.empty() || image.empty() || !seen) return;
    const auto color = registration_color();
    const int height = fitting(words, on.px(20), right - left - on.px(16));
    if (height >= on.px(15)) {
        write(on, left + on.px(8), middle, words, height, color);
        return;
    }
    const bool good = registration == Registration::registered || registration == Registration::by_hand;
    if (!good && !large && view.states.of(Modality::xray).state != State::xray_off) chip(on, image, words, color);
}

}  // namespace render

#include "bench/screen_source.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bench {

using namespace transport;

Watched::Whole SourceScreen::whole(const std::stop_token& stop) {
    Frame frame;
    while (!stop.stop_requested()) {
        const auto reading = source_->next(frame, stop);
        if (reading == capture::Reading::ended) throw std::runtime_error(fmt::format("'{:.80}' has ended", name_));
        if (reading == capture::Reading::ready) return {frame.pixels, 0, 0};
    }
    return {};
}

ScreenLook SourceScreen::look(const std::vector<Rect>& places, const std::stop_token& stop) {
    ScreenLook out;
    const auto picture = whole(stop).picture;
    out.before = out.after = clock_.now();
    for (const auto& place : places) out.codes.push_back(picture ? read_timecode(*picture, place) : std::nullopt);
    return out;
}

}  // namespace bench

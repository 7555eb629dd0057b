#include "render/pixel_check.hpp"

#include "transport/timecode.hpp"

#include <algorithm>

namespace render {

using transport::Microseconds;
using transport::Stage;

namespace {
constexpr Microseconds tolerance{1000};
}

void PixelCheck::check(const transport::Pixels& picture, const transport::Stamp& stamp) {
    for (const auto& source : stamp.sources) {
        if (source.code.empty()) continue;
        ++result_.frames;
        switch (judge(picture, source)) {
            case Verdict::agree: ++result_.agree; break;
            case Verdict::disagree: ++result_.disagree; break;
            case Verdict::unreadable: ++result_.unreadable; break;
        }
    }
}

PixelCheck::Verdict PixelCheck::judge(const transport::Pixels& picture, const transport::Placed& source) {
    const auto code = read_timecode(picture, source.code);
    if (!code) return Verdict::unreadable;
    const auto& header = source.header;
    const bool same_frame = code->stream == header.stream && code->sequence == header.sequence;
    const auto captured = header.timeline.at(Stage::captured);
    // A captured time that could not be converted is unknown: stream and sequence are all that can be compared.
    if (!captured) return same_frame ? Verdict::agree : Verdict::disagree;

    const auto bound = header.timeline.clock_bound;
    const Distance here{captured->time_since_epoch() - Microseconds{code->time_us}, bound, code->sequence};
    Distance expected{};
    if (bound > Microseconds{0}) {
        const auto known = distances_.find(header.stream);
        // A sequence that runs backwards is a node that was started again, perhaps on a clock that was, too.
        const bool started_again = known != distances_.end() && same_frame && here.sequence < known->second.sequence;
        if (known == distances_.end() || started_again) {
            if (same_frame) distances_.insert_or_assign(header.stream, here);
            return same_frame ? Verdict::agree : Verdict::disagree;
        }
        expected = known->second;
    }
    const auto difference = std::chrono::abs(here.ours_minus_theirs - expected.ours_minus_theirs);
    result_.max_difference = std::max(result_.max_difference, difference);
    if (!same_frame || difference > tolerance + bound + expected.bound) return Verdict::disagree;
    if (bound > Microseconds{0}) distances_.insert_or_assign(header.stream, here);  // follows the clocks' drift
    return Verdict::agree;
}

}  // namespace render

#include "bench/report_picks.hpp"

#include "render/report_figures.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace bench {

using transport::Stage;

namespace {

std::vector<PickedFrame> frames_of(const std::vector<ReportedFrame>& frames, const std::string& stream) {
    std::vector<PickedFrame> out;
    for (const auto& frame : frames)
        if (frame.stream == stream) out.push_back({frame, 0, {}, {}});
    return out;
}

/// The first `most` by rising `key`; of equal ones the earlier.
template <typename Key>
void keep_first(std::vector<PickedFrame>& picks, std::size_t most, Key key) {
    std::ranges::stable_sort(picks, {}, key);
    if (picks.size() > most) picks.resize(most);
}

FrameLane lane_of(const transport::FrameHeader& source, std::int64_t to_clock_us) {
    FrameLane out;
    out.stream = transport::name(source.modality);
    out.sequence = source.sequence;
    std::optional<std::int64_t> at;
    auto since = Stage::acquired;
    for (std::size_t i = 0; i < transport::stage_count; ++i) {
        const auto stage = static_cast<Stage>(i);
        const auto mark = source.timeline.at(stage);
        if (!mark) continue;
        const auto us = transport::microseconds(*mark) + to_clock_us;
        if (stage == Stage::captured) out.captured_us = us;
        if (at)
            out.spans.push_back({since, stage, *at, std::max(*at, us), std::max<std::int64_t>(0, *at - us),
                                 render::bound_between(source.timeline, since, stage).count()});
        at = std::max(at.value_or(us), us);
        since = stage;
    }
    return out;
}

void add_picture(PickedFrame& pick, const render::PresentedFrame& picture, const transport::FrameHeader& own) {
    const auto captured = own.timeline.at(Stage::captured);
    const auto presented = own.timeline.at(Stage::presented);
    if (!captured && !presented) return;
    const auto to_clock_us = captured ? pick.frame.captured_us - transport::microseconds(*captured)
                                      : pick.frame.presented_us - transport::microseconds(*presented);
    pick.lanes.push_back(lane_of(own, to_clock_us));
    for (const auto& source : picture.sources)
        if (&source != &own) pick.lanes.push_back(lane_of(source, to_clock_us));
    if (picture.skew) pick.skew_us = picture.skew->count();
}

}  // namespace

std::vector<PickedFrame> worst_frames(const std::vector<ReportedFrame>& frames, const std::string& stream,
                                      std::size_t most) {
    auto out = frames_of(frames, stream);
    keep_first(out, most, [](const PickedFrame& pick) { return -pick.frame.latency_us(); });
    for (std::size_t i = 0; i < out.size(); ++i) out[i].rank = i + 1;
    return out;
}

std::vector<PickedFrame> typical_frames(const std::vector<ReportedFrame>& frames, const std::string& stream,
                                        std::size_t most) {
    auto out = frames_of(frames, stream);
    if (out.empty()) return out;
    std::vector<std::int64_t> latencies;
    for (const auto& pick : out) latencies.push_back(pick.frame.latency_us());
    const auto middle = latencies.begin() + static_cast<std::ptrdiff_t>((latencies.size() - 1) / 2);
    std::ranges::nth_element(latencies, middle);
    const auto median = *middle;
    keep_first(out, most, [&](const PickedFrame& pick) { return std::abs(pick.frame.latency_us() - median); });
    return out;
}

void add_lanes(std::vector<PickedFrame>& picks, std::size_t repeat,
               const std::vector<render::PresentedFrame>& pictures) {
    std::map<std::pair<std::string, std::uint32_t>, std::vector<PickedFrame*>> wanted;
    for (auto& pick : picks)
        if (pick.frame.repeat == repeat && pick.lanes.empty())
            wanted[{pick.frame.stream, pick.frame.sequence}].push_back(&pick);
    for (const auto& picture : pictures)
        for (const auto& source : picture.sources) {
            const auto found = wanted.find({std::string{transport::name(source.modality)}, source.sequence});
            if (found == wanted.end()) continue;
            for (auto* pick : found->second) add_picture(*pick, picture, source);
            wanted.erase(found);  // its first presentation; the others show it again
        }
}

}  // namespace bench

#include "bench/trace_tracks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace bench {

using transport::Stage;

namespace {

constexpr std::size_t frames_node = 0;
constexpr std::array<std::string_view, 6> node_names{"frames", "capture", "uplink", "server", "downlink", "display"};

/// Where the time up to this stage was spent.
std::size_t node_of(Stage stage) {
    if (stage <= Stage::sent) return 1;
    if (stage <= Stage::received) return 2;
    if (stage <= Stage::published) return 3;
    return stage <= Stage::delivered ? 4 : 5;
}

struct LaidFrame {
    const PickedFrame* pick = nullptr;
    const FrameLane* lane = nullptr;  ///< none: no timeline
    std::string stream;
    std::int64_t from_us = 0;
    std::int64_t until_us = 0;
};

/// Every frame once, though it be both a worst one and another's partner, by begin.
std::vector<LaidFrame> laid_frames(const std::vector<PickedFrame>& picks) {
    std::vector<LaidFrame> out;
    std::set<std::tuple<std::size_t, std::string, std::uint32_t>> known;
    const auto add = [&](const PickedFrame& pick, const FrameLane* lane, const std::string& stream,
                         std::uint32_t sequence) {
        if (!known.emplace(pick.frame.repeat, stream, sequence).second) return;
        if (lane == nullptr)
            out.push_back({&pick, nullptr, stream, pick.frame.captured_us, pick.frame.presented_us});
        else if (!lane->spans.empty())
            out.push_back({&pick, lane, stream, lane->spans.front().from_us, lane->spans.back().to_us});
    };
    for (const auto& pick : picks)
        add(pick, pick.lanes.empty() ? nullptr : &pick.lanes.front(), pick.frame.stream, pick.frame.sequence);
    for (const auto& pick : picks)
        for (std::size_t i = 1; i < pick.lanes.size(); ++i)
            add(pick, &pick.lanes[i], pick.lanes[i].stream, pick.lanes[i].sequence);
    std::ranges::stable_sort(out, {}, &LaidFrame::from_us);
    return out;
}

class Tracks {
public:
    explicit Tracks(TraceTracks& out) : out_{out} {}
    /// The first track of that node and stream that is free by then, and taken until `until_us`.
    std::size_t take(std::size_t node, const std::string& stream, std::int64_t from_us, std::int64_t until_us) {
        auto& lanes = lanes_[{node, stream}];
        for (auto& [track, taken_until_us] : lanes)
            if (taken_until_us <= from_us) {
                taken_until_us = until_us;
                return track;
            }
        out_.tracks.push_back({node, lanes.empty() ? stream : fmt::format("{}, beside {}", stream, lanes.size())});
        lanes.emplace_back(out_.tracks.size() - 1, until_us);
        return out_.tracks.size() - 1;
    }

private:
    TraceTracks& out_;
    std::map<std::pair<std::size_t, std::string>, std::vector<std::pair<std::size_t, std::int64_t>>> lanes_;
};

TraceSlice frame_slice(const LaidFrame& frame, std::size_t track) {
    TraceSlice out{"frame", track, frame.from_us, std::max<std::int64_t>(0, frame.until_us - frame.from_us), {}, {}};
    const bool own = frame.lane == nullptr || frame.lane == &frame.pick->lanes.front();
    const auto captured_us = frame.lane == nullptr ? frame.pick->frame.captured_us : frame.lane->captured_us;
    out.numbers = {{"sequence", own ? frame.pick->frame.sequence : frame.lane->sequence},
                   {"repeat", static_cast<std::int64_t>(frame.pick->frame.repeat)},
                   {"latency_us", own ? frame.pick->frame.latency_us() : frame.until_us - captured_us}};
    if (own && frame.pick->rank > 0) out.numbers.emplace_back("rank", static_cast<std::int64_t>(frame.pick->rank));
    if (frame.pick->skew_us) out.numbers.emplace_back("skew_us", *frame.pick->skew_us);
    out.words = {{"stream", frame.stream},
                 {"picked", !own                   ? "beside another"
                            : frame.pick->rank > 0 ? "worst"
                                                   : "typical"}};
    return out;
}

TraceSlice stage_slice(const LaidFrame& frame, const StageSpan& span, std::size_t track) {
    TraceSlice out{std::string{transport::name(span.stage)}, track, span.from_us, span.us(), {}, {}};
    out.numbers = {{"sequence", frame.lane->sequence}, {"clock_bound_us", span.bound_us}};
    if (span.backwards_us > 0) out.numbers.emplace_back("backwards_us", span.backwards_us);
    out.words = {{"stream", frame.stream}, {"since", std::string{transport::name(span.since)}}};
    return out;
}

}  // namespace

TraceTracks tracks_of(const std::vector<PickedFrame>& picks) {
    TraceTracks out;
    out.nodes.assign(node_names.begin(), node_names.end());
    Tracks tracks{out};
    const auto frames = laid_frames(picks);
    for (const auto& frame : frames) {
        const auto track = tracks.take(frames_node, frame.stream, frame.from_us, frame.until_us);
        out.slices.push_back(frame_slice(frame, track));
        if (frame.lane == nullptr) continue;
        for (const auto& span : frame.lane->spans) out.slices.push_back(stage_slice(frame, span, track));
    }
    // The nodes: by the spans' own begins, so that a track is taken in the order of time.
    std::vector<std::pair<const LaidFrame*, const StageSpan*>> spans;
    for (const auto& frame : frames)
        if (frame.lane != nullptr)
            for (const auto& span : frame.lane->spans) spans.emplace_back(&frame, &span);
    std::ranges::stable_sort(spans, {}, [](const auto& one) { return one.second->from_us; });
    for (const auto& [frame, span] : spans)
        out.slices.push_back(
            stage_slice(*frame, *span, tracks.take(node_of(span->stage), frame->stream, span->from_us, span->to_us)));
    std::int64_t first_us = std::numeric_limits<std::int64_t>::max();
    for (const auto& slice : out.slices) first_us = std::min(first_us, slice.from_us);
    for (auto& slice : out.slices) slice.from_us -= first_us;
    std::ranges::stable_sort(out.slices, {}, [](const TraceSlice& slice) {
        return std::pair{slice.from_us, -slice.us};
    });
    return out;
}

}  // namespace bench

// Frames as slices on tracks, such that those of one track lie side by side or within each other. Pure.
#pragma once

#include "bench/report_picks.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// One slice of a track. Stages are named as everywhere: transport::name(Stage).
struct TraceSlice {
    std::string name;
    std::size_t track = 0;  ///< in TraceTracks::tracks
    std::int64_t from_us = 0;
    std::int64_t us = 0;
    std::vector<std::pair<std::string, std::int64_t>> numbers;  ///< told with it
    std::vector<std::pair<std::string, std::string>> words;     ///< the same, as texts
};

struct TraceTrack {
    std::size_t node = 0;  ///< in TraceTracks::nodes
    std::string name;      ///< the stream's; of frames that overlap those before, "ultrasound, beside 1"
};

struct TraceTracks {
    std::vector<std::string> nodes;  ///< "frames", "capture", "uplink", "server", "downlink", "display"
    std::vector<TraceTrack> tracks;
    std::vector<TraceSlice> slices;  ///< by begin, longer ones first
};

/// Every frame is a slice "frame" from its first mark to its last, its stages within it on the same track and side by
/// side, and once more each stage on the track of the node where it passed. Without a timeline a frame is one slice
/// from captured to presented. µs since the first of all of them.
[[nodiscard]] TraceTracks tracks_of(const std::vector<PickedFrame>& picks);

/// As Chrome and ui.perfetto.dev read it: {"traceEvents": […]}, phases "M" and "X". `title`: the trace's own.
[[nodiscard]] std::string trace_json(const TraceTracks& tracks, const std::string& title);

}  // namespace bench

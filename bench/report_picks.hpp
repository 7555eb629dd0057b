// The frames that are looked at one by one, typical ones and the worst, with their way from stage to stage.
#pragma once

#include "bench/report_frames.hpp"
#include "render/report.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// From the known stage before it to this one; µs of the display's clock.
struct StageSpan {
    transport::Stage since{};
    transport::Stage stage{};
    std::int64_t from_us = 0;
    std::int64_t to_us = 0;         ///< never before from_us
    std::int64_t backwards_us = 0;  ///< by so much the mark lay before the one before it: a clock's error
    std::int64_t bound_us = 0;      ///< of the clocks
    [[nodiscard]] std::int64_t us() const { return to_us - from_us; }
};

/// One source's frame on its way into a picture.
struct FrameLane {
    std::string stream;
    std::uint32_t sequence = 0;
    std::int64_t captured_us = 0;
    std::vector<StageSpan> spans;  ///< by stage, without gaps
};

struct PickedFrame {
    ReportedFrame frame;
    std::size_t rank = 0;          ///< 1: the worst of its stream; 0: a typical one
    std::vector<FrameLane> lanes;  ///< its own first, then what the same picture shows beside it; empty: no timeline
    std::optional<std::int64_t> skew_us;  ///< of that picture
};

/// Of one stream's frames the `most` with the longest latency, longest first.
[[nodiscard]] std::vector<PickedFrame> worst_frames(const std::vector<ReportedFrame>& frames, const std::string& stream,
                                                    std::size_t most);
/// Those nearest to the median latency, nearest first.
[[nodiscard]] std::vector<PickedFrame> typical_frames(const std::vector<ReportedFrame>& frames,
                                                      const std::string& stream, std::size_t most);

/// Gives lanes to the frames of that repeat. Timelines are µs since the run's start: each is laid onto the display's
/// clock where its frame was captured or, where that is unknown, presented.
void add_lanes(std::vector<PickedFrame>& picks, std::size_t repeat,
               const std::vector<render::PresentedFrame>& pictures);

}  // namespace bench

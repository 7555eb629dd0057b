// A stream's frames in time: repeats one after the other, and what each second of them was like.
#pragma once

#include "bench/report_input.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What was measured of one repeat, with the display's states within it.
struct ShownRepeat {
    std::size_t number = 1;
    double begins_s = 0;        ///< where it stands in a picture of all repeats
    double seconds = 0;         ///< from the first frame to the last
    std::int64_t start_us = 0;  ///< the first frame of any stream was presented, display's clock
    std::vector<ReportedFrame> frames;
    std::vector<StateChange> changes;  ///< of this stream's modality, and of the fusion
};
/// Without repeats that have no frame of this stream.
[[nodiscard]] std::vector<ShownRepeat> shown_repeats(const ReportedResult& result, const std::string& stream);

struct Second {
    double from_s = 0;  ///< since the repeat's start
    std::size_t frames = 0;
    std::int64_t p50_us = 0;
    std::optional<std::int64_t> p99_us{};  ///< with at least 100 frames: of fewer it would be the largest
    std::int64_t max_us = 0;
};
/// By the moment of presentation; windows without a frame are left out.
[[nodiscard]] std::vector<Second> windows_of(const ShownRepeat& repeat, double window_s);
/// One second, or so many that a picture of that length has at most 300 windows.
[[nodiscard]] double window_seconds(double length_s);

}  // namespace bench

// A fused frame's time on the processor.
#pragma once

#include "bench/fusion.hpp"

namespace bench {

/// Milliseconds of each frame of one contender in one round.
using FrameTimes = std::vector<double>;
/// `share` 0..1, nearest rank. Throws std::invalid_argument when empty.
[[nodiscard]] double percentile(FrameTimes times, double share);

/// Contenders in turns; each vector holds a round an element, all equally long and not empty.
struct FusionRounds {
    std::vector<FrameTimes> still;
    std::vector<FrameTimes> moving;
    std::vector<FrameTimes> without;          ///< the base picture alone
    std::vector<FrameTimes> plain;            ///< straightforward, one thread
    std::vector<FrameTimes> plain_all_cores;  ///< the same with OpenCV's threads on every core
    double least_bytes = 0;                   ///< a frame: sources read once, canvas written once
    double copy_bytes_per_s = 0;              ///< read and written, by memcpy in the same run
    double covered = 0;                       ///< of the X-ray's image, by the echo
};
[[nodiscard]] std::vector<Row> fusion_speed_rows(const FusionRounds& rounds);

/// Measures and makes the rows.
[[nodiscard]] FusionFigures fusion_speed(const FusionOptions& options);

}  // namespace bench

// Two judges of one run: do they say the same of the same frames? Pure.
#pragma once

#include "bench/wireless_figures.hpp"
#include "transport/clock.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace bench {

using FrameKey = std::pair<transport::StreamId, std::uint32_t>;  ///< stream, sequence

/// When one judge first saw each frame, µs of this machine's clock. One with a clock of its own, as a camera, says
/// captured (the code tells it) + the latency that it measured.
struct Judgement {
    std::string judge;  ///< "in-picture code", "screen watcher", "camera"
    std::map<FrameKey, std::int64_t> presented_us;
    transport::Microseconds uncertainty{0};  ///< of one frame, as the judge states it (99 % of them)
};

/// From a judge's codes; of the frames that it first saw within the span.
[[nodiscard]] Judgement judgement(std::string judge, const std::vector<SeenCode>& codes, const Span& presented,
                                  transport::Microseconds uncertainty);

struct Agreement {
    std::string first;
    std::string second;
    std::uint64_t both = 0;  ///< frames that both saw
    std::uint64_t only_first = 0;
    std::uint64_t only_second = 0;
    std::int64_t shift_us = 0;  ///< median of second minus first: negative when the second says less
    // Of the differences' amounts, nearest ranks.
    std::int64_t median_us = 0;
    std::int64_t p95_us = 0;
    std::int64_t p99_us = 0;
    std::int64_t largest_us = 0;
    FrameKey largest_at{};
    transport::Microseconds allowed{0};  ///< what both judges' uncertainties explain, or 2 ms if that is more

    /// Median and p95 are within what is allowed; false when no frame was seen by both.
    [[nodiscard]] bool agree() const;
};

[[nodiscard]] Agreement compare_judges(const Judgement& first, const Judgement& second);
/// "in-picture code and screen watcher agree: 480 frames of both, …": one line.
[[nodiscard]] std::string to_line(const Agreement& agreement);

}  // namespace bench

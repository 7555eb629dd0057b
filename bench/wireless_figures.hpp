// What a run over radios was like, from the codes that were shown, the display's states and the radio's own outages.
// Pure: given figures in, figures out.
#pragma once

#include "bench/codes.hpp"

#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Half open, µs of the monotonic clock.
struct Span {
    std::int64_t from_us = 0;
    std::int64_t until_us = 0;
    bool operator==(const Span&) const = default;
};

/// Of one stream: the frames that were captured within a span.
struct ShownStream {
    std::uint64_t sent = 0;    ///< captured, shown or not: by the numbers and times of those that were shown
    std::uint64_t intact = 0;  ///< of these, whose code was read from the presented pixels at least once
    // From captured to first presented; 0 when none was shown.
    std::int64_t p50_us = 0;
    std::int64_t p99_us = 0;
    std::int64_t max_us = 0;
    std::int64_t longest_gap_us = 0;  ///< between two presentations of new frames, one of them in the span

    [[nodiscard]] std::uint64_t lost() const { return sent - intact; }
    [[nodiscard]] double intact_percent() const;  ///< no number when none was sent
};
/// `period_us`: of the source, where no frame was shown at one side of the span.
[[nodiscard]] ShownStream shown_stream(const std::vector<SeenCode>& codes, transport::StreamId stream,
                                       const Span& captured, double period_us);

/// A row of states.csv.
struct StateChange {
    std::int64_t time_us = 0;  ///< monotonic clock
    std::string who;           ///< modality, or "fusion"
    std::string state;
    std::int64_t since_start_us = 0;  ///< the same time as timeline.csv counts, from the display's start
};
/// A last line that is not whole is passed over. Throws std::runtime_error with the number of a malformed line.
[[nodiscard]] std::vector<StateChange> read_states(std::istream& csv);
/// Of the pictures presented within the span with a code that is new, the share that was fused (SYNCED) with both
/// modalities LIVE or LATE, in percent; no number when there was none.
[[nodiscard]] double fused_percent(const std::vector<SeenCode>& codes, const std::vector<StateChange>& states,
                                   const Span& presented);

/// From several links of one path: outages that overlap or follow each other within `within_us` are one.
[[nodiscard]] std::vector<Span> joined(std::vector<Span> outages, std::int64_t within_us);

/// How long after the end of each outage the first frame that was captured later than its begin was presented; the
/// longest of them, µs. Outages that end less than a second before the span's end are left out. Nothing without one.
[[nodiscard]] std::optional<std::int64_t> slowest_return_us(const std::vector<SeenCode>& codes,
                                                            transport::StreamId stream,
                                                            const std::vector<Span>& outages, const Span& watched);
/// How long after the end of each outage that modality was LIVE for good (until the next outage); 0 where it never
/// ceased to be. As above; infinitely long when it did not come back.
[[nodiscard]] std::optional<double> slowest_live_again_ms(const std::vector<StateChange>& states, std::string_view who,
                                                          const std::vector<Span>& outages, const Span& watched);

}  // namespace bench

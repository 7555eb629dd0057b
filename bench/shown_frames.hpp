// The frames of one stream as they were shown, and what a viewer notices of them: waiting, freezing, hurrying, ageing.
// Pure: codes that were read off the shown pixels in, figures out. Times are µs of the display's clock.
#pragma once

#include "bench/wireless_figures.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace bench {

/// A frame that was newer than all before it.
struct ShownFrame {
    std::uint32_t sequence = 0;
    std::int64_t captured_us = 0;
    std::int64_t presented_us = 0;       ///< first
    std::optional<std::int64_t> gap_us;  ///< since the frame before it was first presented; the very first has none
    std::optional<std::int64_t> capture_gap;  ///< µs since the frame before it was captured
    std::uint32_t skipped_before = 0;         ///< numbers that never were shown
    std::uint32_t presentations = 0;          ///< pictures that show it
    bool after_freeze = false;

    [[nodiscard]] std::int64_t latency_us() const { return presented_us - captured_us; }
};

/// Those first presented within the span, by presentation. A gap at the border of the warm-up counts: the frames after
/// it were due inside. `period_us` of the source: what a gap is until there are gaps to go by.
[[nodiscard]] std::vector<ShownFrame> shown_frames(const std::vector<SeenCode>& codes, transport::StreamId stream,
                                                   const Span& presented, double period_us);

/// A gap between two shown frames is a freeze from max(3 x mean, mean + 150 ms) on, the mean being that of the last 30
/// gaps: the rule of the W3C's webrtc-stats (freezeCount, totalFreezesDuration).
class FreezeRule {
public:
    explicit FreezeRule(double period_us) : period_us_{period_us} {}
    /// Whether this gap is one; it then counts for the mean of those that follow.
    bool freezes(std::int64_t gap_us);

private:
    double period_us_;
    std::vector<std::int64_t> recent_;
    std::size_t next_ = 0;
};

struct Freezes {
    std::uint64_t count = 0;
    std::int64_t total_us = 0;  ///< whole gaps, as the rule's authors count
    std::int64_t longest_us = 0;
};
/// One that lasts to the end of the span counts. No frame at all is one freeze.
[[nodiscard]] Freezes freezes_of(const std::vector<ShownFrame>& frames, const Span& presented, double period_us);

/// Interarrival jitter as RFC 3550 6.4.1 has it, of the frames as they were presented, µs.
struct Jitter {
    double mean = 0;  ///< of the running estimate over the frames
    double most = 0;  ///< of the running estimate
};
[[nodiscard]] std::optional<Jitter> jitter_of(const std::vector<ShownFrame>& frames);  ///< wants two frames

/// The latencies that frames would have had which were due but never shown, µs: from when each was due until something
/// newer was shown. Filled in as hdr_record_corrected_value does, in steps of the expected interval below the longest
/// wait, but down to the latency of the frame that came: several frames are under way at a time, and those that came
/// have told their own.
[[nodiscard]] std::vector<std::int64_t> omitted_us(const ShownFrame& frame, double expected_interval_us);

/// What the eye sees: how old the picture is at each of these instants; those before the first picture are left out.
struct Age {
    std::int64_t age_us = 0;
    SeenCode shown;
};
[[nodiscard]] std::vector<Age> ages_at(const std::vector<SeenCode>& codes, transport::StreamId stream,
                                       const std::vector<std::int64_t>& instants_us);

}  // namespace bench

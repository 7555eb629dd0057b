#include "bench/shown_frames.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>

namespace bench {

std::vector<ShownFrame> shown_frames(const std::vector<SeenCode>& codes, transport::StreamId stream,
                                     const Span& presented, double period_us) {
    std::map<std::uint32_t, std::uint32_t> presentations;
    for (const auto& code : codes)
        if (code.stream == stream) ++presentations[code.sequence];
    std::vector<ShownFrame> out;
    FreezeRule rule{period_us};
    std::optional<SeenCode> before;
    const auto by_stream = first_shown(codes);
    const auto found = by_stream.find(stream);
    if (found == by_stream.end()) return out;
    for (const auto& code : found->second) {
        ShownFrame frame;
        frame.sequence = code.sequence;
        frame.captured_us = code.time_us;
        frame.presented_us = code.presented_us;
        frame.presentations = presentations[code.sequence];
        if (before) {
            frame.gap_us = code.presented_us - before->presented_us;
            frame.capture_gap = code.time_us - before->time_us;
            frame.skipped_before = code.sequence - before->sequence - 1;
            frame.after_freeze = rule.freezes(*frame.gap_us);
        }
        before = code;
        if (code.presented_us >= presented.from_us && code.presented_us < presented.until_us) out.push_back(frame);
    }
    return out;
}

bool FreezeRule::freezes(std::int64_t gap_us) {
    constexpr std::size_t remembered = 30;
    constexpr double longer_by_us = 150'000;
    const auto sum = static_cast<double>(std::accumulate(recent_.begin(), recent_.end(), std::int64_t{0}));
    const double mean = recent_.empty() ? period_us_ : sum / static_cast<double>(recent_.size());
    if (recent_.size() < remembered)
        recent_.push_back(gap_us);
    else
        recent_[next_++ % remembered] = gap_us;
    return static_cast<double>(gap_us) >= std::max(3 * mean, mean + longer_by_us);
}

Freezes freezes_of(const std::vector<ShownFrame>& frames, const Span& presented, double period_us) {
    Freezes out;
    const auto add = [&](std::int64_t gap_us) {
        ++out.count;
        out.total_us += gap_us;
        out.longest_us = std::max(out.longest_us, gap_us);
    };
    FreezeRule rule{period_us};
    for (const auto& frame : frames) {
        if (frame.gap_us) static_cast<void>(rule.freezes(*frame.gap_us));
        if (frame.after_freeze) add(*frame.gap_us);
    }
    const auto last_us = frames.empty() ? presented.from_us : frames.back().presented_us;
    if (rule.freezes(presented.until_us - last_us)) add(presented.until_us - last_us);
    return out;
}

std::optional<Jitter> jitter_of(const std::vector<ShownFrame>& frames) {
    constexpr double gain = 1.0 / 16;
    if (frames.size() < 2) return std::nullopt;
    Jitter out;
    double estimate = 0;
    double sum = 0;
    for (std::size_t i = 1; i < frames.size(); ++i) {
        const auto difference = std::abs(frames[i].latency_us() - frames[i - 1].latency_us());
        estimate += (static_cast<double>(difference) - estimate) * gain;
        sum += estimate;
        out.most = std::max(out.most, estimate);
    }
    out.mean = sum / static_cast<double>(frames.size() - 1);
    return out;
}

std::vector<std::int64_t> omitted_us(const ShownFrame& frame, double expected_interval_us) {
    std::vector<std::int64_t> out;
    if (!frame.capture_gap) return out;
    constexpr double most = 60 * 1000;  // a minute at 1000/s: what a histogram holds
    const double due = std::min(most, std::round(static_cast<double>(*frame.capture_gap) / expected_interval_us) - 1);
    for (double i = due; i >= 1; --i) out.push_back(frame.latency_us() + std::llround(i * expected_interval_us));
    return out;
}

std::vector<Age> ages_at(const std::vector<SeenCode>& codes, transport::StreamId stream,
                         const std::vector<std::int64_t>& instants_us) {
    std::vector<SeenCode> shown;
    std::ranges::copy_if(codes, std::back_inserter(shown), [&](const SeenCode& code) { return code.stream == stream; });
    std::vector<Age> out;
    std::size_t next = 0;
    for (const auto instant : instants_us) {
        while (next < shown.size() && shown[next].presented_us <= instant) ++next;
        if (next > 0) out.push_back({instant - shown[next - 1].time_us, shown[next - 1]});
    }
    return out;
}

}  // namespace bench

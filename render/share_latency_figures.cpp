#include "render/share_latency_figures.hpp"

#include "render/report_figures.hpp"

#include <algorithm>
#include <cmath>

namespace render {

using transport::FinishedTimeline;
using transport::Stage;
using transport::stage_count;

namespace {

using Line = const FinishedTimeline*;

/// One duration of every frame that has it.
struct Gathered {
    std::vector<std::int64_t> values_us;
    std::int64_t bound_us = 0;
    void add(std::int64_t us, std::int64_t bound) {
        values_us.push_back(us);
        bound_us = std::max(bound_us, bound);
    }
};

std::optional<std::int64_t> mark_of(const FinishedTimeline& line, Stage stage) {
    const auto i = static_cast<std::size_t>(stage);
    if (i >= line.marks_us.size() || line.marks_us[i] < 0) return std::nullopt;
    return line.marks_us[i];
}

/// The smallest that at least this share of them does not exceed.
std::int64_t at_share(std::vector<std::int64_t>& values, double share) {
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    const auto at = values.begin() + std::clamp<std::ptrdiff_t>(rank, 0, std::ssize(values) - 1);
    std::ranges::nth_element(values, at);
    return *at;
}

std::optional<LatencySummary> summary_of(Gathered& gathered) {
    auto& values = gathered.values_us;
    if (values.empty()) return std::nullopt;
    LatencySummary out;
    out.count = values.size();
    out.newest_us = values.back();
    out.bound_us = gathered.bound_us;
    out.p50_us = at_share(values, 0.5);
    out.p99_us = at_share(values, 0.99);
    return out;
}

void add_hops(const FinishedTimeline& line, std::array<Gathered, stage_count>& hops) {
    transport::Timeline bounds;
    bounds.clock_bound = transport::Microseconds{line.clock_bound_us};
    std::optional<Stage> before;
    for (std::size_t i = 0; i < stage_count; ++i) {
        const auto stage = static_cast<Stage>(i);
        const auto mark = mark_of(line, stage);
        if (!mark) continue;
        if (before) hops[i].add(*mark - *mark_of(line, *before), bound_between(bounds, *before, stage).count());
        before = stage;
    }
}

/// Of neighbours in the sequence alone: a gap is no period.
std::int64_t period_of(std::span<const Line> lines) {
    std::vector<std::int64_t> distances;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto before = mark_of(*lines[i - 1], Stage::captured);
        const auto now = mark_of(*lines[i], Stage::captured);
        if (before && now && lines[i]->sequence == lines[i - 1]->sequence + 1 && *now > *before)
            distances.push_back(*now - *before);
    }
    return distances.empty() ? 0 : at_share(distances, 0.5);
}

LatencyFrame frame_of(const FinishedTimeline& line) {
    LatencyFrame out;
    out.sequence = line.sequence;
    out.bound_us = line.clock_bound_us;
    auto zero = mark_of(line, Stage::captured);
    for (std::size_t i = 0; i < stage_count; ++i) {
        const auto mark = mark_of(line, static_cast<Stage>(i));
        if (!mark) continue;
        if (!zero) zero = mark;
        out.marks_us.at(i) = *mark - *zero;
    }
    return out;
}

/// Evenly thinned; the newest is always among them.
std::vector<LatencyFrame> recent_of(std::span<const Line> fresh) {
    std::vector<LatencyFrame> out;
    const auto told = std::min(fresh.size(), ShareLatency::most_recent);
    for (std::size_t i = 1; i <= told; ++i) out.push_back(frame_of(*fresh[fresh.size() * i / told - 1]));
    return out;
}

}  // namespace

LatencyStream latency_of(transport::Modality modality, std::span<const Line> lines, std::size_t fresh) {
    LatencyStream out;
    out.modality = modality;
    out.frames = lines.size();
    if (lines.empty()) return out;
    out.stream = lines.back()->stream;
    out.period_us = period_of(lines);
    Gathered totals;
    std::array<Gathered, stage_count> hops;
    const auto first_fresh = lines.size() - std::min(fresh, lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const auto& line = *lines[i];
        add_hops(line, hops);
        const auto captured = mark_of(line, Stage::captured);
        const auto presented = mark_of(line, Stage::presented);
        if (!captured || !presented) {
            ++out.untimed;
            continue;
        }
        totals.add(*presented - *captured, line.clock_bound_us);
        if (i >= first_fresh && out.totals_us.size() < ShareLatency::most_totals)
            out.totals_us.push_back(*presented - *captured);
    }
    out.total = summary_of(totals);
    for (std::size_t i = 0; i < stage_count; ++i) out.hops.at(i) = summary_of(hops.at(i));
    out.recent = recent_of(lines.subspan(first_fresh));
    return out;
}

}  // namespace render

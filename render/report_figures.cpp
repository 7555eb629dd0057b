#include "render/report_figures.hpp"

#include <algorithm>
#include <cmath>

namespace render {

using transport::FrameHeader;
using transport::Microseconds;
using transport::Stage;

namespace {

/// Capture node, server, display.
constexpr int machine(Stage stage) {
    if (stage <= Stage::sent) return 0;
    return stage <= Stage::published ? 1 : 2;
}

/// Marks that came in a later stamp, converted with what was known of the clock by then.
constexpr bool came_late(Stage stage) {
    return stage == Stage::sent || stage == Stage::published;
}

/// Two marks of one clock, converted together, are as far apart as they were there.
constexpr bool one_conversion(Stage from, Stage to) {
    return machine(from) == machine(to) && !came_late(from) && !came_late(to);
}

Microseconds half_frame(const FrameHeader& header) {
    constexpr Microseconds when_unknown{1'000'000 / 60};  // the strictest of the usual rates
    return (header.period > Microseconds{0} ? header.period : when_unknown) / 2;
}

}  // namespace

void Figure::record(std::optional<Microseconds> duration, Microseconds clock_bound, Microseconds limit) {
    if (!duration || clock_bound > limit) {
        ++unknown;
        return;
    }
    histogram.record(*duration);
    bound = std::max(bound, clock_bound);
}

void Figure::clear() {
    histogram.clear();
    unknown = 0;
    bound = Microseconds{0};
}

Microseconds bound_between(const transport::Timeline& timeline, Stage from, Stage to) {
    return one_conversion(from, to) ? Microseconds{0} : timeline.clock_bound;
}

bool sub_frame(const Figures& figures) {
    constexpr Microseconds limit{2'000};
    const auto known = [](const ModalityFigures& of) { return !of.seen || of.clock.known > 0; };
    return figures.frames > 0 && figures.clock_bound <= limit && std::ranges::all_of(figures.by_modality, known);
}

bool trustworthy(std::uint64_t count, double percent) {
    return static_cast<double>(count) * std::round(1000 - percent * 10) >= 10 * 1000;
}

void Window::clear(transport::Timestamp now) {
    since = now;
    frames = 0;
    for (auto& total : totals) total.clear();
    hops = {};
    skew.clear();
}

Figures::Figures(Endpoints from_to, transport::Timestamp run_start) : endpoints{std::move(from_to)}, start{run_start} {
    window.since = run_start;
}

void Figures::add(const PresentedFrame& frame) {
    ++frames;
    ++window.frames;
    ++scraped->frames;
    add_skew(frame);
    for (const auto& header : frame.sources) {
        if (index(header.modality) >= transport::modality_count) continue;
        const auto presented = header.timeline.at(Stage::presented);
        if (presented) last_presented = std::max(last_presented.value_or(*presented), *presented);
        by_modality[index(header.modality)].seen = true;
        clock_bound = std::max(clock_bound, header.timeline.clock_bound);
        if (!first_presentation(header)) continue;
        add_clock(header);
        add_source(header);
    }
}

void Figures::add_clock(const FrameHeader& header) {
    auto& clock = by_modality[index(header.modality)].clock;
    if (!header.timeline.at(Stage::captured)) {
        ++clock.unknown;
        return;
    }
    ++clock.known;
    clock.bound = std::max(clock.bound, header.timeline.clock_bound);
    clock.basis = std::max(clock.basis, header.timeline.clock_basis);
}

bool Figures::first_presentation(const FrameHeader& header) {
    constexpr std::size_t remembered = 16;  // more than a pairing ring can go back
    auto& recent = recent_[index(header.modality)];
    const std::pair frame{header.stream, header.sequence};
    if (std::ranges::find(recent, frame) != recent.end()) return false;
    recent.push_back(frame);
    if (recent.size() > remembered) recent.pop_front();
    return true;
}

void Figures::add_source(const FrameHeader& header) {
    const auto& timeline = header.timeline;
    const auto limit = half_frame(header);
    auto& figures = by_modality[index(header.modality)];

    const auto total = timeline.between(endpoints.from, endpoints.to);
    figures.total.record(total, timeline.clock_bound, limit);
    window.totals[index(header.modality)].record(total, timeline.clock_bound, limit);
    if (total && timeline.clock_bound <= limit)
        scraped->totals[index(header.modality)].record(*total);
    else
        ++scraped->untimed[index(header.modality)];

    std::optional<Stage> previous;
    for (std::size_t i = 0; i < transport::stage_count; ++i) {
        const auto stage = static_cast<Stage>(i);
        if (!timeline.at(stage)) continue;
        if (stage == Stage::acquired && timeline.acquired_estimated) continue;  // a setting, not a measurement
        if (previous) {
            const auto duration = timeline.between(*previous, stage);
            const auto bound = bound_between(timeline, *previous, stage);
            figures.hops[i].record(duration, bound, limit);
            if (bound <= limit) {
                scraped->hops.record(header.modality, stage, *duration);
                auto& hop = window.hops[i];
                hop.sum += std::max(*duration, Microseconds{0});
                hop.bound = std::max(hop.bound, bound);
                ++hop.count;
            }
        }
        previous = stage;
    }
}

void Figures::add_skew(const PresentedFrame& frame) {
    if (!frame.skew) return;
    Microseconds bound{0};  // of two capture nodes
    Microseconds limit = Microseconds::max();
    for (const auto& header : frame.sources) {
        if (header.modality == transport::Modality::camera) continue;
        bound += header.timeline.clock_bound;
        limit = std::min(limit, half_frame(header));
    }
    const auto size = std::chrono::abs(*frame.skew);
    skew.record(size, bound, limit);
    window.skew.record(size, bound, limit);
}

}  // namespace render

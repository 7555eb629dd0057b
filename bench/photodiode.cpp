#include "bench/photodiode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace bench {

namespace {

double ranked(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + rank);
    return values[static_cast<std::size_t>(rank)];
}

/// When the line between two samples crosses that level.
double crossing(const LightTrace& trace, std::size_t after, double level) {
    const double from = trace.value[after - 1];
    const double to = trace.value[after];
    const double share = to == from ? 1 : std::clamp((level - from) / (to - from), 0.0, 1.0);
    return trace.at_us[after - 1] + share * (trace.at_us[after] - trace.at_us[after - 1]);
}

}  // namespace

LightEdges light_edges(const LightTrace& trace) {
    LightEdges out;
    if (trace.value.size() < 3) return out;
    const double dark = ranked(trace.value, 0.05);
    const double bright = ranked(trace.value, 0.95);
    const double swing = bright - dark;
    // Noise alone has a swing too: a flip is far larger than what happens from sample to sample.
    std::vector<double> steps;
    std::vector<double> intervals;
    for (std::size_t i = 1; i < trace.value.size(); ++i) {
        steps.push_back(std::abs(trace.value[i] - trace.value[i - 1]));
        intervals.push_back(trace.at_us[i] - trace.at_us[i - 1]);
    }
    out.sample_us = ranked(intervals, 0.5);
    if (!(swing > 0) || swing < 8 * ranked(steps, 0.5)) return out;

    const auto level = [&](double share) { return dark + share * swing; };
    std::optional<bool> is_bright;
    std::vector<double> rises;
    std::array<std::optional<double>, 3> crossed;  // a quarter, the middle, three quarters, last crossed
    for (std::size_t i = 0; i < trace.value.size(); ++i) {
        const double value = trace.value[i];
        if (i > 0)
            for (std::size_t k = 0; k < crossed.size(); ++k) {
                const double here = level(0.25 * static_cast<double>(k + 1));
                if ((trace.value[i - 1] < here) != (value < here)) crossed[k] = crossing(trace, i, here);
            }
        const bool flips_up = value > level(0.7) && is_bright != true;
        const bool flips_down = value < level(0.3) && is_bright != false;
        if (!flips_up && !flips_down) continue;
        if (is_bright && crossed[1]) {
            out.edges.push_back({*crossed[1], flips_up});
            // The far quarter may be crossed only later; then twice the near half stands for it.
            const auto& near = flips_up ? crossed[0] : crossed[2];
            if (near) rises.push_back(2 * std::max(0.0, *crossed[1] - *near));
        }
        is_bright = flips_up;
    }
    out.rise_us = ranked(rises, 0.5);
    return out;
}

LightReport light_report(const LightTraces& traces) {
    const auto source = light_edges(traces[0]);
    const auto display = light_edges(traces[1]);
    LightReport out;
    out.source_edges = source.edges.size();
    out.display_edges = display.edges.size();
    if (source.edges.empty() || display.edges.empty())
        throw std::runtime_error(
            fmt::format("no brightness flips at the {}", source.edges.empty() ? "source" : "display"));
    transport::Histogram latency;
    for (std::size_t i = 0; i < source.edges.size(); ++i) {
        const auto& edge = source.edges[i];
        // The next flip the same way is the one after the next; the answer comes before it, or never.
        const double until = i + 2 < source.edges.size() ? source.edges[i + 2].at_us : edge.at_us + 1e7;
        const auto answer = std::ranges::find_if(display.edges, [&](const LightEdge& there) {
            return there.at_us >= edge.at_us && there.rising == edge.rising;
        });
        if (answer == display.edges.end() || answer->at_us >= until)
            ++out.unanswered;
        else
            latency.record(transport::Microseconds{std::llround(answer->at_us - edge.at_us)});
    }
    if (latency.count() == 0) throw std::runtime_error("the display follows none of the source's flips");
    out.latency = latency.percentiles();
    out.uncertainty_us = source.sample_us + display.sample_us + (source.rise_us + display.rise_us) / 2;
    return out;
}

}  // namespace bench

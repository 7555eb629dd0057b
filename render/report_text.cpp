// The terminal's line and table. A figure is x ± its clock bound, in ms.
#include "render/report_figures.hpp"

#include <fmt/format.h>

#include <iterator>

namespace render {

using transport::Microseconds;

namespace {

double milliseconds(Microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

std::string_view short_name(transport::Modality modality) {
    switch (modality) {
        case transport::Modality::ultrasound: return "echo";
        case transport::Modality::xray: return "x-ray";
        case transport::Modality::camera: return "camera";
    }
    return "unknown";
}

std::string endpoints_text(const Endpoints& endpoints) {
    return fmt::format("{} → {}", name(endpoints.from), name(endpoints.to));
}

/// "8.1", "~11.9" where too few samples lie beyond, "-" where there are none.
std::string percentile(const Figure& figure, double percent, int digits) {
    if (figure.histogram.count() == 0) return "-";
    return fmt::format("{}{:.{}f}", trustworthy(figure.histogram.count(), percent) ? "" : "~",
                       milliseconds(Microseconds{figure.histogram.at_percent(percent)}), digits);
}

std::string unknown_text(const Figure& figure, Microseconds clock_bound) {
    if (figure.unknown == 0) return "-";
    return clock_bound > Microseconds{0} ? fmt::format("unknown (clock ± {:.1f} ms)", milliseconds(clock_bound))
                                         : "unknown";
}

std::string line_total(const Figures& figures, const Figure& total) {
    if (total.histogram.count() == 0) return unknown_text(total, figures.clock_bound);
    return fmt::format("{} p50 {} p99 ± {:.1f} ms", percentile(total, 50, 1), percentile(total, 99, 1),
                       milliseconds(total.bound));
}

std::string slowest_hop(const Window& window) {
    std::size_t slowest = 0;
    double slowest_ms = -1;
    for (std::size_t i = 0; i < window.hops.size(); ++i) {
        const auto& hop = window.hops[i];
        if (hop.count == 0) continue;
        const double mean = milliseconds(hop.sum) / static_cast<double>(hop.count);
        if (mean <= slowest_ms) continue;
        slowest = i;
        slowest_ms = mean;
    }
    if (slowest_ms < 0) return "slowest hop -";
    return fmt::format("slowest hop {} {:.1f} ± {:.1f} ms mean", name(static_cast<transport::Stage>(slowest)),
                       slowest_ms, milliseconds(window.hops[slowest].bound));
}

std::uint64_t all_drops(const Figures& figures) {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : figures.drops) sum += count;
    return sum;
}

void append_row(std::string& page, std::string_view title, const Figure& figure) {
    const auto count = figure.histogram.count();
    fmt::format_to(
        std::back_inserter(page), "  {:<22}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", title, count,
        percentile(figure, 50, 2), percentile(figure, 95, 2), percentile(figure, 99, 2), percentile(figure, 99.9, 2),
        count == 0 ? "-" : fmt::format("{:.2f}", milliseconds(Microseconds{figure.histogram.percentiles().max})),
        count == 0 ? "-" : fmt::format("± {:.2f}", milliseconds(figure.bound)));
    if (figure.unknown > 0)
        fmt::format_to(std::back_inserter(page),
                       "  {:<22}{:>8} unknown: a mark is missing or the clock not good enough\n", "", figure.unknown);
}

/// "exchanges, ± 5.8 ms, asymmetry unknown"
std::string clock_text(const SourceClock& clock) {
    using transport::ClockBasis;
    if (clock.known == 0) return "unknown";
    auto bound = fmt::format("± {:.1f} ms", milliseconds(clock.bound));
    const auto text = [&]() -> std::string {
        switch (clock.basis) {
            case ClockBasis::same_machine: return "same machine";
            case ClockBasis::host_clocks: return fmt::format("host clocks disciplined, {}", bound);
            case ClockBasis::known_asymmetry: return fmt::format("exchanges, {}, asymmetry configured", bound);
            case ClockBasis::exchanges: return fmt::format("exchanges, {}, asymmetry unknown", bound);
        }
        return bound;
    }();
    return clock.unknown == 0 ? text : fmt::format("{}; unknown for {} frames", text, clock.unknown);
}

void append_modality(std::string& page, const Figures& figures, transport::Modality modality) {
    const auto& of = figures.by_modality[index(modality)];
    if (!of.seen) return;
    fmt::format_to(std::back_inserter(page), "\n{:<24}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", name(modality), "frames",
                   "p50", "p95", "p99", "p99.9", "max", "clock");
    for (std::size_t i = 0; i < of.hops.size(); ++i)
        if (of.hops[i].histogram.count() > 0 || of.hops[i].unknown > 0)
            append_row(page, name(static_cast<transport::Stage>(i)), of.hops[i]);
    append_row(page, endpoints_text(figures.endpoints), of.total);
    fmt::format_to(std::back_inserter(page), "  {:<22}  {}\n", "its clock", clock_text(of.clock));
}

}  // namespace

std::string report_line(const Figures& figures, transport::Timestamp now) {
    const auto& window = figures.window;
    const double seconds = milliseconds(now - window.since) / 1000;
    std::string line =
        fmt::format("run {:.1f} s | {}/s | {}", milliseconds(now - figures.start) / 1000,
                    seconds > 0 ? fmt::format("{:.1f}", static_cast<double>(window.frames) / seconds) : "-",
                    endpoints_text(figures.endpoints));
    for (const auto modality : modalities) {
        if (!figures.by_modality[index(modality)].seen) continue;
        line += fmt::format(" | {} {}", short_name(modality), line_total(figures, window.totals[index(modality)]));
    }
    line += " | skew ";
    line += window.skew.histogram.count() == 0
                ? unknown_text(window.skew, figures.clock_bound)
                : fmt::format("{} ± {:.1f} ms", percentile(window.skew, 50, 1), milliseconds(window.skew.bound));
    line += fmt::format(" | {} | drops {}", slowest_hop(window), all_drops(figures));
    if (const auto& check = figures.pixel_check)
        line += fmt::format(" | pixels agree {} disagree {} unreadable {}", check->agree, check->disagree,
                            check->unreadable);
    return line;
}

std::string report_table(const Figures& figures) {
    const auto shown = figures.last_presented ? *figures.last_presented - figures.start : Microseconds{0};
    std::string page = fmt::format(
        "{}, presented by {}: {} frames in {:.1f} s, worst clock ± {:.2f} ms\n"
        "ms since the previous known stage; ~ fewer than 10 samples beyond; - not measured\n",
        endpoints_text(figures.endpoints),
        figures.endpoints.presented_by.empty() ? "unknown" : figures.endpoints.presented_by, figures.frames,
        milliseconds(shown) / 1000, milliseconds(figures.clock_bound));
    for (const auto modality : modalities) append_modality(page, figures, modality);
    page += "\nbetween modalities\n";
    append_row(page, "skew", figures.skew);
    page += "\ndrops\n";
    if (figures.drops.empty()) page += "  -\n";
    for (const auto& [reason, count] : figures.drops)
        fmt::format_to(std::back_inserter(page), "  {:<22}{:>8}\n", reason, count);
    page += "\npixel check\n";
    if (const auto& check = figures.pixel_check)
        fmt::format_to(std::back_inserter(page),
                       "  {} codes: {} agree, {} disagree, {} unreadable; largest difference {:.3f} ms\n",
                       check->frames, check->agree, check->disagree, check->unreadable,
                       milliseconds(check->max_difference));
    else
        page += "  -\n";
    if (figures.rows_lost > 0)
        fmt::format_to(std::back_inserter(page), "\n{} rows of timeline.csv could not be written\n", figures.rows_lost);
    return page;
}

}  // namespace render

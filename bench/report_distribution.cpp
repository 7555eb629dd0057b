// How the latencies are spread: what of it is usual, and how far the rest lies out.
#include "bench/report_parts.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

constexpr double chart_width = 570;
constexpr double chart_height = 300;
constexpr double chart_left = 46;
constexpr double chart_right = 556;
constexpr double chart_top = 14;
constexpr double chart_bottom = 262;
constexpr double label_room = 170;

struct SpreadLine {
    std::string label;
    std::string colour;
    transport::Histogram histogram;
};

std::vector<SpreadLine> lines_of(const ReportedScenario& scenario, const std::string& stream) {
    std::vector<SpreadLine> out;
    for (std::size_t i = 0; i < scenario.results.size(); ++i) {
        auto histogram = scenario.results[i]->histogram(figure_key("g2g", stream));
        if (histogram.count() > 0)
            out.push_back({shortened(scenario.results[i]->label, 30), series_class(i), std::move(histogram)});
    }
    return out;
}

/// Up to that percentile of the slowest.
double reach(const std::vector<SpreadLine>& lines, double percent) {
    double most = 1;
    for (const auto& line : lines) most = std::max(most, ms_of(line.histogram.at_percent(percent)));
    return most;
}

/// The same scale for all of one stream: logarithmic where the contenders are an order apart.
Scale latency_scale(const std::vector<SpreadLine>& lines, double percent, double from_px, double to_px) {
    double least = 1e9;
    for (const auto& line : lines) least = std::min(least, ms_of(line.histogram.at_percent(1)));
    const double most = reach(lines, percent) * 1.03;
    least = std::max(least, 0.1);
    if (most > 12 * least) return {least * 0.8, most, from_px, to_px, Scale::Kind::logarithmic};
    return {0, most, from_px, to_px};
}

void draw_ms_axis(Svg& svg, const Scale& ms) {
    draw_columns(svg, ms, chart_top, chart_bottom, 7);
    svg.text({(chart_left + chart_right) / 2, chart_bottom + 32}, "ms, captured to presented", "tick", Anchor::middle);
}

void draw_share_axis(Svg& svg, const Scale& share, std::string_view unit) {
    for (const double tick : share.ticks(5)) {
        svg.line({chart_left, share.at(tick)}, {chart_right, share.at(tick)}, "grid");
        svg.text({chart_left - 6, share.at(tick) + 4}, fmt::format("{:g}{}", tick, unit), "tick", Anchor::end);
    }
}

/// Labels beside their own lines, moved apart; left of a line that ends further right than `left_from`.
void draw_labels(Svg& svg, const std::vector<SpreadLine>& lines, const std::vector<SvgPoint>& where,
                 double left_from = chart_right - label_room) {
    std::vector<double> wanted;
    for (const auto& point : where) wanted.push_back(point.y);
    const auto moved = moved_apart(wanted, 13, chart_top + 10, chart_bottom - 4);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool outside = where[i].x > left_from;
        svg.text({where[i].x + (outside ? -6 : 6), moved[i]}, lines[i].label, "halo small text " + lines[i].colour,
                 outside ? Anchor::end : Anchor::start);
    }
}

std::string histogram_chart(const std::vector<SpreadLine>& lines, const std::string& stream) {
    constexpr std::size_t bins = 60;
    const auto ms = latency_scale(lines, 99.5, chart_left, chart_right);
    std::vector<std::vector<double>> shares;
    double most = 0;
    for (const auto& line : lines) {
        auto& share = shares.emplace_back(bins, 0.0);
        const auto count = static_cast<double>(line.histogram.count());
        for (const auto& bucket : line.histogram.buckets()) {
            if (ms_of(bucket.us) > ms.high()) continue;  // told below
            const double at = (ms.at(ms_of(bucket.us)) - chart_left) / (chart_right - chart_left);
            share[std::min(bins - 1, static_cast<std::size_t>(at * bins))] +=
                100 * static_cast<double>(bucket.count) / count;
        }
        most = std::max(most, *std::ranges::max_element(share));
    }
    const Scale percent{0, most * 1.08, chart_bottom, chart_top};
    Svg svg{chart_width, chart_height, fmt::format("{}: histogram of the latency of every contender", stream)};
    draw_ms_axis(svg, ms);
    draw_share_axis(svg, percent, "%");
    std::vector<SvgPoint> peaks;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::vector<SvgPoint> points;
        const double step = (chart_right - chart_left) / bins;
        for (std::size_t bin = 0; bin < bins; ++bin)
            points.push_back({chart_left + step * static_cast<double>(bin), percent.at(shares[i][bin])});
        points.push_back({chart_right, points.back().y});
        svg.path(steps_through(points), "line " + lines[i].colour, lines[i].label);
        const auto peak = *std::ranges::min_element(points, {}, &SvgPoint::y);
        peaks.push_back({peak.x + step, peak.y + 6});
    }
    draw_labels(svg, lines, peaks);
    return svg.str();
}

/// Where on its curve a line is named, in percent: the slower, the higher, so that no two are named at one height.
double label_level(const std::vector<SpreadLine>& lines, std::size_t which) {
    const auto median = [&](std::size_t i) { return std::pair{lines[i].histogram.at_percent(50), i}; };
    std::size_t faster = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) faster += median(i) < median(which) ? 1 : 0;
    return lines.size() == 1 ? 50 : 12 + 70 * static_cast<double>(faster) / static_cast<double>(lines.size() - 1);
}

std::string cdf_chart(const std::vector<SpreadLine>& lines, const std::string& stream) {
    constexpr std::size_t most_points = 300;
    const auto ms = latency_scale(lines, 99.9, chart_left, chart_right);
    const Scale percent{0, 100, chart_bottom, chart_top};
    Svg svg{chart_width, chart_height,
            fmt::format("{}: share of the frames within a latency, every contender", stream)};
    draw_ms_axis(svg, ms);
    draw_share_axis(svg, percent, "%");
    std::vector<SvgPoint> labels;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::vector<SvgPoint> points{{chart_left, chart_bottom}};
        double sum = 0;
        for (const auto& bucket : lines[i].histogram.buckets()) {
            sum += static_cast<double>(bucket.count);
            if (ms_of(bucket.us) <= ms.high())
                points.push_back(
                    {ms.at(ms_of(bucket.us)), percent.at(100 * sum / static_cast<double>(lines[i].histogram.count()))});
        }
        points.push_back({chart_right, points.back().y});
        svg.path(steps_through(decimated(points, most_points)), "line " + lines[i].colour, lines[i].label);
        const double level = label_level(lines, i);
        labels.push_back({ms.at(ms_of(lines[i].histogram.at_percent(level))), percent.at(level)});
    }
    draw_labels(svg, lines, labels);
    return svg.str();
}

/// HdrHistogram's picture: the further right, the rarer. Dashed from where fewer than ten frames lie beyond.
std::string percentile_chart(const std::vector<SpreadLine>& lines, const std::string& stream) {
    const auto ms = latency_scale(lines, 100, chart_bottom, chart_top);
    double rarest = 100;
    for (const auto& line : lines) rarest = std::max(rarest, static_cast<double>(line.histogram.count()));
    const Scale rarity{1, rarest, chart_left, chart_right - label_room, Scale::Kind::logarithmic};  // 1 in so many
    Svg svg{chart_width, chart_height, fmt::format("{}: percentiles of every contender", stream)};
    draw_share_axis(svg, ms, "");
    for (double one_in = 1; one_in <= rarest; one_in *= 10) {
        svg.line({rarity.at(one_in), chart_top}, {rarity.at(one_in), chart_bottom}, "grid");
        svg.text({rarity.at(one_in), chart_bottom + 16}, fmt::format("p{:.7g}", 100 - 100 / one_in), "tick",
                 Anchor::middle);
    }
    svg.text({(chart_left + chart_right) / 2, chart_bottom + 32}, "percentile; upwards ms", "tick", Anchor::middle);
    std::vector<SvgPoint> ends;
    for (const auto& line : lines) {
        const auto count = static_cast<double>(line.histogram.count());
        std::vector<SvgPoint> sure;
        std::vector<SvgPoint> unsure;
        for (double one_in = 1; one_in < count; one_in *= 1.06) {
            const SvgPoint point{rarity.at(one_in), ms.at(ms_of(line.histogram.at_percent(100 - 100 / one_in)))};
            if (count / one_in >= 10)
                sure.push_back(point);
            else
                unsure.push_back(point);
        }
        if (!sure.empty()) unsure.insert(unsure.begin(), sure.back());
        ends.push_back({rarity.at(count), ms.at(ms_of(line.histogram.at_percent(100)))});
        unsure.push_back(ends.back());
        svg.path(path_through(sure), "line " + line.colour, line.label);
        svg.path(path_through(unsure), "line unsure " + line.colour, line.label + ": too few frames to tell");
        svg.dot(ends.back(), 2.5, "fill " + line.colour, line.label + ": the largest");
    }
    for (auto& end : ends) end.y += 4;
    draw_labels(svg, lines, ends, chart_right);
    return svg.str();
}

/// What lies right of the histogram's end.
std::string beyond_text(const std::vector<SpreadLine>& lines) {
    const auto ms = latency_scale(lines, 99.5, 0, 1);
    std::uint64_t beyond = 0;
    std::uint64_t all = 0;
    for (const auto& line : lines) {
        const auto inside = line.histogram.count_up_to(transport::Microseconds{std::llround(ms.high() * 1000)});
        beyond += line.histogram.count() - inside;
        all += line.histogram.count();
    }
    return beyond == 0 ? "" : fmt::format(" {} of all {} frames lie further right.", beyond, all);
}

}  // namespace

std::string distribution_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto& stream : scenario.streams) {
        const auto lines = lines_of(scenario, stream);
        if (lines.empty()) {
            out += fmt::format("<p class=\"untold\">{}: not told, no latency of any frame is known.</p>\n",
                               xml_escaped(stream));
            continue;
        }
        out += fmt::format(
            "<h4>{}</h4>\n<div class=\"three\"><figure>{}<figcaption>Histogram: share of the frames in each "
            "bin.{}</figcaption></figure>\n<figure>{}<figcaption>CDF: share of the frames that are at most so "
            "old.</figcaption></figure>\n<figure>{}<figcaption>Percentiles: the further right, the rarer. Dashed: "
            "fewer "
            "than ten frames beyond, too few to tell. Dot: the largest.</figcaption></figure></div>\n",
            xml_escaped(stream), histogram_chart(lines, stream), xml_escaped(beyond_text(lines)),
            cdf_chart(lines, stream), percentile_chart(lines, stream));
    }
    return "<h3>How latencies are spread</h3>\n" + out;
}

}  // namespace bench

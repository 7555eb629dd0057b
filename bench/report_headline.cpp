// All contenders side by side: one picture to see it at a glance, then the figures themselves.
#include "bench/report_parts.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bench {

namespace {

struct HeadlineColumn {
    std::string_view title;
    std::string_view what;
    std::string_view statistic;
};
constexpr std::array<HeadlineColumn, 7> latency_columns{{{"p50, ms", "g2g", "p50"},
                                                         {"p90, ms", "g2g", "p90"},
                                                         {"p95, ms", "g2g", "p95"},
                                                         {"p99, ms", "g2g", "p99"},
                                                         {"p99.9, ms", "g2g", "p999"},
                                                         {"max, ms", "g2g", "max"},
                                                         {"corrected p99, ms", "corrected", "p99"}}};
constexpr std::array<HeadlineColumn, 9> seen_columns{{{"age p50, ms", "age", "p50"},
                                                      {"age p99, ms", "age", "p99"},
                                                      {"heart wall p50, mm", "g2g", "p50_mm"},
                                                      {"heart wall p99, mm", "g2g", "p99_mm"},
                                                      {"jitter, ms", "jitter", "rfc3550"},
                                                      {"freezes", "freeze", "count"},
                                                      {"longest freeze, ms", "freeze", "longest"},
                                                      {"frames skipped", "frames", "skipped"},
                                                      {"intact, %", "intact", "percent"}}};
constexpr std::array<HeadlineColumn, 8> picture_columns{{{"skew p50, ms", "skew", "p50"},
                                                         {"skew p99, ms", "skew", "p99"},
                                                         {"shown skew p50, ms", "skew_shown", "p50"},
                                                         {"shown skew p99, ms", "skew_shown", "p99"},
                                                         {"fused, %", "fused", "percent"},
                                                         {"pictures repeated", "pictures", "repeated"},
                                                         {"on the wire, Mbit/s", "wire", "rate"},
                                                         {"processor, s a minute", "processor", "per_minute"}}};

std::string who_cells(const ReportedResult& one, std::size_t number) {
    return fmt::format(
        R"(<th scope="row"><svg class="key" viewBox="0 0 12 12"><rect class="fill {}" x="0" y="0" width="12" height="12"/></svg> {}</th><td class="words">{}</td>)",
        series_class(number), xml_escaped(one.result.contender), xml_escaped(one.result.judge));
}

template <std::size_t count>
std::string headline_table(const ReportedScenario& scenario, const std::string& stream, const std::string& caption,
                           const std::array<HeadlineColumn, count>& columns) {
    auto out = fmt::format(
        "<div class=\"wide\"><table><caption>{}</caption><thead><tr><th scope=\"col\">contender</th><th "
        "scope=\"col\" class=\"words\">judged by</th>",
        xml_escaped(caption));
    for (const auto& column : columns) out += fmt::format("<th scope=\"col\">{}</th>", column.title);
    out += "</tr></thead><tbody>\n";
    for (std::size_t i = 0; i < scenario.results.size(); ++i) {
        out += "<tr>" + who_cells(*scenario.results[i], i);
        for (const auto& column : columns)
            out += figure_cell(scenario.results[i]->figure(figure_key(column.what, stream, column.statistic)));
        out += "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

/// Of one stream: from the median to the largest, a line for each contender.
std::string glance(const ReportedScenario& scenario, const std::string& stream) {
    constexpr double row = 24;
    constexpr double left = 250;
    constexpr double right = 1040;
    double least = 1e9;
    double most = 0;
    const auto value = [&](const ReportedResult& one, std::string_view statistic) -> std::optional<double> {
        const auto* figure = one.figure(figure_key("g2g", stream, statistic));
        return figure == nullptr ? std::nullopt : figure->value;
    };
    for (const auto* one : scenario.results) {
        if (const auto p50 = value(*one, "p50")) least = std::min(least, *p50);
        if (const auto max = value(*one, "max")) most = std::max(most, *max);
    }
    if (most == 0) return {};
    const bool spread = most > 20 * least;
    const Scale ms{spread ? std::max(0.1, least / 2) : 0, most * 1.02, left, right,
                   spread ? Scale::Kind::logarithmic : Scale::Kind::linear};
    const double bottom = row * static_cast<double>(scenario.results.size()) + 10;
    Svg svg{1160, bottom + 30, fmt::format("{}: latency of every contender from p50 to the largest", stream)};
    draw_columns(svg, ms, 4, bottom, 8);
    svg.text({right + 32, bottom + 16}, "ms", "tick");
    for (std::size_t i = 0; i < scenario.results.size(); ++i) {
        const auto& one = *scenario.results[i];
        const double y = 10 + row * (static_cast<double>(i) + 0.5);
        const auto colour = series_class(i);
        svg.text({left - 12, y + 4}, shortened(one.label, 38), "label", Anchor::end);
        const auto p50 = value(one, "p50");
        const auto max = value(one, "max");
        if (!p50 || !max) {
            svg.text({left + 6, y + 4}, "not told", "tick");
            continue;
        }
        svg.line({ms.at(*p50), y}, {ms.at(*max), y}, "thin " + colour);
        const auto high = value(one, "p99") ? value(one, "p99") : value(one, "p95");
        if (high) {
            svg.line({ms.at(*p50), y}, {ms.at(*high), y}, "thick " + colour);
            svg.line({ms.at(*high), y - 6}, {ms.at(*high), y + 6}, "thick " + colour);
        }
        svg.dot({ms.at(*p50), y}, 5.5, "fill " + colour, fmt::format("{}: p50 {:.2f} ms", one.label, *p50));
        svg.dot({ms.at(*max), y}, 2.5, "fill " + colour, fmt::format("{}: largest {:.2f} ms", one.label, *max));
        svg.text({ms.at(*max) + 8, y + 4}, fmt::format("{} | {}", number_text(*p50), high ? number_text(*high) : "–"),
                 "label small");
    }
    return svg.str();
}

}  // namespace

std::string headline_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto& stream : scenario.streams) {
        out += fmt::format("<h3>{}, captured to presented</h3>\n", xml_escaped(stream));
        if (const auto picture = glance(scenario, stream); !picture.empty())
            out += fmt::format(
                "<figure>{}<figcaption>Large dot: p50. Thick, to the bar: p99 (p95 where there are too few frames for "
                "a "
                "p99). Thin: to the largest. In figures p50 | p99.</figcaption></figure>\n",
                picture);
        out += headline_table(scenario, stream, stream + ": latency", latency_columns);
        out += headline_table(scenario, stream, stream + ": what a viewer notices", seen_columns);
    }
    out += "<h3>The picture as a whole</h3>\n" +
           headline_table(scenario, "", "pairing, and what it costs", picture_columns);
    return out +
           "<p class=\"note\">Value ± clock bound; below it the 95 % interval over repeats, where there are at least "
           "4. "
           "Nothing that could not be told is printed as a number.</p>\n";
}

}  // namespace bench

#include "bench/report_parts.hpp"

#include "bench/svg.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {

std::vector<ReportedScenario> by_scenario(const std::vector<ReportedResult>& results) {
    std::vector<ReportedScenario> out;
    for (const auto& one : results) {
        auto found = std::ranges::find(out, one.result.scenario, &ReportedScenario::name);
        if (found == out.end()) found = out.insert(found, {one.result.scenario, {}, {}});
        found->results.push_back(&one);
        for (const auto& stream : one.result.streams)
            if (std::ranges::find(found->streams, stream.name) == found->streams.end())
                found->streams.push_back(stream.name);
    }
    return out;
}

std::string series_class(std::size_t number) {
    constexpr std::size_t colours = 8;
    return fmt::format("s{}{}", number % colours, number % (2 * colours) >= colours ? " dashed" : "");
}

std::string number_text(double value, bool whole) {
    if (whole && value == std::round(value)) return fmt::format("{:.0f}", value);
    const double size = std::abs(value);
    return size >= 1000  ? fmt::format("{:.0f}", value)
           : size >= 100 ? fmt::format("{:.1f}", value)
                         : fmt::format("{:.2f}", value);
}

std::string figure_cell(const Told* figure) {
    if (figure == nullptr) return "<td class=\"untold\">no such stream</td>";
    if (!figure->value) return fmt::format("<td class=\"untold\">not told: {}</td>", xml_escaped(figure->why));
    const bool of_durations = figure->recipe.statistic.has_value();
    auto out = fmt::format("<td>{}", number_text(*figure->value, !of_durations));
    if (of_durations) out += fmt::format(" <small>± {}</small>", number_text(figure->bound));
    if (figure->interval)
        out += fmt::format("<small class=\"interval\">[{}, {}]</small>", number_text(figure->interval->low),
                           number_text(figure->interval->high));
    return out + "</td>";
}

std::string shortened(const std::string& words, std::size_t most) {
    if (words.size() <= most) return words;
    return transport::plain_text(words, most - 3) + "…";
}

}  // namespace bench

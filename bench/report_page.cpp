#include "bench/report_page.hpp"

#include "bench/report_parts.hpp"
#include "bench/report_style.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

namespace bench {

namespace {

std::string page_title(const std::vector<ReportedScenario>& scenarios) {
    std::string out = "Latency:";
    for (const auto& scenario : scenarios) out += fmt::format("{} {}", out.ends_with(':') ? "" : ",", scenario.name);
    return out;
}

/// "product: ultrasound p50 8.20 ± 0.00 ms, p99 16.20 ± 0.00 ms; …" of the first result.
std::string in_short(const ReportedScenario& scenario) {
    const auto& first = *scenario.results.front();
    std::string out;
    for (const auto& stream : scenario.streams) {
        out += fmt::format("{}{}", out.empty() ? "" : "; ", stream);
        const char* between = " ";
        for (const auto* statistic : {"p50", "p99"}) {
            const auto* figure = first.figure(figure_key("g2g", stream, statistic));
            out += fmt::format("{}{} {}", between, statistic,
                               figure == nullptr ? "is not measured"
                               : figure->value   ? value_text(*figure)
                                                 : "not told: " + figure->why);
            between = ", ";
        }
    }
    return fmt::format("{}, captured to presented: {}. Judge: {}.", first.result.contender, out, first.result.judge);
}

/// "Where is my time?", of each result that can tell.
std::string words_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto* result : scenario.results) {
        if (result->words.empty()) continue;
        out += fmt::format("<section class=\"words-box\"><h3>Where is my time? {}</h3>\n", xml_escaped(result->label));
        for (const auto& paragraph : result->words) out += fmt::format("<p>{}</p>\n", xml_escaped(paragraph));
        out += "</section>\n";
    }
    return out;
}

std::string scenario_part(const ReportedScenario& scenario, std::size_t number) {
    return fmt::format("<h2 id=\"scenario{}\">{}</h2>\n<p>{}</p>\n", number, xml_escaped(scenario.name),
                       xml_escaped(in_short(scenario))) +
           headline_part(scenario) + words_part(scenario) + judges_part(scenario) + waterfall_part(scenario) +
           hops_part(scenario) + distribution_part(scenario) + over_time_part(scenario) + comparison_part(scenario) +
           conditions_part(scenario);
}

}  // namespace

std::string report_page(const std::vector<ReportedResult>& results, const std::string& title,
                        const std::vector<HouseRows>& others) {
    const auto scenarios = by_scenario(results);
    const auto heading = xml_escaped(title.empty() ? page_title(scenarios) : title);
    auto out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"/>\n<meta http-equiv=\"Content-Security-Policy\" "
        "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n<title>{0}</title>\n<style>{1}</style>\n</head>\n"
        "<body>\n<h1>{0}</h1>\n<p class=\"lead\">How old the picture is, and where the time went. Written by scialytic "
        "bench report.</p>\n<p class=\"warning\">Research and engineering software, not a medical device. These are "
        "measurements of one machine under the conditions named below.</p>\n<nav>",
        heading, report_style());
    for (std::size_t i = 0; i < scenarios.size(); ++i)
        out += fmt::format("<a href=\"#scenario{}\">{}</a>", i + 1, xml_escaped(scenarios[i].name));
    for (std::size_t i = 0; i < others.size(); ++i)
        out += fmt::format("<a href=\"#rows{}\">{}</a>", i + 1, xml_escaped(others[i].name));
    out += "<a href=\"#definitions\">Definitions</a></nav>\n";
    for (std::size_t i = 0; i < scenarios.size(); ++i) out += scenario_part(scenarios[i], i + 1);
    for (std::size_t i = 0; i < others.size(); ++i) out += house_rows_part(others[i], i + 1);
    return out + definitions_part() + "</body>\n</html>\n";
}

}  // namespace bench

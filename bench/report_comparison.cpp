// One result beside another: what changed, and whether it is more than noise.
#include "bench/compare.hpp"
#include "bench/report_parts.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

struct ComparedPair {
    const ReportedResult* before;
    const ReportedResult* after;
};

/// Each with the first that the same judge read; where that is itself the first of all, with nothing.
std::vector<ComparedPair> compared_pairs(const ReportedScenario& scenario) {
    std::vector<ComparedPair> out;
    for (std::size_t i = 1; i < scenario.results.size(); ++i) {
        const auto* after = scenario.results[i];
        const auto same_judge = std::ranges::find_if(
            scenario.results, [&](const ReportedResult* one) { return one->result.judge == after->result.judge; });
        const auto* before = *same_judge == after ? scenario.results.front() : *same_judge;
        // Two judges of the same runs are told apart frame by frame, above.
        if (*same_judge == after && before->result.contender == after->result.contender) continue;
        out.push_back({before, after});
    }
    return out;
}

std::string verdict_class(Verdict verdict) {
    return verdict == Verdict::better ? "good" : verdict == Verdict::worse ? "bad" : "words verdict";
}

std::string compared_value(const Told& figure) {
    if (!figure.value) return fmt::format("<td class=\"untold\">not told: {}</td>", xml_escaped(figure.why));
    if (!figure.recipe.statistic) return fmt::format("<td>{}</td>", number_text(*figure.value, true));
    return fmt::format("<td>{} <small>± {}</small></td>", number_text(*figure.value), number_text(figure.bound));
}

std::string difference_row(const Difference& one) {
    auto out = fmt::format("<tr><th scope=\"row\">{}{}</th>", one.after.name,
                           one.after.unit.empty() ? "" : ", " + one.after.unit);
    out += compared_value(one.before) + compared_value(one.after);
    if (one.verdict == Verdict::untold)
        out += "<td></td><td></td>";
    else
        out +=
            fmt::format("<td>{:+.2f}{}</td><td>{}</td>", one.change,
                        *one.before.value != 0
                            ? fmt::format(" <small>({:+.1f} %)</small>", 100 * one.change / std::abs(*one.before.value))
                            : "",
                        one.interval ? fmt::format("[{:+.2f}, {:+.2f}]", one.interval->low, one.interval->high) : "");
    return out + fmt::format("<td class=\"{}\">{}</td></tr>\n", verdict_class(one.verdict), name(one.verdict));
}

std::string comparison_table(const ComparedPair& pair) {
    auto out = fmt::format("<h4>{} → {}</h4>\n", xml_escaped(pair.before->label), xml_escaped(pair.after->label));
    if (const auto why = why_not_comparable(pair.before->result, pair.after->result); !why.empty())
        return out + fmt::format("<p class=\"untold\">Not compared: {}.</p>\n", xml_escaped(why));
    const auto comparison = compare(pair.before->result, pair.after->result, false);
    if (!comparison.warnings.empty()) {
        out += "<p>What else differs:</p>\n<ul>";
        for (const auto& warning : comparison.warnings) out += fmt::format("<li>{}</li>", xml_escaped(warning));
        out += "</ul>\n";
    }
    out += fmt::format(
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">figure</th><th scope=\"col\">{}</th><th "
        "scope=\"col\">{}</th><th scope=\"col\">change</th><th scope=\"col\">95 % interval</th><th "
        "scope=\"col\" class=\"words\">verdict</th></tr></thead><tbody>\n",
        xml_escaped(pair.before->label), xml_escaped(pair.after->label));
    for (const auto& one : comparison.differences) out += difference_row(one);
    const auto judged =
        std::ranges::count_if(comparison.differences, [](const auto& one) { return one.interval.has_value(); });
    return out + fmt::format(
                     "</tbody></table></div>\n<p class=\"note\">Counts are per repeat. Of {} figures that were "
                     "judged, about {:.0f} would stand out by chance alone.</p>\n",
                     judged, std::ceil(static_cast<double>(judged) * 0.05));
}

}  // namespace

std::string comparison_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto& pair : compared_pairs(scenario)) out += comparison_table(pair);
    return out.empty() ? out : "<h3>What differs, and whether it is more than noise</h3>\n" + out;
}

}  // namespace bench

// What a reader needs to judge the figures, and to make them again.
#include "bench/report_parts.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

namespace bench {

namespace {

/// A row of words: one cell where all results say the same.
std::string words_row(const ReportedScenario& scenario, std::string_view title,
                      const std::function<std::string(const ReportedResult&)>& words) {
    std::vector<std::string> all;
    for (const auto* one : scenario.results) all.push_back(words(*one));
    auto out = fmt::format("<tr><th scope=\"row\">{}</th>", xml_escaped(title));
    if (std::ranges::count(all, all.front()) == std::ssize(all))
        return out +
               fmt::format("<td class=\"words\" colspan=\"{}\">{}</td></tr>\n", all.size(), xml_escaped(all.front()));
    for (const auto& one : all) out += fmt::format("<td class=\"words\">{}</td>", xml_escaped(one));
    return out + "</tr>\n";
}

std::string pair_rows(const ReportedScenario& scenario, std::string_view what,
                      std::map<std::string, std::string> BenchResult::*pairs) {
    std::set<std::string> keys;
    for (const auto* one : scenario.results)
        for (const auto& [key, value] : one->result.*pairs) keys.insert(key);
    std::string out;
    for (const auto& key : keys)
        out += words_row(scenario, fmt::format("{}{}", what, key), [&](const ReportedResult& one) {
            const auto found = (one.result.*pairs).find(key);
            return found == (one.result.*pairs).end() ? std::string{"not said"} : found->second;
        });
    return out;
}

std::string streams_text(const BenchResult& result) {
    std::string out;
    for (const auto& stream : result.streams)
        out += fmt::format("{}{} every {:.2f} ms (clock: {}, {})", out.empty() ? "" : "; ", stream.name,
                           static_cast<double>(stream.period.count()) / 1000, stream.clock.basis,
                           stream.clock.bound == no_clock
                               ? "nobody vouches for a bound"
                               : fmt::format("± {:.2f} ms", static_cast<double>(stream.clock.bound.count()) / 1000));
    return out;
}

std::string repeats_text(const BenchResult& result) {
    double seconds = 0;
    for (const auto& repeat : result.repeats) seconds += repeat.seconds;
    return fmt::format("{}, {:.1f} s measured in all, warm-up excluded", result.repeats.size(), seconds);
}

std::string conditions_table(const ReportedScenario& scenario) {
    std::string out = "<div class=\"wide\"><table class=\"conditions\"><thead><tr><th scope=\"col\"></th>";
    for (const auto* one : scenario.results)
        out += fmt::format("<th scope=\"col\" class=\"words\">{}</th>", xml_escaped(one->label));
    out += "</tr></thead><tbody>\n";
    const auto row = [&](std::string_view title, const std::function<std::string(const ReportedResult&)>& words) {
        out += words_row(scenario, title, words);
    };
    row("file", [](const auto& one) { return one.file.filename().string(); });
    row("machine", [](const auto& one) { return one.result.house.machine; });
    row("commit", [](const auto& one) { return one.result.house.commit; });
    row("date", [](const auto& one) { return one.result.house.date; });
    row("judged by", [](const auto& one) { return one.result.judge; });
    row("presented by", [](const auto& one) { return one.result.presented_by; });
    row("instants of the age", [](const auto& one) { return one.result.grid; });
    row("streams", [](const auto& one) { return streams_text(one.result); });
    row("repeats", [](const auto& one) { return repeats_text(one.result); });
    row("moving anatomy", [](const auto& one) { return fmt::format("{:g} cm/s", one.result.motion_cm_per_s); });
    row("seed of the intervals", [](const auto& one) { return fmt::format("{}", one.result.seed); });
    return out + pair_rows(scenario, "", &BenchResult::settings) +
           pair_rows(scenario, "version of ", &BenchResult::versions) + "</tbody></table></div>\n";
}

std::string quantisation(const ReportedScenario& scenario) {
    std::string rows;
    for (const auto* one : scenario.results)
        for (const auto& stream : scenario.streams) {
            rows += fmt::format("<tr><th scope=\"row\">{}</th><td class=\"words\">{}</td>", xml_escaped(one->label),
                                xml_escaped(stream));
            for (const auto* statistic : {"capture_mean", "capture_worst"})
                rows += figure_cell(one->figure(figure_key("quantisation", stream, statistic)));
            for (const auto* statistic : {"display_mean", "display_worst"})
                rows += figure_cell(one->figure(figure_key("quantisation", "", statistic)));
            rows += "</tr>\n";
        }
    return "<h3>Quantisation, kept apart</h3>\n<p>None of this is in the latencies above, which begin when the pixels "
           "are "
           "captured and end when the picture is handed over. To compare with a figure by optics, add it.</p>\n<div "
           "class=\"wide\"><table><thead><tr><th scope=\"col\">contender</th><th scope=\"col\" "
           "class=\"words\">stream</th><th "
           "scope=\"col\">capture, mean, ms</th><th scope=\"col\">capture, worst, ms</th><th scope=\"col\">screen, "
           "mean, "
           "ms</th><th scope=\"col\">screen, worst, ms</th></tr></thead><tbody>\n" +
           rows + "</tbody></table></div>\n";
}

std::string goals(const ReportedScenario& scenario) {
    std::vector<LabelledRow> rows;
    for (const auto* one : scenario.results)
        for (const auto& row : one->result.house.rows)
            if (row.goal) rows.push_back({one->label, row});
    if (rows.empty()) return "<h3>Goals</h3>\n<p class=\"untold\">No result has rows with goals.</p>\n";
    return "<h3>Goals</h3>\n" + rows_table(rows);
}

/// A word that a shell takes for what it is, whatever it holds.
std::string shell_word(const std::string& text) {
    const bool plain = !text.empty() && text.front() != '-' && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
    if (plain) return text;
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return out + "'";
}

std::string reproduction(const ReportedScenario& scenario) {
    std::set<std::string> commits;
    std::string files;
    for (const auto* one : scenario.results) {
        commits.insert(one->result.house.commit);
        files += fmt::format(" {}", shell_word(one->file.filename().string()));
    }
    auto out = fmt::format("<h3>How to make it again</h3>\n<pre>");
    for (const auto& commit : commits) out += fmt::format("git checkout {}\n", xml_escaped(shell_word(commit)));
    out += fmt::format("./dev bench {}\nbuild/release/scialytic bench report{} --out report.html</pre>\n",
                       xml_escaped(shell_word(scenario.name.substr(0, scenario.name.find(' ')))), xml_escaped(files));
    return out +
           "<p class=\"note\">On the machine named above, with the settings named above, nothing else running. The "
           "same file gives the same intervals: their seed is in it.</p>\n";
}

std::string missing_things(const ReportedScenario& scenario) {
    std::string lines;
    for (const auto* one : scenario.results)
        for (const auto& line : one->not_shown) lines += fmt::format("<li>{}</li>\n", xml_escaped(line));
    if (lines.empty()) return {};
    return "<h3>What could not be shown</h3>\n<ul>" + lines + "</ul>\n";
}

}  // namespace

std::string conditions_part(const ReportedScenario& scenario) {
    return quantisation(scenario) + goals(scenario) + "<h3>Conditions</h3>\n" + conditions_table(scenario) +
           missing_things(scenario) + reproduction(scenario);
}

std::string definitions_part() {
    std::string out = "<h2 id=\"definitions\">Definitions</h2>\n<dl class=\"definitions\">\n";
    for (const auto& kind : duration_kinds())
        if (!kind.what.starts_with("hop."))
            out += fmt::format("<dt>{}</dt><dd>{}, ms{}.</dd>\n", kind.what, xml_escaped(kind.meaning),
                               kind.motion ? "; also as mm that anatomy moves meanwhile" : "");
    out += "<dt>hop.STAGE</dt><dd>from the known stage before it to STAGE, ms.</dd>\n";
    for (const auto& kind : number_kinds())
        out += fmt::format("<dt>{}.{}</dt><dd>{}{}{}.</dd>\n", kind.what, kind.statistic, xml_escaped(kind.meaning),
                           kind.unit.empty() ? "" : ", ", kind.unit);
    return out +
           "<dt>± bound</dt><dd>of the worst clock among the counted frames; where it exceeds half a frame, there is "
           "no "
           "figure.</dd>\n<dt>interval</dt><dd>percentile bootstrap over the repeats, 1000 draws, 95 %; wants 4 "
           "repeats.</dd>\n<dt>not told</dt><dd>unknown, with the reason; never zero. A percentile wants ten values "
           "beyond it: p90 100, p95 200, p99 1000, p99.9 10 000.</dd>\n</dl>\n";
}

}  // namespace bench

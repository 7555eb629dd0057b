#include "bench/report_rows.hpp"

#include "bench/report_parts.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <cmath>

namespace bench {

std::string rows_table(const std::vector<LabelledRow>& rows) {
    std::string out =
        "<div class=\"wide\"><table><thead><tr><th scope=\"col\">row</th><th scope=\"col\" "
        "class=\"words\">result</th><th "
        "scope=\"col\">value</th><th scope=\"col\">goal</th><th scope=\"col\" "
        "class=\"words\">met</th></tr></thead><tbody>\n";
    for (const auto& [label, row] : rows) {
        const auto met = row.met();
        out += fmt::format(
            "<tr><th scope=\"row\">{}</th><td class=\"words\">{}</td><td>{} {}</td><td>{}</td><td "
            "class=\"{}\">{}</td></tr>\n",
            xml_escaped(row.name), xml_escaped(label),
            std::isfinite(row.value) ? number_text(row.value, true) : "not told", xml_escaped(row.unit),
            row.goal ? fmt::format("at {} {:g}", row.bar == Bar::at_most ? "most" : "least", *row.goal) : "none",
            !met   ? "words"
            : *met ? "good"
                   : "bad",
            !met   ? ""
            : *met ? "met"
                   : "missed");
    }
    return out + "</tbody></table></div>\n";
}

std::string house_rows_part(const HouseRows& rows, std::size_t number) {
    std::vector<LabelledRow> all;
    for (const auto& row : rows.results.rows) all.push_back({rows.name, row});
    return fmt::format("<h2 id=\"rows{}\">{}</h2>\n<p>{}, commit {}, {}</p>\n", number, xml_escaped(rows.name),
                       xml_escaped(rows.results.machine), xml_escaped(rows.results.commit),
                       xml_escaped(rows.results.date)) +
           rows_table(all);
}

}  // namespace bench

#include "bench/budget_check.hpp"

#include "transport/options.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>

namespace bench {

namespace {

struct TimeUnit {
    std::string_view name;
    double ms;
};
constexpr std::array<TimeUnit, 3> time_units{{{"us", 0.001}, {"ms", 1}, {"s", 1000}}};

/// The limit in the figure's unit; nothing when it cannot be told in that.
std::optional<double> limit_in(const std::string& unit, const BudgetLine& line) {
    if (unit == line.unit) return line.limit;
    const auto wanted = std::ranges::find(time_units, unit, &TimeUnit::name);
    const auto given = std::ranges::find(time_units, line.unit, &TimeUnit::name);
    if (wanted == time_units.end() || given == time_units.end()) return std::nullopt;
    return line.limit * given->ms / wanted->ms;
}

bool keeps(const Told& figure, Relation relation, double limit) {
    const double most = *figure.value + figure.bound;
    const double least = *figure.value - figure.bound;
    switch (relation) {
        case Relation::at_most: return most <= limit;
        case Relation::below: return most < limit;
        case Relation::at_least: return least >= limit;
        case Relation::above: return least > limit;
        case Relation::equal: return most <= limit && least >= limit;
    }
    return false;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : transport::plain_text(text, 1000)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&apos;"; break;
            default: out += c;
        }
    }
    return out;
}

std::ptrdiff_t missed(const std::vector<Checked>& checked) {
    return std::ranges::count(checked, false, &Checked::met);
}

}  // namespace

std::vector<Checked> check_budget(const std::vector<BudgetLine>& budget, const std::string& file,
                                  const BenchResult& result) {
    const auto figures = all_figures(result);
    const auto refuse = [&file](const BudgetLine& line, const std::string& why) {
        throw transport::UsageError{fmt::format("budget: {}:{}: {}", transport::plain_text(file, 200), line.line, why)};
    };
    std::vector<Checked> out;
    for (const auto& line : budget) {
        const auto figure = find_figure(figures, line.figure);
        if (!figure)
            refuse(line, fmt::format("no figure '{}'; there are {}", transport::plain_text(line.figure, 80),
                                     fmt::join(findable_names(figures), ", ")));
        const auto limit = limit_in(figure->unit, line);
        if (!limit)
            refuse(line, fmt::format("{} is told {}, not in '{}'", line.figure,
                                     figure->unit.empty() ? "without a unit" : "in " + figure->unit,
                                     transport::plain_text(line.unit, 20)));
        out.push_back({line, figure->value && keeps(*figure, line.relation, *limit), value_text(*figure), figure->value,
                       *limit, figure->unit});
    }
    return out;
}

bool all_met(const std::vector<Checked>& checked) {
    return missed(checked) == 0;
}

std::string to_table(const std::vector<Checked>& checked) {
    std::size_t widest = 0;
    for (const auto& one : checked) widest = std::max(widest, one.wanted.text.size());
    std::string out;
    for (const auto& one : checked)
        out += fmt::format("{}  {:<{}}  {}\n", one.met ? "pass" : "FAIL", one.wanted.text, widest, one.told);
    return out + fmt::format("{} of {} met\n", std::ssize(checked) - missed(checked), checked.size());
}

std::string to_junit(const std::vector<Checked>& checked, const BenchResult& result) {
    const auto suite = escaped(fmt::format("{} {}", result.scenario, result.contender));
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n",
        suite, checked.size(), missed(checked));
    for (const auto& one : checked) {
        out += fmt::format("    <testcase classname=\"{}\" name=\"{}\"", suite, escaped(one.wanted.text));
        if (one.met)
            out += fmt::format("><system-out>{}</system-out></testcase>\n", escaped(one.told));
        else
            out += fmt::format("><failure message=\"{}\"/></testcase>\n", escaped(one.told));
    }
    return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace bench

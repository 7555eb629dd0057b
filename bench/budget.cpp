#include "bench/budget.hpp"

#include "transport/options.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace bench {

namespace {

std::string_view stripped(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

/// A line of YAML down to the condition in it; empty where there is none.
std::string_view condition_in(std::string_view line) {
    line = stripped(line.substr(0, line.find('#')));
    if (line == "---") return {};
    if (line.starts_with("- ") || line == "-") line = stripped(line.substr(1));
    const bool quoted =
        line.size() >= 2 && (line.front() == '"' || line.front() == '\'') && line.back() == line.front();
    return quoted ? stripped(line.substr(1, line.size() - 2)) : line;
}

/// Cuts it off the front of `rest`.
std::optional<Relation> relation_in(std::string_view& rest) {
    static constexpr std::array<std::pair<std::string_view, Relation>, 5> relations{{{"<=", Relation::at_most},
                                                                                     {">=", Relation::at_least},
                                                                                     {"==", Relation::equal},
                                                                                     {"<", Relation::below},
                                                                                     {">", Relation::above}}};
    for (const auto& [sign, relation] : relations)
        if (rest.starts_with(sign)) {
            rest = stripped(rest.substr(sign.size()));
            return relation;
        }
    return std::nullopt;
}

/// Nothing when it is no condition.
std::optional<BudgetLine> read_condition(std::string_view text) {
    BudgetLine out;
    const auto end = text.find_first_of(" \t<>=");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    out.text = text;
    out.figure = text.substr(0, end);
    auto rest = stripped(text.substr(end));
    const auto relation = relation_in(rest);
    if (!relation) return std::nullopt;
    out.relation = *relation;
    const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out.limit);
    if (error != std::errc{} || !std::isfinite(out.limit)) return std::nullopt;
    out.unit = stripped(rest.substr(static_cast<std::size_t>(stop - rest.data())));
    if (out.unit.find_first_of(" \t") != std::string::npos) return std::nullopt;
    return out;
}

}  // namespace

std::vector<BudgetLine> read_budget(std::string_view text, const std::string& file) {
    const auto refuse = [&file](int line, const std::string& why) {
        throw transport::UsageError{fmt::format("budget: {}:{}: {}", transport::plain_text(file, 200), line, why)};
    };
    if (text.size() > most_budget_bytes) refuse(1, "larger than 1 MiB");
    std::vector<BudgetLine> out;
    for (int number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto condition = condition_in(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (condition.empty()) continue;
        auto line = transport::is_plain_text(condition) ? read_condition(condition) : std::nullopt;
        if (!line)
            refuse(number, fmt::format("'{}' is no condition, such as g2g.p99 <= 100ms or freeze.count == 0",
                                       transport::plain_text(condition, 80)));
        if (out.size() == most_budget_lines) refuse(number, fmt::format("more than {} conditions", most_budget_lines));
        line->line = number;
        out.push_back(std::move(*line));
    }
    if (out.empty()) refuse(1, "holds no condition, such as g2g.p99 <= 100ms");
    return out;
}

}  // namespace bench

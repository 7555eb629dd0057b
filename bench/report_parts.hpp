// The parts of a report's page, each a piece of HTML that is well-formed XML, too.
#pragma once

#include "bench/report_input.hpp"

#include <string>
#include <vector>

namespace bench {

/// The results of one scenario, in the order given. One's number is its colour.
struct ReportedScenario {
    std::string name;
    std::vector<const ReportedResult*> results;
    std::vector<std::string> streams;  ///< of all of them
};
[[nodiscard]] std::vector<ReportedScenario> by_scenario(const std::vector<ReportedResult>& results);

/// At a glance, and every headline figure of all contenders side by side.
[[nodiscard]] std::string headline_part(const ReportedScenario& scenario);
/// The same contender read by several judges: how far they disagree. Empty without such.
[[nodiscard]] std::string judges_part(const ReportedScenario& scenario);
/// Typical and worst frames, stage by stage.
[[nodiscard]] std::string waterfall_part(const ReportedScenario& scenario);
/// What every hop and leg takes.
[[nodiscard]] std::string hops_part(const ReportedScenario& scenario);
/// Histogram, CDF and percentiles, all contenders in one picture.
[[nodiscard]] std::string distribution_part(const ReportedScenario& scenario);
/// Latency second by second, with what happened meanwhile.
[[nodiscard]] std::string over_time_part(const ReportedScenario& scenario);
/// What differs from one result to another, and whether it is more than noise. Empty for a single result.
[[nodiscard]] std::string comparison_part(const ReportedScenario& scenario);
/// Machine, versions, settings, quantisation, goals, what is missing.
[[nodiscard]] std::string conditions_part(const ReportedScenario& scenario);
[[nodiscard]] std::string definitions_part();

struct LabelledRow {
    std::string label;
    Row row;
};
/// Rows of benchmarks, with goals met or missed.
[[nodiscard]] std::string rows_table(const std::vector<LabelledRow>& rows);

[[nodiscard]] constexpr double ms_of(std::int64_t us) {
    return static_cast<double>(us) / 1000;
}
/// "s3", and for those past the eighth also dashed.
[[nodiscard]] std::string series_class(std::size_t number);
/// A number as it is printed in tables: two places, fewer for large ones, none for a whole number of things.
[[nodiscard]] std::string number_text(double value, bool whole = false);
/// <td> with value, clock bound and interval, or why there is none.
[[nodiscard]] std::string figure_cell(const Told* figure);
/// Cut to so many bytes, with a mark that it was.
[[nodiscard]] std::string shortened(const std::string& words, std::size_t most);

}  // namespace bench

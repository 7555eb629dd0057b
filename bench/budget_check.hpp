// `scialytic bench check`: a result against a budget, for people and, as JUnit XML, for whatever runs the tests.
#pragma once

#include "bench/budget.hpp"
#include "bench/figures.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

struct Checked {
    BudgetLine wanted;
    bool met = false;
    std::string told;               ///< "12.40 ± 0.80 ms", or why the figure could not be told: then it is not met
    std::optional<double> value{};  ///< of the figure
    double limit = 0;               ///< in the figure's unit
    std::string unit{};
};

/// A figure keeps to its limit when it does so wherever within its clock bound the truth is. Throws
/// transport::UsageError with the line of a figure that there is not, and the names there are, or of a unit that is
/// not the figure's.
[[nodiscard]] std::vector<Checked> check_budget(const std::vector<BudgetLine>& budget, const std::string& file,
                                                const BenchResult& result);

[[nodiscard]] bool all_met(const std::vector<Checked>& checked);
[[nodiscard]] std::string to_table(const std::vector<Checked>& checked);
/// A test suite named for the scenario and its contender, a test case a line.
[[nodiscard]] std::string to_junit(const std::vector<Checked>& checked, const BenchResult& result);

}  // namespace bench

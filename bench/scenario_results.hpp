// What a scenario's repeats were like, as results that reports, comparisons and budgets read: for each contender and
// each judge one, DIR/NAME.json, its frames DIR/NAME.csv, the raw files of repeat N in DIR/NAME/N.
#pragma once

#include "bench/result.hpp"
#include "bench/scenario.hpp"
#include "bench/scenario_product.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace bench {

enum class Judge : unsigned char {
    code,    ///< inside the display, by the codes in the pixels that it presents; with the timelines
    screen,  ///< from outside, by the codes on the screen
};

/// One file to be written.
struct Judged {
    std::string contender;  ///< "product", or a peer's name
    Judge judge = Judge::code;
    std::string presented_by;
    std::vector<RepeatCost> costs;  ///< repeat by repeat
};

/// "cathlab", "cathlab-screen", "cathlab-ffmpeg"
[[nodiscard]] std::string result_name(const Scenario& scenario, const std::string& contender, Judge judge);

/// Rows of a result that want its figures, or others' files.
using MoreRows = std::function<std::vector<Row>(const BenchResult&)>;

/// One repeat as that judge saw it, from its raw folder. Throws std::runtime_error naming the file that is missing or
/// malformed.
[[nodiscard]] RunInput read_scenario_run(const std::filesystem::path& raw, const Scenario& scenario,
                                         const Judged& judged);

/// Reads the repeats from DIR/NAME/1 on, as many as there are costs, and writes DIR/NAME.json and DIR/NAME.csv. Rows:
/// the headline figures, the scenario's goals, and `more`. Throws std::runtime_error naming the file that is missing,
/// malformed or cannot be written.
BenchResult write_scenario_result(const std::filesystem::path& folder, const Scenario& scenario, const Judged& judged,
                                  const Results& house, const MoreRows& more = {});

/// The scenario's goals as rows, from the result's figures; one that cannot be told has no value, and so is not met.
[[nodiscard]] std::vector<Row> goal_rows(const Scenario& scenario, const BenchResult& result);

}  // namespace bench

// `scialytic bench SCENARIO…`: plays scenarios, by the product and by its peers in turn, and writes results and a
// report.
#pragma once

#include "bench/scenario.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

struct ScenarioOrder {
    std::vector<Scenario> scenarios;    ///< swept and set
    std::vector<std::string> left_out;  ///< a line each, with the reason
    bool remote = false;                ///< the browser too, as `bench remote` measures it
    bool report = true;
    bool list = false;
    std::filesystem::path out = "out/bench";
};

/// `words` after "bench". Without a scenario's name all that come with the program and fit this machine of so many
/// cores. Throws transport::UsageError with one line.
[[nodiscard]] ScenarioOrder read_scenario_order(const std::vector<std::string>& words, int cores);
[[nodiscard]] std::string scenario_help();
/// Blocks. 0 measured, 1 something could not be measured. Throws as above, and std::runtime_error naming what failed.
int run_scenarios(const std::vector<std::string>& words);

}  // namespace bench

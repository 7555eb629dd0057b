// `scialytic bench fusion`: how fast the echo is laid over the X-ray picture, beside the straightforward way.
#pragma once

#include "bench/progress.hpp"
#include "bench/rows.hpp"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct FusionOptions {
    double seconds = 2;             ///< of each contender, in every round
    int rounds = 5;                 ///< contenders take turns; medians over the rounds are reported
    std::vector<std::string> only;  ///< sections by name; empty: all of them
    std::filesystem::path out = "out/bench";
    // of whoever runs it
    std::shared_ptr<Progress> progress;  ///< null: nobody looks
    std::stop_token stop{};

    void say(const std::string& what) const;
};

/// Rows, and what could not be measured, one line each.
struct FusionFigures {
    std::vector<Row> rows;
    std::vector<std::string> missing;
};

/// In the order in which they are run.
[[nodiscard]] std::vector<std::string_view> fusion_sections();
/// `arguments` after "fusion". Throws transport::UsageError with one line.
[[nodiscard]] FusionOptions read_fusion_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string fusion_help();
/// Blocks; writes fusion.json, prints the table. Returns the exit code: 0 when everything was measured, whether the
/// goals were met or not.
int run_fusion(const std::vector<std::string>& arguments);

}  // namespace bench

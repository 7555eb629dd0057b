// `scialytic bench path`: the whole path beside a hand-built GStreamer chain, interleaved, judged by the same pixels.
#pragma once

#include "bench/rows.hpp"
#include "bench/runs.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct PathOptions {
    double seconds = 8;
    int rounds = 7;
    std::vector<int> rates{30, 60};
    double minutes = 0;  ///< 0: no run for memory
    std::filesystem::path out = "out/bench";
};

/// `arguments` after "path". Throws transport::UsageError with one line.
[[nodiscard]] PathOptions read_path_options(const std::vector<std::string>& arguments);

/// Round by round; both vectors equally long and not empty.
struct Rounds {
    std::vector<RunResult> product;
    std::vector<RunResult> peer;
};
/// The rows of one rate: medians over the rounds, ratios within a round, frames lost in all rounds together.
[[nodiscard]] std::vector<Row> path_rows(int rate, const Rounds& rounds);
/// Memory after 1 minute and at the end.
[[nodiscard]] std::vector<Row> memory_rows(int rate, const std::vector<Resident>& resident);

[[nodiscard]] std::string_view path_help();
/// `words` after "path". Exit code 0 when everything was measured, whether the goals were met or not.
int run_path(const std::vector<std::string>& words);
/// What the chain's own processes are started with, "peer-capture" and "peer-display"; nobody types it.
int run_peer(const std::string& what, const std::vector<std::string>& words);

}  // namespace bench

// What `bench path` measured as results that can be compared and held to a budget: a file for each contender and rate.
#pragma once

#include "bench/path.hpp"
#include "bench/result.hpp"

namespace bench {

/// Where round `round` (from 1) of a contender leaves what it wrote.
[[nodiscard]] std::filesystem::path round_folder(const PathOptions& options, int rate, Contender contender, int round);

/// The rounds of one contender at one rate, read again from their folders; `runs` has what is not written there.
/// `frames` gets a row per shown frame. Throws std::runtime_error naming the file that is missing or malformed.
[[nodiscard]] BenchResult path_result(const PathOptions& options, int rate, Contender contender,
                                      const std::vector<RunResult>& runs, const Results& house, std::ostream& frames);

/// path-RATE-CONTENDER.json and its frames as .csv, for both contenders, in the folder `options.out`. Throws
/// std::runtime_error naming the file that cannot be written.
void write_path_results(const PathOptions& options, int rate, const Rounds& rounds, const Results& house);

}  // namespace bench

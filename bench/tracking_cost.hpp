// What following every frame costs: `scialytic bench tracking`.
#pragma once

#include "bench/rows.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Nanoseconds of one frame, step by step and together; medians of rounds of `frames`. `folder`: for timeline.csv.
[[nodiscard]] std::vector<Row> tracking_step_rows(int frames, const std::filesystem::path& folder,
                                                  const std::stop_token& stop);

[[nodiscard]] std::string_view tracking_help();
/// `words` after "tracking". Writes tracking.json. Throws transport::UsageError; std::runtime_error when a component
/// fails.
int run_tracking(const std::vector<std::string>& words);

}  // namespace bench

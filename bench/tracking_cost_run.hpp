// The whole path with tracking and without, frame by frame in turns.
#pragma once

#include "bench/rows.hpp"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace bench {

/// `pairs` of an echo's and an X-ray's frame go the whole way each with and without, at 30/s; their processor time is
/// compared. Stamps stay in both: the display judges freshness by them. `folder`: for timeline.csv. Throws
/// std::runtime_error when a component fails, or "stopped".
[[nodiscard]] std::vector<Row> tracking_run_rows(int pairs, const std::filesystem::path& folder,
                                                 const std::stop_token& stop);

}  // namespace bench

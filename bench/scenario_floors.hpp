// What the path of a scenario could cost at its least on this machine, measured beside it, and what it costs above
// that.
#pragma once

#include "bench/floors_measure.hpp"
#include "bench/result.hpp"
#include "bench/scenario.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Nothing for other sources than a synthetic ultrasound and X-ray. Opens them to learn their sizes.
[[nodiscard]] std::optional<PictureSizes> synthetic_sizes(const Scenario& scenario);

/// Nothing for a scenario whose path has no floors to be measured: of other sources, or over a radio.
[[nodiscard]] std::optional<FloorOptions> floor_options(const Scenario& scenario);

/// Where they stand beside the scenario's results.
[[nodiscard]] std::filesystem::path floors_file(const std::filesystem::path& folder, const std::string& scenario);

/// By stream: the median from captured to presented less the codecs' own times, measured alone. At most 3 ms is the
/// aim.
[[nodiscard]] std::vector<Row> overhead_rows(const BenchResult& result, const Floors& floors);

}  // namespace bench

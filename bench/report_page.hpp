// A benchmark's report: one HTML page that needs nothing else, no network and no scripts.
#pragma once

#include "bench/report_input.hpp"
#include "bench/report_rows.hpp"

#include <string>
#include <vector>

namespace bench {

/// `others`: of benchmarks that have rows alone, a chapter each. Every text is escaped. `title`: empty for "Latency:
/// SCENARIO, …". The page is well-formed XML as well.
[[nodiscard]] std::string report_page(const std::vector<ReportedResult>& results, const std::string& title,
                                      const std::vector<HouseRows>& others = {});

}  // namespace bench

// What it costs to be measured: a duration recorded while frames pass, and a page made for a scrape.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// `arguments` after "metrics": none. Writes out/bench/metrics.json and prints the table; takes a few seconds.
int run_metrics(const std::vector<std::string>& arguments);
[[nodiscard]] std::string metrics_help();

}  // namespace bench

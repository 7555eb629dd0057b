// Percentiles in the text form of HdrHistogram (".hgrm"), which its plotter and others read.
#pragma once

#include "transport/latency.hpp"

#include <string>

namespace bench {

/// Values in ms. Five steps to each halving of what lies beyond, as HdrHistogram's outputPercentileDistribution(…, 5,
/// …).
[[nodiscard]] std::string hgrm(const transport::Histogram& histogram);

}  // namespace bench

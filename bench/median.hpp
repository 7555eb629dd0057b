// The middle of several measurements.
#pragma once

#include <vector>

namespace bench {

/// The middle value; of an even number the mean of the two in the middle. Throws std::invalid_argument when empty.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace bench

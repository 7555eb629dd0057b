// One way, several flows, one sender that knows them all: who gets how much.
#pragma once

#include "transport/priority.hpp"

#include <span>
#include <vector>

namespace transport {

/// kbit/s.
struct RateWish {
    Priority priority = Priority::diagnostic;
    int least = 0;   ///< below that it is degraded
    int wanted = 0;  ///< more is of no use
};

/// What each flow may send, kbit/s, in the flows' order. Floors first, the highest class before the next; then what is
/// left, again by class, equal among the flows of one until each has what it wants. Where floors of one class do not
/// fit, they shrink by the same share. The sum is `total` or all that is wanted, to the last kbit/s.
[[nodiscard]] std::vector<int> share_out(int total_kbit_per_s, std::span<const RateWish> flows);

}  // namespace transport

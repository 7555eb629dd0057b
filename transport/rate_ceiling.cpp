#include "transport/rate_ceiling.hpp"

#include <algorithm>
#include <cmath>

namespace transport {

namespace {
constexpr int coarsest = 51;
constexpr double steps_per_halving = 6;  // H.264: six steps double the quantiser, and about halve the bits
constexpr double pictures = 3;           // one would starve a refresh column, thirty would fill a radio's queue
}  // namespace

RateCeiling::RateCeiling(int quantiser, int max_kbit_per_s, double frames_per_second)
    : finest_{std::clamp(quantiser, 1, coarsest)}, bytes_per_s_{max_kbit_per_s * 125.0}, next_{finest_} {
    pace(frames_per_second);
}

void RateCeiling::pace(double frames_per_second) {
    share_ = bytes_per_s_ / std::max(1.0, frames_per_second);
}

void RateCeiling::made(std::size_t bytes) {
    const auto size = static_cast<double>(bytes);
    debt_ = std::clamp(debt_ + size - share_, 0.0, pictures * share_);
    // What is owed is paid back over the next pictures, not by the next one alone: it would be blurred visibly.
    const double allowed = std::max(share_ - debt_ / pictures, share_ / 8);
    const double steps = steps_per_halving * std::log2(std::max(1.0, size) / allowed);
    next_ = std::clamp(next_ + static_cast<int>(std::ceil(steps)), finest_, coarsest);
}

}  // namespace transport

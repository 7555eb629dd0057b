// How much later one device shows what another has shown: two motions of one thing, laid over each other. Pure.
#pragma once

#include "augment/motion.hpp"

#include <optional>
#include <string>

namespace augment {

struct LagSearch {
    double from_s = -0.5;  ///< of lags; an offset between two time bases is the caller's to put in the middle
    double to_s = 0.5;
    double least_overlap_s = 10;
    double least_periods = 5;
    double least_correlation = 0.6;
    double most_bound_s = 0.1;
};

struct Lag {
    double seconds = 0;      ///< second(t) moves as reference(t - lag): > 0 when the second is the later one
    double bound_s = 0;      ///< 95 %: what the part of the motion that the two do not share makes of the lag by chance
    double correlation = 0;  ///< at the peak, 0 to 1
    bool opposed = false;    ///< the one goes up where the other goes down
    double periods = 0;      ///< turns back and forth within the overlap
    double overlap_s = 0;
};

/// A lag, or the one line that says why there is none.
struct LagAnswer {
    std::optional<Lag> lag;
    std::string refusal;
};

/// Both by a clock of their own, of 10 to 600 s, at any rate with a few samples a period: samples over 0.35 s apart are
/// a gap. Times that do not ascend are refused, too.
[[nodiscard]] LagAnswer find_lag(const Motion& reference, const Motion& second, const LagSearch& search = {});

}  // namespace augment

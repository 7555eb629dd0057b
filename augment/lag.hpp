// How much later one device shows what another has shown: two motions of one thing, laid over each other. Pure.
#pragma once

#include "augment/motion.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace augment {

struct LagSearch {
    double from_s = -0.5;  ///< of lags; an offset between two time bases is the caller's to put in the middle
    double to_s = 0.5;
    double least_overlap_s = 10;
    double least_periods = 5;
    double least_correlation = 0.8;  ///< below it, the truth lay within the bound in four drawn motions of five only
    double most_bound_s = 0.1;
};

struct Lag {
    double seconds = 0;  ///< second(t) moves as reference(t - lag): > 0 when the second is the later one
    /// 95 %: what the part of the motion that the two do not share makes of the lag by chance alone. bend_s() adds to
    /// it, and so do stamps that come late now and then, but never early.
    double bound_s = 0;
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
[[nodiscard]] LagAnswer find_lag(const Motion& reference, const Motion& second, const LagSearch& search = {},
                                 const std::stop_token& stop = {});

/// What a motion that is no straight line, as an ellipse, adds to the lag of a second device that sees it along a line
/// 30° off its main one, at worst: seconds. 0, too, where find_lag() refuses: under 8 samples, not 1 to 600 s long.
[[nodiscard]] double bend_s(const std::vector<double>& seconds, const std::vector<Vec3>& positions);

}  // namespace augment

// How well the lag of a device is found: motions and pictures whose truth is known, and a recording. Goal A9 of fusion.
#pragma once

#include "augment/lag.hpp"
#include "bench/fusion.hpp"

#include <vector>

namespace bench {

/// Of synthetic motion, over many seeds, rates, noises and lags.
struct LagFigures {
    std::vector<double> off_ms;  ///< size of the error, of each lag that was told
    int within = 0;              ///< of those, within the bound that was told
    int refused = 0;
    int hopeless = 0;  ///< motions of which no lag can be told …
    int rightly = 0;   ///< … and was refused
};
[[nodiscard]] LagFigures synthetic_lags(int seeds, const std::stop_token& stop = {});

/// The water-tank recording: the tracker as the reference, the pictures' reflector against it.
struct TankFigures {
    augment::LagAnswer whole;
    std::vector<double> halves_ms;   ///< lags, searched near the whole's
    std::vector<double> without_ms;  ///< lags with one sixth left out
};
[[nodiscard]] TankFigures tank_lags(const std::string& folder);

[[nodiscard]] FusionFigures fusion_lag(const FusionOptions& options);

}  // namespace bench

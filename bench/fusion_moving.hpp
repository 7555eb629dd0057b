// A heart that beats and breathes, a probe that moves with it, both pictures in real time: how far the echo of a target
// lies from its X-ray shadow, everything included. Goal A6 of fusion.
#pragma once

#include "bench/fusion.hpp"

namespace bench {

/// What the mixer decided for each picture of a run, against the phantom's truth.
struct MovingFigures {
    std::vector<double> fused_mm;  ///< of each target in the slice: its echo, laid on the X-ray, from its shadow
    std::vector<double> probe_mm;  ///< the pose alone: of a point 60 mm in front of the array, in the picture
    std::vector<double> skew_ms;   ///< size of it
    int pictures = 0;              ///< with both modalities
    int registered = 0;
    int astray = 0;       ///< called registered, and the point in front of the array more than 5 mm off
    int looks = 0;        ///< exposures in which the probe was looked for
    double seconds = 0;   ///< since the first picture of both
    double searched = 0;  ///< s until the probe was found; the whole run when it never was
};
/// `c_arm`: still or swing; `ct`: the NIfTI file that the phantom's body comes from, empty: closed forms. Blocks for so
/// many seconds, and for the drawing of the phantom.
[[nodiscard]] MovingFigures watch_moving_phantom(const std::string& c_arm, const std::string& ct, double seconds,
                                                 std::stop_token stop);

[[nodiscard]] FusionFigures fusion_moving(const FusionOptions& options);

}  // namespace bench

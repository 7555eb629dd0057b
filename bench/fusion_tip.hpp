// A catheter's tip that beats and breathes, pointed at once: how far it is from the truth afterwards, and whether what
// cannot be seen is ever called tracked. On the phantom's fluoroscopy.
#pragma once

#include "bench/fusion.hpp"
#include "devices/phantom_fluoroscope.hpp"

namespace bench {

struct TipFigures {
    std::vector<double> px, mm;        ///< while tracking; mm in the isocentre's plane
    std::vector<double> milliseconds;  ///< of each frame that was looked at
    int frames = 0;                    ///< with the beam on, since the click
    int tracked = 0;
    int lost = 0;
    int wrong = 0;    ///< called tracking and more than 5 mm off
    int refused = 0;  ///< clicks
    int clicks = 0;
};

/// What happens to the tip a second after the click.
enum class TipFate : std::uint8_t {
    none,
    withdrawn,     ///< it is not there any more, from one exposure to the next
    out_of_field,  ///< the picture moves on over it, 5 pixels an exposure
    pause,         ///< the pedal is up for a second and a half
    pause_without  ///< the same, and afterwards it is not there
};

/// Clicks up to 10 of 512 pixels beside the tip, in several phases of the beat; each followed through a whole loop.
[[nodiscard]] TipFigures follow_tip(const devices::Fluoroscopy& wishes, TipFate fate = TipFate::none);
/// The same with a fixed template: 48 pixels around the clicked tip in 128 around where it was last.
[[nodiscard]] TipFigures follow_tip_plainly(const devices::Fluoroscopy& wishes, bool withdrawn = false);

[[nodiscard]] FusionFigures fusion_tip(const FusionOptions& options);

}  // namespace bench

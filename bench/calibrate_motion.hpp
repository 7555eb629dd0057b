// A source's motion, for as long as it takes: live, or as fast as a recording can be read.
#pragma once

#include "bench/calibrate.hpp"
#include "bench/progress.hpp"

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct RecordedMotion {
    augment::Motion motion;  ///< seconds of the machine's clock, or of the recording's own (MetaImage)
    std::string words;       ///< one line: what was played, how much of it, and what moved
    bool live = false;
    std::vector<std::string> warnings;  ///< of the source, one line each
};

/// Both sources side by side. In real time when one of them is live, else each on a clock that does not wait.
/// MetaImage sequences are taken whole. Throws std::runtime_error with one line as soon as one side fails; after `stop`
/// the motions are what they are by then. `progress` null: nobody looks.
[[nodiscard]] std::pair<RecordedMotion, RecordedMotion> record_motions(const LagSide& reference, const LagSide& second,
                                                                       double seconds, Progress* progress,
                                                                       const std::stop_token& stop);

}  // namespace bench

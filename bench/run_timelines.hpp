// What the timelines add to a run's figures: hops, legs, skew, clocks.
#pragma once

#include "bench/run_figures.hpp"

namespace bench {

/// Only of the frames that `out.frames` holds, or, without codes, of all. Adds nothing where there are no timelines.
void add_timelines(RunFigures& out, const RunInput& input);

}  // namespace bench

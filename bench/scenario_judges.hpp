// The judges of one scenario beside each other: timelines, the code inside the display, the watcher of the screen.
#pragma once

#include "bench/judges_agree.hpp"
#include "bench/rows.hpp"
#include "bench/run_figures.hpp"
#include "bench/scenario.hpp"

#include <filesystem>
#include <vector>

namespace bench {

/// What the timelines say of the frames that `run` has: when the code says that a frame was captured, and how much
/// later its timeline has it presented; or when its timeline has it presented, where that is farther from the code's
/// (and known on the codes' clock). So a clock that is wrong, or a stamp of another frame, differs from the code's.
[[nodiscard]] Judgement timeline_judgement(const RunInput& run);

/// What the camera judge reads off the film that a camera of 240 pictures/s would have made of that run: rolling
/// shutter of 4 ms, exposure of 2 ms, noise, blur and perspective of known size. A trial of that judge, no measurement
/// of its own.
[[nodiscard]] Judgement filmed_judgement(const RunInput& run);

/// Of every repeat, the timelines and the screen watcher (where there is one) each beside the code; of the first, where
/// a screen is watched, the camera judge too. Reads DIR/NAME/N and DIR/NAME-screen/N. Throws std::runtime_error naming
/// the file that is missing or malformed.
[[nodiscard]] std::vector<Agreement> agreements(const std::filesystem::path& folder, const Scenario& scenario);

/// For each pair of judges, the median and the p95 of the repeat that is farthest beyond what it was allowed.
[[nodiscard]] std::vector<Row> agreement_rows(const std::vector<Agreement>& agreements);

}  // namespace bench

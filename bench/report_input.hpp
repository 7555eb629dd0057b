// A result with everything that lies beside it: its frames (NAME.csv), and of every repeat (NAME/1, NAME/2, …) the
// timelines and the display's states.
#pragma once

#include "bench/figures.hpp"
#include "bench/report_picks.hpp"
#include "bench/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace bench {

struct RepeatStates {
    std::size_t repeat = 1;
    std::vector<StateChange> changes;
};

struct ReportedResult {
    std::filesystem::path file;
    std::string name;   ///< the file's, without its ending
    std::string label;  ///< what it is called among the others: see label_apart
    BenchResult result;
    std::vector<Told> figures;  ///< with intervals
    std::vector<ReportedFrame> frames;
    std::vector<RepeatStates> states;
    std::vector<PickedFrame> picks;      ///< by stream, the typical ones first; with lanes where timelines tell them
    std::vector<std::string> words;      ///< where its time goes, a paragraph each; none where no timelines tell
    std::vector<std::string> not_shown;  ///< a line for each thing that is missing beside the result

    /// A figure that has a value, or nothing.
    [[nodiscard]] const Told* figure(std::string_view name) const;
    /// The values of a distribution, all repeats together.
    [[nodiscard]] transport::Histogram histogram(const std::string& key) const;
    [[nodiscard]] bool has_lanes() const;
};

/// How many frames are picked of each stream.
struct Picking {
    std::size_t worst = 5;
    std::size_t typical = 1;
};

/// What is missing beside the result is told in `not_shown`. Throws std::runtime_error naming the file that is
/// malformed, or the result that is missing.
[[nodiscard]] ReportedResult read_reported(const std::filesystem::path& result, const Picking& picking);

/// Calls each by its contender; where that is not enough, also by its judge; where that is not, by its file.
void label_apart(std::vector<ReportedResult>& results);

}  // namespace bench

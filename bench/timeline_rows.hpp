// timeline.csv, read back: the pictures as the display's report was given them.
#pragma once

#include "bench/codes.hpp"
#include "render/report.hpp"

#include <filesystem>
#include <istream>
#include <vector>

namespace bench {

/// Columns are found by their names; times are since the run's start. The sources' periods are not in the file. A last
/// line that is not whole is passed over. Throws std::runtime_error with the number of a malformed line, or naming a
/// column that is missing.
[[nodiscard]] std::vector<render::PresentedFrame> read_timelines(std::istream& csv);
/// The same; throws std::runtime_error naming the file that cannot be opened.
[[nodiscard]] std::vector<render::PresentedFrame> read_timelines(const std::filesystem::path& path);

}  // namespace bench

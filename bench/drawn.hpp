// From a pointer that is lifted to the stroke on everybody's pictures. Pure.
#pragma once

#include "bench/codes.hpp"
#include "bench/remote_page.hpp"
#include "bench/rows.hpp"

#include <cstdint>
#include <filesystem>
#include <istream>
#include <vector>

namespace bench {

/// A picture of a display, and which drawings were on it.
struct ShownRevision {
    std::int64_t presented_us = 0;  ///< this machine's monotonic clock
    std::uint32_t revision = 0;     ///< wraps
};
/// The rows of timeline.csv, whose times count from the display's start; `codes` of the same display tell when that
/// was. Throws std::runtime_error: a column is missing, or no frame is in both.
[[nodiscard]] std::vector<ShownRevision> read_shown_revisions(std::istream& timeline,
                                                              const std::vector<SeenCode>& codes);
/// The same of what a display has written to that folder.
[[nodiscard]] std::vector<ShownRevision> read_shown_revisions(const std::filesystem::path& folder);

/// Strokes nobody saw are a row of their own.
[[nodiscard]] std::vector<Row> drawn_rows(const PageFigures& page, const std::vector<ShownRevision>& display);

}  // namespace bench

// From a pointer that is lifted to the stroke on everybody's pictures. Pure.
#pragma once

#include "bench/codes.hpp"
#include "bench/remote_page.hpp"
#include "bench/rows.hpp"
#include "render/report.hpp"

#include <cstdint>
#include <vector>

namespace bench {

/// A picture of a display, and which drawings were on it.
struct ShownRevision {
    std::int64_t presented_us = 0;  ///< this machine's monotonic clock
    std::uint32_t revision = 0;     ///< wraps
};
/// `timelines` as timeline.csv has them, whose times count from the display's start; `codes` of the same display tell
/// when that was. Throws std::runtime_error: no frame is in both.
[[nodiscard]] std::vector<ShownRevision> shown_revisions(const std::vector<render::PresentedFrame>& timelines,
                                                         const std::vector<SeenCode>& codes);

/// Strokes nobody saw are a row of their own.
[[nodiscard]] std::vector<Row> drawn_rows(const PageFigures& page, const std::vector<ShownRevision>& display);

}  // namespace bench

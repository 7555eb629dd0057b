// The arithmetic of the latency page: frames of one stream into percentiles by hop.
#pragma once

#include "render/share_latency.hpp"

#include <span>

namespace render {

/// `lines`: in order of presentation, each frame once. `fresh`: how many at their end are new.
[[nodiscard]] LatencyStream latency_of(transport::Modality modality,
                                       std::span<const transport::FinishedTimeline* const> lines, std::size_t fresh);

}  // namespace render

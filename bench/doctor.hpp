// What this machine can do, and why not: `scialytic doctor`.
#pragma once

#include <string>

namespace bench {

/// Encoders, GPU, GStreamer elements and panels, clock, network ports: a line each, with the reason and what to do.
[[nodiscard]] std::string doctor();

}  // namespace bench

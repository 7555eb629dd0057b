// What the screen watcher says of itself, read back.
#pragma once

#include "transport/clock.hpp"

#include <filesystem>

namespace bench {

/// Of watch.json in that folder: how far its times may be from the truth, for 99 of 100 frames. Throws
/// std::runtime_error naming the file that is missing or malformed.
[[nodiscard]] transport::Microseconds watch_uncertainty(const std::filesystem::path& folder);

}  // namespace bench

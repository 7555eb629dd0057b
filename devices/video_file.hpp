// Any video that FFmpeg reads, looping at its own time stamps.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace devices {

/// Whether a recording begins again at its end.
enum class AtEnd : std::uint8_t { again, ended };

/// Decoded and converted one frame ahead: nothing but waiting is left when a frame is due. `frames_per_second` 0:
/// as stored. Throws std::runtime_error with one line when the file has no video that decodes.
[[nodiscard]] std::unique_ptr<capture::Source> open_video_file(const std::string& path, double frames_per_second,
                                                               const std::vector<transport::Rect>& black,
                                                               transport::Clock& clock, AtEnd at_end = AtEnd::again);

}  // namespace devices

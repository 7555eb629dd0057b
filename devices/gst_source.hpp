// Any live source that GStreamer knows: V4L2, SDI, RTSP, SRT, the screen.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <memory>
#include <string>
#include <vector>

namespace devices {

/// `description` as for gst-launch, without a sink; only the newest picture is kept. Grey stays grey, all else becomes
/// full-range BT.601 4:2:0. `acquired` is estimated: the picture's arrival minus `device_delay`.
/// Throws std::runtime_error with GStreamer's reason when the pipeline cannot be built or fails before its first
/// picture. Later errors print one line and end the source.
[[nodiscard]] std::unique_ptr<capture::Source> open_gst_source(const std::string& description,
                                                               transport::Microseconds device_delay,
                                                               const std::vector<transport::Rect>& black,
                                                               transport::Clock& clock);

}  // namespace devices

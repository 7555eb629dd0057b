// A probe and a C-arm that need no hardware: a picture to look at, and a stream that never repeats itself.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <memory>
#include <string>
#include <vector>

namespace devices {

/// `synthetic` with `?key=value&…`: width, height (pixels), pedal=on,off (seconds, X-ray). One heart cycle is drawn
/// at the start and then played for ever. `frames_per_second` 0: 30.
[[nodiscard]] std::unique_ptr<capture::Source> open_synthetic(const std::string& name, transport::Modality wanted,
                                                              double frames_per_second,
                                                              const std::vector<transport::Rect>& black,
                                                              transport::Clock& clock);

}  // namespace devices

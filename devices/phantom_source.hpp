// The phantom as a source: a loop drawn at the start and anchored to the machine's clock.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <memory>
#include <string>
#include <vector>

namespace devices {

/// `phantom` with `?key=value&…`, where both: width, height (pixels), seed, c_arm=still|swing, multiplane (degrees), ct
/// (a NIfTI file: the body comes from this CT), ct_at (x,y,z: PhantomCt's middle); X-ray: dose (quanta per mm² at the
/// detector, 0 without noise), lag (0 … 0.9), pedal=on,off (seconds); ultrasound: tracker=on|off, flow=on|off (colour
/// Doppler, not with ct). A frame's `acquired` is the instant that phantom_truth() describes. `frames_per_second`
/// 0: 30. The loop is a whole number of frames: rates are rounded to a quarter frame/s.
[[nodiscard]] std::unique_ptr<capture::Source> open_phantom(const std::string& name, transport::Modality wanted,
                                                            double frames_per_second,
                                                            const std::vector<transport::Rect>& black,
                                                            transport::Clock& clock);

}  // namespace devices

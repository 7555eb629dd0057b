// The one list of devices: every source the product knows, by the name people write.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <memory>
#include <string>
#include <vector>

namespace devices {

struct SourceSettings {
    double frames_per_second = 0;             ///< 0: the source's own; live sources keep theirs
    transport::Microseconds device_delay{0};  ///< live sources: from the image's forming to our holding it
    bool mask_outside_regions = true;         ///< ultrasound with regions: black what lies outside them
    std::vector<std::string> masks;           ///< "x,y,width,height", black in any case
};

/// `synthetic`, `synthetic?width=800&height=600`, `synthetic?pedal=8,4` (X-ray: beam on 8 s, off 4 s),
/// `phantom` (one heart for both; phantom_source.hpp has its options),
/// `gst: <GStreamer launch description>`, or the path of a DICOM file, a MetaImage
/// sequence (both told by their content) or a video.
/// `wanted` chooses the synthetic picture. Throws std::runtime_error with one line naming what and where.
[[nodiscard]] std::unique_ptr<capture::Source> open_source(const std::string& name, transport::Modality wanted,
                                                           const SourceSettings& settings, transport::Clock& clock);

}  // namespace devices

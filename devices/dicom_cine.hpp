// DICOM loops and stills, US and XA, played at their true frame times.
#pragma once

#include "capture/source.hpp"
#include "devices/mask.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <memory>
#include <string>
#include <vector>

namespace devices {

struct DicomPlay {
    double frames_per_second = 0;      ///< 0: as recorded
    bool mask_outside_regions = true;  ///< ultrasound with regions
    std::vector<transport::Rect> black;
};

/// By content: the DICM preamble, or a bare data set that begins like one.
[[nodiscard]] bool is_dicom(const std::string& path);

/// Decodes the whole loop into memory (at most 2 GB). What cannot be decoded is left out and told in the warnings.
/// Throws std::runtime_error with one line; never tells anything of the patient.
[[nodiscard]] std::unique_ptr<capture::Source> open_dicom_cine(const std::string& path, transport::Modality wanted,
                                                               const DicomPlay& play, transport::Clock& clock);

}  // namespace devices

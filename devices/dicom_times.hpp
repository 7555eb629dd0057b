// When the frames of a DICOM loop were taken.
#pragma once

#include "devices/dicom_file.hpp"
#include "transport/clock.hpp"

#include <string>
#include <vector>

namespace devices {

struct DicomTimes {
    std::vector<transport::Microseconds> starts;  ///< one per frame, from the first
    transport::Microseconds length{0};            ///< until the first frame comes again
};

/// Frame Time Vector or Frame Time, as the Frame Increment Pointer says; else the rates that the file recommends;
/// else 25/s with a warning.
[[nodiscard]] DicomTimes dicom_times(const DicomFile& file, unsigned long frames, std::vector<std::string>& warnings);

}  // namespace devices

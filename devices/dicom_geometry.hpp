// What a DICOM file tells of its pixels in the room: regions, millimetres, the C-arm.
#pragma once

#include "devices/dicom_file.hpp"
#include "transport/geometry.hpp"

#include <string>
#include <vector>

namespace devices {

/// Attributes that are missing or make no sense stay unknown; what a user should know is added to `warnings`.
[[nodiscard]] transport::ImageGeometry dicom_geometry(const DicomFile& file, std::vector<std::string>& warnings);

}  // namespace devices

// How the C-arm and the table stood: XA of the first kind (one table of angles) and Enhanced XA (frame by frame).
#pragma once

#include "devices/dicom_file.hpp"
#include "transport/geometry.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace devices {

/// As the recording begins. Nothing without both angles.
[[nodiscard]] std::optional<transport::CArmGeometry> dicom_c_arm(DcmDataset& dataset);
/// Of the isocentre frame, mm; Enhanced XA alone tells it.
[[nodiscard]] std::optional<std::array<double, 3>> dicom_table(DcmDataset& dataset);

/// Each frame's geometry where C-arm or table move; empty where they stand still. `first`: as the recording begins.
[[nodiscard]] std::vector<transport::ImageGeometry> dicom_motion(DcmDataset& dataset, unsigned long frames,
                                                                 const transport::ImageGeometry& first,
                                                                 std::vector<std::string>& warnings);

}  // namespace devices

// A volume out of a NIfTI-1 file (.nii, .nii.gz), as CT and its masks are passed on.
#pragma once

#include "augment/linear.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace devices {

struct Nifti {
    std::array<int, 3> size{};  ///< voxels along i, j and k
    augment::Mat3 step{};       ///< mm, DICOM's LPS: a column is the way to the next voxel along i, j or k
    augment::Vec3 first{};      ///< mm, LPS: centre of the first voxel
    std::vector<float> values;  ///< scaled; i is the fastest
};

/// Of one volume; 8 to 32 bit integers or floats, either byte order, gzip told by its own first bytes. Throws
/// std::runtime_error with one line that names what is wrong, and where.
[[nodiscard]] Nifti parse_nifti(std::span<const std::uint8_t> bytes);
/// The same of a file, which the line names.
[[nodiscard]] Nifti read_nifti(const std::filesystem::path& file);

}  // namespace devices

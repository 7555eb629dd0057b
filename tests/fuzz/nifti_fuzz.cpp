// Volumes from a stranger: whatever the bytes, no crash, and what is accepted is a volume.
// alone: devices/nifti.cpp devices/inflate_zlib.cpp
#include "devices/nifti.hpp"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto volume = devices::parse_nifti({data, size});
        const auto voxels = static_cast<std::size_t>(volume.size[0]) * static_cast<std::size_t>(volume.size[1]) *
                            static_cast<std::size_t>(volume.size[2]);
        if (volume.values.size() != voxels || !std::isfinite(1 / augment::determinant(volume.step))) std::abort();
    } catch (const std::runtime_error&) {
    }
    return 0;
}

#include "devices/devices.hpp"

#include "devices/dicom_cine.hpp"
#include "devices/gst_source.hpp"
#include "devices/meta_source.hpp"
#include "devices/phantom_source.hpp"
#include "devices/synthetic_source.hpp"
#include "devices/video_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace devices {

namespace {

void expect_readable_file(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        throw std::runtime_error(fmt::format("cannot open '{}': it is a folder", path));
    if (!std::ifstream{path, std::ios::binary})
        throw std::runtime_error(fmt::format("cannot open '{}': {}", path, std::strerror(errno)));
    if (std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) == 0)
        throw std::runtime_error(fmt::format("cannot play '{}': the file is empty", path));
}

}  // namespace

std::unique_ptr<capture::Source> open_source(const std::string& name, transport::Modality wanted,
                                             const SourceSettings& settings, transport::Clock& clock) {
    const auto rate = settings.frames_per_second;
    if (!std::isfinite(rate) || rate < 0 || rate > 1000)
        throw std::runtime_error(fmt::format("cannot play '{}' at {} frames/s: expected 0 to 1000", name, rate));
    const auto black = read_masks(settings.masks);

    if (name == "synthetic" || name.starts_with("synthetic?")) return open_synthetic(name, wanted, rate, black, clock);
    if (name == "phantom" || name.starts_with("phantom?")) return open_phantom(name, wanted, rate, black, clock);
    if (name.starts_with("gst:")) return open_gst_source(name.substr(4), settings.device_delay, black, clock);
    expect_readable_file(name);
    if (is_dicom(name)) return open_dicom_cine(name, wanted, {rate, settings.mask_outside_regions, black}, clock);
    if (is_meta_image(name)) return open_meta_sequence(name, rate, black, clock);
    return open_video_file(name, rate, black, clock);
}

}  // namespace devices

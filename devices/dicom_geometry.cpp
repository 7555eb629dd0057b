#include "devices/dicom_geometry.hpp"

#include "devices/dicom_c_arm.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace devices {

namespace {

using transport::ImageGeometry;
using transport::PixelSpacing;
using transport::UltrasoundRegion;

constexpr std::uint16_t two_dimensional = 1;
constexpr std::uint16_t centimetres = 3;

/// A region counts when every attribute that DICOM demands is there and its bounds lie in the image.
std::optional<UltrasoundRegion> read_region(DcmItem& item, int columns, int rows) {
    const auto whole = [&item](std::uint16_t element) -> std::optional<int> {
        const auto value = dicom_number(item, {0x0018, element});
        if (!value || *value < 0 || *value > 65535 || *value != std::floor(*value)) return std::nullopt;
        return static_cast<int>(*value);
    };
    const auto format = whole(0x6012), type = whole(0x6014);
    const auto x0 = whole(0x6018), y0 = whole(0x601a), x1 = whole(0x601c), y1 = whole(0x601e);
    const auto unit_x = whole(0x6024), unit_y = whole(0x6026);
    const auto delta_x = dicom_number(item, {0x0018, 0x602c}), delta_y = dicom_number(item, {0x0018, 0x602e});
    if (!format || !type || !x0 || !y0 || !x1 || !y1 || !unit_x || !unit_y || !delta_x || !delta_y) return std::nullopt;
    // Some scanners write the first pixel outside for X1 and Y1.
    if (*x1 <= *x0 || *y1 <= *y0 || *x1 > columns || *y1 > rows) return std::nullopt;

    UltrasoundRegion region;
    region.bounds = {*x0, *y0, std::min(*x1, columns - 1) - *x0 + 1, std::min(*y1, rows - 1) - *y0 + 1};
    region.spatial_format = static_cast<std::uint16_t>(*format);
    region.data_type = static_cast<std::uint16_t>(*type);
    region.unit_x = static_cast<std::uint16_t>(*unit_x);
    region.unit_y = static_cast<std::uint16_t>(*unit_y);
    region.delta_x = *delta_x;
    region.delta_y = *delta_y;
    return region;
}

std::vector<UltrasoundRegion> read_regions(const DicomFile& file, int columns, int rows,
                                           std::vector<std::string>& warnings) {
    DcmSequenceOfItems* sequence = nullptr;
    std::vector<UltrasoundRegion> regions;
    if (file.dataset().findAndGetSequence(DCM_SequenceOfUltrasoundRegions, sequence).bad() || sequence == nullptr)
        return regions;
    const std::size_t stored = sequence->card();
    for (std::size_t index = 0; file.header_is_sound() && index < stored; ++index)
        if (const auto region = read_region(*sequence->getItem(index), columns, rows)) regions.push_back(*region);
    // A damaged file has been told of already: one line is enough.
    if (regions.size() < stored && file.defect().empty())
        warnings.push_back(
            fmt::format("{} of {} ultrasound regions are incomplete and not used", stored - regions.size(), stored));
    return regions;
}

std::optional<PixelSpacing> spacing_of(const std::vector<UltrasoundRegion>& regions) {
    for (const auto& region : regions) {
        const bool metric = region.unit_x == centimetres && region.unit_y == centimetres;
        if (region.spatial_format != two_dimensional || !metric || region.delta_x == 0 || region.delta_y == 0) continue;
        return PixelSpacing{std::abs(region.delta_x) * 10, std::abs(region.delta_y) * 10};
    }
    return std::nullopt;
}

/// At the detector: Imager Pixel Spacing, else the field of view over the image.
std::optional<PixelSpacing> xray_spacing(DcmDataset& dataset, int columns, int rows) {
    const auto sensible = [](double mm) { return mm > 0.001 && mm < 10; };
    const auto y = dicom_number(dataset, {0x0018, 0x1164}, 0), x = dicom_number(dataset, {0x0018, 0x1164}, 1);
    if (x && y && sensible(*x) && sensible(*y)) return PixelSpacing{*x, *y};
    const auto height = dicom_number(dataset, {0x0018, 0x1149}, 0);
    const auto width = dicom_number(dataset, {0x0018, 0x1149}, 1);
    if (!height) return std::nullopt;
    const PixelSpacing spacing{width.value_or(*height) / columns, *height / rows};
    if (!sensible(spacing.x_mm_per_pixel) || !sensible(spacing.y_mm_per_pixel)) return std::nullopt;
    return spacing;
}

}  // namespace

ImageGeometry dicom_geometry(const DicomFile& file, std::vector<std::string>& warnings) {
    auto& dataset = file.dataset();
    const int columns = static_cast<int>(dicom_number(dataset, {0x0028, 0x0011}).value_or(0));
    const int rows = static_cast<int>(dicom_number(dataset, {0x0028, 0x0010}).value_or(0));
    ImageGeometry geometry;
    geometry.regions = read_regions(file, columns, rows, warnings);
    geometry.spacing = geometry.regions.empty() ? xray_spacing(dataset, columns, rows) : spacing_of(geometry.regions);
    geometry.c_arm = dicom_c_arm(dataset);
    geometry.table_mm = dicom_table(dataset);
    return geometry;
}

}  // namespace devices

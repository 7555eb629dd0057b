#include "devices/dicom_c_arm.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace devices {

using transport::CArmGeometry;
using transport::ImageGeometry;

namespace {

constexpr DicomTag isocentre_primary{0x0018, 0x9463}, isocentre_secondary{0x0018, 0x9464};
constexpr DicomTag detector_rotation{0x0018, 0x9465};
constexpr std::array<DicomTag, 3> table_position{{{0x0018, 0x9466}, {0x0018, 0x9467}, {0x0018, 0x9468}}};
constexpr DicomTag increments_primary{0x0018, 0x1520}, increments_secondary{0x0018, 0x1521};

bool possible(double primary, double secondary) {
    return std::abs(primary) <= 180 && std::abs(secondary) <= 90;
}

/// PS3.3 C.8.7.5.1.3: one value is the change from frame to frame, as many as frames are each frame's distance from
/// the first angle.
std::optional<std::vector<double>> increments(DcmDataset& dataset, DicomTag tag, unsigned long frames) {
    const auto count = dicom_count(dataset, tag);
    if (count != 1 && count != frames) return std::nullopt;
    std::vector<double> out;
    for (unsigned long frame = 0; frame < frames; ++frame) {
        const auto value = dicom_number(dataset, tag, count == 1 ? 0 : frame);
        if (!value) return std::nullopt;
        out.push_back(count == 1 ? *value * static_cast<double>(frame) : *value);
    }
    return out;
}

/// Enhanced XA.
std::vector<ImageGeometry> frame_by_frame(DcmDataset& dataset, unsigned long frames, const ImageGeometry& first) {
    std::vector<ImageGeometry> out;
    bool moves = false;
    for (unsigned long frame = 0; frame < frames; ++frame) {
        auto geometry = first;
        const auto put = [&](DicomTag tag, double& value) {
            if (const auto own = dicom_number_of_frame(dataset, frame, tag)) value = *own;
        };
        put(isocentre_primary, geometry.c_arm->primary_angle_degrees);
        put(isocentre_secondary, geometry.c_arm->secondary_angle_degrees);
        put(detector_rotation, geometry.c_arm->detector_rotation_degrees);
        put({0x0018, 0x1110}, geometry.c_arm->source_detector_mm);
        put({0x0018, 0x9402}, geometry.c_arm->source_isocentre_mm);
        if (geometry.table_mm)
            for (std::size_t axis = 0; axis < 3; ++axis) put(table_position[axis], geometry.table_mm->at(axis));
        if (!possible(geometry.c_arm->primary_angle_degrees, geometry.c_arm->secondary_angle_degrees))
            geometry.c_arm.reset();  // then this frame has none, and no fusion
        moves = moves || geometry != first;
        out.push_back(std::move(geometry));
    }
    if (!moves) out.clear();
    return out;
}

}  // namespace

std::optional<CArmGeometry> dicom_c_arm(DcmDataset& dataset) {
    auto primary = dicom_number(dataset, {0x0018, 0x1510}), secondary = dicom_number(dataset, {0x0018, 0x1511});
    if (!primary) primary = dicom_number(dataset, isocentre_primary);
    if (!secondary) secondary = dicom_number(dataset, isocentre_secondary);
    if (!primary || !secondary || !possible(*primary, *secondary)) return std::nullopt;
    CArmGeometry geometry;
    geometry.primary_angle_degrees = *primary;
    geometry.secondary_angle_degrees = *secondary;
    geometry.source_detector_mm = std::max(0.0, dicom_number(dataset, {0x0018, 0x1110}).value_or(0));
    auto isocentre = dicom_number(dataset, {0x0018, 0x9402});
    if (!isocentre) isocentre = dicom_number(dataset, {0x0018, 0x1111});
    geometry.source_isocentre_mm = std::max(0.0, isocentre.value_or(0));
    geometry.detector_rotation_degrees = dicom_number(dataset, detector_rotation).value_or(0);
    return geometry;
}

std::optional<std::array<double, 3>> dicom_table(DcmDataset& dataset) {
    std::array<double, 3> out{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto value = dicom_number(dataset, table_position[axis]);
        if (!value) return std::nullopt;
        out[axis] = *value;
    }
    return out;
}

std::vector<ImageGeometry> dicom_motion(DcmDataset& dataset, unsigned long frames, const ImageGeometry& first,
                                        std::vector<std::string>& warnings) {
    if (!first.c_arm) return {};
    if (dicom_text(dataset, {0x0018, 0x1500}) != "DYNAMIC") return frame_by_frame(dataset, frames, first);
    const auto primary = increments(dataset, increments_primary, frames);
    const auto secondary = increments(dataset, increments_secondary, frames);
    std::vector<ImageGeometry> out(frames, first);
    bool all = primary && secondary;
    for (std::size_t frame = 0; all && frame < frames; ++frame) {
        auto& c_arm = *out[frame].c_arm;
        c_arm.primary_angle_degrees += (*primary)[frame];
        c_arm.secondary_angle_degrees += (*secondary)[frame];
        all = possible(c_arm.primary_angle_degrees, c_arm.secondary_angle_degrees);
    }
    if (all) return out;
    warnings.emplace_back("the C-arm moves during this recording and does not tell each frame's angles: none are used");
    for (auto& geometry : out) geometry.c_arm.reset();
    return out;
}

}  // namespace devices

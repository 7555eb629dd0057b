#include "augment/geometry.hpp"

#include <cmath>
#include <numbers>

namespace augment {

using transport::CArmGeometry;
using transport::PixelSpacing;

namespace {

constexpr double magnification_agrees = 0.001;

constexpr double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

/// Rows: image right, image up, source to detector. DICOM PS3.3 C.8.7.5.1.2: +primary is left, +secondary is cranial.
Mat3 c_arm_rotation(double primary, double secondary, double detector_rotation) {
    const double ca = std::cos(primary), sa = std::sin(primary);
    const double cb = std::cos(secondary), sb = std::sin(secondary);
    const Vec3 right{ca, sa, 0}, up{-sb * sa, sb * ca, cb}, beam{cb * sa, -cb * ca, sb};
    return turn_about_z(detector_rotation) * rows_of(right, up, beam);
}

}  // namespace

DetectorImage DetectorImage::centred(int columns, int rows, const PixelSpacing& spacing, double source_detector_mm) {
    return {columns,
            rows,
            {{{{source_detector_mm / spacing.x_mm_per_pixel, 0}, {0, -source_detector_mm / spacing.y_mm_per_pixel}}}},
            {(columns - 1) / 2.0, (rows - 1) / 2.0}};
}

DetectorImage DetectorImage::resized(double factor) const {
    const Mat2 scale{{{{factor, 0}, {0, factor}}}};
    return {static_cast<int>(std::lround(columns * factor)),
            static_cast<int>(std::lround(rows * factor)),
            scale * per_slope,
            {factor * (centre.x + 0.5) - 0.5, factor * (centre.y + 0.5) - 0.5}};
}

DetectorImage DetectorImage::cropped(const transport::Rect& kept) const {
    return {kept.width, kept.height, per_slope,
            centre - Vec2{static_cast<double>(kept.x), static_cast<double>(kept.y)}};
}

DetectorImage DetectorImage::turned(int quarters) const {
    auto out = *this;
    for (int i = 0; i < (quarters % 4 + 4) % 4; ++i) {
        // Clockwise: (column, row) goes to (rows - 1 - row, column).
        constexpr Mat2 quarter{{{{0, -1}, {1, 0}}}};
        const auto was = out;
        out = {was.rows, was.columns, quarter * was.per_slope, {was.rows - 1 - was.centre.y, was.centre.x}};
    }
    return out;
}

DetectorImage DetectorImage::flipped() const {
    constexpr Mat2 mirror{{{{-1, 0}, {0, 1}}}};
    return {columns, rows, mirror * per_slope, {columns - 1 - centre.x, centre.y}};
}

std::optional<std::string> defect_of(const CArmGeometry& c_arm, const std::optional<PixelSpacing>& spacing,
                                     std::optional<double> magnification) {
    const double sid = c_arm.source_detector_mm, sod = c_arm.source_isocentre_mm;
    const auto sensible = [](double mm) { return mm > 0 && mm < 1; };
    if (!(std::abs(c_arm.primary_angle_degrees) <= 180))
        return "Positioner Primary Angle (0018,1510) is not within 180 degrees";
    if (!(std::abs(c_arm.secondary_angle_degrees) <= 90))
        return "Positioner Secondary Angle (0018,1511) is not within 90 degrees";
    if (!(sod > 0)) return "Distance Source to Patient (0018,1111) is missing";
    if (!(sid > sod))
        return "Distance Source to Detector (0018,1110) is not larger than Distance Source to Patient (0018,1111)";
    if (!spacing || !sensible(spacing->x_mm_per_pixel) || !sensible(spacing->y_mm_per_pixel))
        return "Imager Pixel Spacing (0018,1164) is not between 0 and 1 mm";
    if (magnification && !(std::abs(*magnification * sod / sid - 1) <= magnification_agrees))
        return "Estimated Radiographic Magnification Factor (0018,1114) contradicts the distances (0018,1110), "
               "(0018,1111)";
    return std::nullopt;
}

XrayCamera::XrayCamera(const CArmGeometry& c_arm, const DetectorImage& image)
    : rotation_{c_arm_rotation(radians(c_arm.primary_angle_degrees), radians(c_arm.secondary_angle_degrees),
                               radians(c_arm.detector_rotation_degrees))},
      isocentre_{0, 0, c_arm.source_isocentre_mm},
      source_detector_mm_{c_arm.source_detector_mm},
      image_{image} {}

XrayCamera XrayCamera::on_table(const Rigid& world_from_table) const {
    auto out = *this;
    out.rotation_ = rotation_ * world_from_table.rotation;
    out.isocentre_ = in_camera(world_from_table.translation);
    return out;
}

std::optional<Vec2> XrayCamera::project(Vec3 point) const {
    const auto at = in_camera(point);
    if (!(at.z > 0)) return std::nullopt;
    return image_.centre + image_.per_slope * Vec2{at.x / at.z, at.y / at.z};
}

Ray XrayCamera::ray_through(Vec2 pixel) const {
    const auto slope = inverse(image_.per_slope) * (pixel - image_.centre);
    return {source(), unit(transposed(rotation_) * Vec3{slope.x, slope.y, 1})};
}

Matrix<2, 3> XrayCamera::jacobian(Vec3 point) const {
    const auto at = in_camera(point);
    const Matrix<2, 3> slope{{{{1 / at.z, 0, -at.x / (at.z * at.z)}, {0, 1 / at.z, -at.y / (at.z * at.z)}}}};
    return image_.per_slope * slope * rotation_;
}

Mat3 XrayCamera::intrinsics() const {
    const auto& b = image_.per_slope;
    return rows_of({b[0][0], b[0][1], image_.centre.x}, {b[1][0], b[1][1], image_.centre.y}, {0, 0, 1});
}

Rigid world_from_table(const Mat3& table_rotation, Vec3 table_mm) {
    return {transposed(table_rotation), table_mm};
}

}  // namespace augment

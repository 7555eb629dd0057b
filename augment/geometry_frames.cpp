// From what travels with a picture to what the formulas take.
#include "augment/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace augment {

using transport::ImageGeometry;

namespace {

constexpr int arc_steps = 64;

constexpr double in_radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

}  // namespace

Rigid world_from_table(const ImageGeometry& geometry) {
    if (!geometry.table_mm) return {};
    const auto& [x, y, z] = *geometry.table_mm;
    return world_from_table(identity(), {x, y, z});
}

std::optional<XrayCamera> camera_of(const ImageGeometry& geometry, int columns, int rows) {
    if (!geometry.c_arm || defect_of(*geometry.c_arm, geometry.spacing)) return std::nullopt;
    const auto image = DetectorImage::centred(columns, rows, *geometry.spacing, geometry.c_arm->source_detector_mm);
    return XrayCamera{*geometry.c_arm, image}.on_table(world_from_table(geometry));
}

Rigid rigid_of(const transport::Pose& pose) {
    const auto [w, x, y, z] = pose.rotation;
    const double square = w * w + x * x + y * y + z * z;
    const Vec3 moved{pose.mm[0], pose.mm[1], pose.mm[2]};
    if (!(square > 0)) return {identity(), moved};
    const double k = 2 / square;
    return {rows_of({1 - k * (y * y + z * z), k * (x * y - w * z), k * (x * z + w * y)},
                    {k * (x * y + w * z), 1 - k * (x * x + z * z), k * (y * z - w * x)},
                    {k * (x * z - w * y), k * (y * z + w * x), 1 - k * (x * x + y * y)}),
            moved};
}

transport::Pose pose_of(const Rigid& rigid) {
    const auto& r = rigid.rotation;
    // The largest of the four is found first: the others are divided by it.
    const double squares[] = {1 + r[0][0] + r[1][1] + r[2][2], 1 + r[0][0] - r[1][1] - r[2][2],
                              1 - r[0][0] + r[1][1] - r[2][2], 1 - r[0][0] - r[1][1] + r[2][2]};
    const auto largest = std::max_element(std::begin(squares), std::end(squares)) - std::begin(squares);
    const double d = std::sqrt(squares[largest]);
    std::array<double, 4> q{};
    const double a = r[2][1] - r[1][2], b = r[0][2] - r[2][0], c = r[1][0] - r[0][1];
    const double xy = r[0][1] + r[1][0], xz = r[0][2] + r[2][0], yz = r[1][2] + r[2][1];
    if (largest == 0) q = {d, a / d, b / d, c / d};
    if (largest == 1) q = {a / d, d, xy / d, xz / d};
    if (largest == 2) q = {b / d, xy / d, d, yz / d};
    if (largest == 3) q = {c / d, xz / d, yz / d, d};
    for (double& part : q) part /= 2;
    return {q, {rigid.translation.x, rigid.translation.y, rigid.translation.z}};
}

std::optional<EchoPlane> plane_of(const ImageGeometry& geometry) {
    const auto& spacing = geometry.spacing;
    const auto& sector = geometry.sector;
    if (!sector || !spacing || !(spacing->x_mm_per_pixel > 0) || !(spacing->y_mm_per_pixel > 0)) return std::nullopt;
    if (!(sector->from_mm >= 0) || !(sector->to_mm > sector->from_mm)) return std::nullopt;
    if (!(sector->half_angle_degrees > 0) || !(sector->half_angle_degrees < 90)) return std::nullopt;
    return EchoPlane{*spacing, {sector->apex_column, sector->apex_row}, in_radians(sector->multiplane_degrees)};
}

std::vector<Vec2> outline_of(const transport::EchoSector& sector, const transport::PixelSpacing& spacing) {
    const double half = in_radians(sector.half_angle_degrees);
    std::vector<Vec2> out;
    const auto add = [&](double depth, double angle) {
        out.push_back({sector.apex_column + depth * std::sin(angle) / spacing.x_mm_per_pixel,
                       sector.apex_row + depth * std::cos(angle) / spacing.y_mm_per_pixel});
    };
    for (int i = 0; i <= arc_steps; ++i) add(sector.from_mm, half - 2 * half * i / arc_steps);
    for (int i = 0; i <= arc_steps; ++i) add(sector.to_mm, -half + 2 * half * i / arc_steps);
    out.push_back(out.front());
    return out;
}

}  // namespace augment

#include "augment/markers.hpp"

#include "transport/plain_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace augment {

using transport::Annotation;
using transport::FrameHeader;
using transport::ImageGeometry;
using transport::Modality;

namespace {

constexpr std::size_t most_targets = 32;
constexpr std::size_t most_calipers = 16;
constexpr double click_mm = 0.5;     // σ
constexpr double same_angle = 0.1;   // degrees
constexpr double same_length = 0.5;  // mm

Vec2 pixel_in(const FrameHeader& header, double x, double y) {
    return {x * header.width - 0.5, y * header.height - 0.5};
}

bool close_to(double a, double b, double tolerance) {
    return std::abs(a - b) <= tolerance;
}

/// The target's own doubt and that of the pose it was set with.
Mat3 doubt_about(const Vec3& point, const KnownProbe& probe, double multiplane) {
    const double across = slice_mm / std::sqrt(12.0);  // σ of what lies anywhere in the slice
    const auto array = probe.table_from_array.rotation * turn_about_z(multiplane);
    Mat3 own{};
    own[0][0] = own[2][2] = click_mm * click_mm;
    own[1][1] = across * across;
    const auto step = moved_by_step(point - probe.table_from_array.translation);
    return array * own * transposed(array) + step * probe.doubt * transposed(step);
}

/// In the plane that the picture has millimetres for.
std::optional<double> length_in(const FrameHeader& header, Vec2 from, Vec2 to) {
    const auto& geometry = header.geometry;
    if (!geometry.spacing) return std::nullopt;
    const double mm = std::hypot((to.x - from.x) * geometry.spacing->x_mm_per_pixel,
                                 (to.y - from.y) * geometry.spacing->y_mm_per_pixel);
    if (header.modality != Modality::xray) return mm;
    if (!geometry.c_arm || defect_of(*geometry.c_arm, geometry.spacing)) return std::nullopt;
    return mm * geometry.c_arm->source_isocentre_mm / geometry.c_arm->source_detector_mm;
}

}  // namespace

bool still_true(const ImageGeometry& taken_with, const ImageGeometry& now_with) {
    if (taken_with.spacing != now_with.spacing || taken_with.c_arm.has_value() != now_with.c_arm.has_value())
        return false;
    if (!taken_with.c_arm) return true;
    const auto& a = *taken_with.c_arm;
    const auto& b = *now_with.c_arm;
    const auto moved = world_from_table(taken_with).translation - world_from_table(now_with).translation;
    return close_to(a.primary_angle_degrees, b.primary_angle_degrees, same_angle) &&
           close_to(a.secondary_angle_degrees, b.secondary_angle_degrees, same_angle) &&
           close_to(a.detector_rotation_degrees, b.detector_rotation_degrees, same_angle) &&
           close_to(a.source_detector_mm, b.source_detector_mm, same_length) &&
           close_to(a.source_isocentre_mm, b.source_isocentre_mm, same_length) && length(moved) <= same_length;
}

bool Markers::takes(const std::string& kind) {
    return kind == "marker" || kind == "sight" || kind == "caliper";
}

std::optional<std::string> Markers::add(const Annotation& pointed, const EchoPlace& place, const Paired& frames) {
    for (const double value : {pointed.x0, pointed.y0, pointed.x1, pointed.y1})
        if (!(value >= 0 && value <= 1))
            return fmt::format("{}: coordinate {} is not within 0..1", pointed.kind, value);
    if (pointed.text.size() > transport::most_annotation_bytes || !transport::is_plain_text(pointed.text))
        return fmt::format("{}: the text is not plain UTF-8 of at most {} bytes", pointed.kind,
                           transport::most_annotation_bytes);
    const auto& frame = pointed.modality == Modality::xray ? frames.xray : frames.ultrasound;
    if (pointed.modality == Modality::camera || !frame)
        return fmt::format("{}: there is no {} picture", pointed.kind, transport::name(pointed.modality));
    const auto& header = frame->header;
    const auto at = pixel_in(header, pointed.x0, pointed.y0);

    if (pointed.kind == "marker") {
        if (pointed.modality != Modality::ultrasound) return "marker: it is set in the ultrasound picture";
        if (targets_.size() >= most_targets) return fmt::format("marker: there are {} already", most_targets);
        if (!place.echo || place.placing.registration != transport::Registration::registered)
            return "marker: the probe is not registered in the X-ray";
        const auto point = place.probe->table_from_array(place.plane->in_array(at));
        targets_.push_back({static_cast<int>(targets_.size()) + 1, pointed.text, point,
                            doubt_about(point, *place.probe, place.plane->multiplane_angle)});
    } else if (pointed.kind == "sight") {
        if (pointed.modality != Modality::xray) return "sight: it is taken in the X-ray picture";
        if (!place.camera) return "sight: the X-ray does not tell its geometry";
        sight_ = Sight{at, header.geometry};
    } else {
        if (calipers_.size() >= most_calipers) return fmt::format("caliper: there are {} already", most_calipers);
        const auto to = pixel_in(header, pointed.x1, pointed.y1);
        const auto mm = length_in(header, at, to);
        if (!mm) return fmt::format("caliper: the {} picture does not tell its millimetres", name(pointed.modality));
        calipers_.push_back({pointed.modality, at, to, *mm, header.geometry});
    }
    return std::nullopt;
}

}  // namespace augment

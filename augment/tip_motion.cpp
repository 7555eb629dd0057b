#include "augment/tip_motion.hpp"

#include "augment/geometry.hpp"
#include "augment/markers.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace augment {

std::optional<Carried> carried_by_c_arm(Vec2 pixel, const transport::FrameHeader& from,
                                        const transport::FrameHeader& to) {
    if (still_true(from.geometry, to.geometry)) return Carried{pixel, 0};
    const auto before = camera_of(from.geometry, from.width, from.height);
    const auto after = camera_of(to.geometry, to.width, to.height);
    if (!before || !after) return std::nullopt;
    constexpr double most_depth_mm = 60;
    constexpr double most_turn_degrees = 8;
    constexpr double most_zoom = 0.1;
    const auto along = before->rotation()[2], along_after = after->rotation()[2];
    const Vec3 beam{along[0], along[1], along[2]}, beam_after{along_after[0], along_after[1], along_after[2]};
    // Cameras see the table's frame; the patient was about the isocentre when the first picture was taken.
    const auto isocentre = inverse(world_from_table(from.geometry))({0, 0, 0});
    const auto scale = [&](const XrayCamera& camera) {
        return std::sqrt(std::abs(determinant(camera.image().per_slope))) / camera.in_camera(isocentre).z;
    };
    if (dot(beam, beam_after) < std::cos(most_turn_degrees * std::numbers::pi / 180) ||
        std::abs(scale(*after) / scale(*before) - 1) > most_zoom)
        return std::nullopt;
    const auto ray = before->ray_through(pixel);
    const double there = before->in_camera(isocentre).z / dot(beam, ray.direction);
    const auto seen_at = [&](double mm) { return after->project(ray.origin + (there + mm) * ray.direction); };
    const auto here = seen_at(0), near = seen_at(-most_depth_mm), far = seen_at(most_depth_mm);
    if (!here || !near || !far) return std::nullopt;
    return Carried{*here, std::max(length(*here - *near), length(*here - *far))};
}

}  // namespace augment

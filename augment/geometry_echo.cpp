#include "augment/geometry.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

constexpr double parallel = 1e-12;
constexpr double deepest_mm = 300;  // no echo reaches further from its array

/// Of a line of sight, mm from the source.
struct Stretch {
    double from = 0;
    double to = 0;
    [[nodiscard]] bool empty() const { return !(from < to); }
};
/// Where it is as near to `centre` as that.
Stretch within_reach(const Ray& ray, Vec3 centre) {
    const auto to_centre = centre - ray.origin;
    const double nearest = dot(to_centre, ray.direction);
    const double half = deepest_mm * deepest_mm - (dot(to_centre, to_centre) - nearest * nearest);
    if (half <= 0) return {};
    return {std::max(0.0, nearest - std::sqrt(half)), nearest + std::sqrt(half)};
}

Vec2 divided(Vec3 homogeneous) {
    return {homogeneous.x / homogeneous.z, homogeneous.y / homogeneous.z};
}

}  // namespace

Vec3 EchoPlane::in_array(Vec2 pixel) const {
    return turn_about_z(multiplane_angle) *
           Vec3{spacing.x_mm_per_pixel * (pixel.x - apex.x), 0, spacing.y_mm_per_pixel * (pixel.y - apex.y)};
}

EchoInXray::EchoInXray(const XrayCamera& camera, const Rigid& world_from_array, const EchoPlane& plane)
    : camera_{camera},
      array_{world_from_array.translation},
      origin_{world_from_array(plane.in_array({0, 0}))},
      column_{world_from_array(plane.in_array({1, 0})) - origin_},
      row_{world_from_array(plane.in_array({0, 1})) - origin_},
      normal_{unit(cross(row_, column_))},
      homography_{camera.intrinsics() *
                  columns_of(camera.rotation() * column_, camera.rotation() * row_, camera.in_camera(origin_))} {}

std::optional<Vec2> EchoInXray::to_xray(Vec2 echo) const {
    const auto at = homography_ * Vec3{echo.x, echo.y, 1};
    if (!(at.z > 0)) return std::nullopt;
    return divided(at);
}

double EchoInXray::facing(Vec2 echo) const {
    const auto point = origin_ + echo.x * column_ + echo.y * row_;
    return dot(normal_, unit(point - camera_.source()));
}

Vec2 EchoInXray::pixel_of(Vec3 world) const {
    const auto from_origin = world - origin_;
    return {dot(from_origin, column_) / dot(column_, column_), dot(from_origin, row_) / dot(row_, row_)};
}

std::optional<EchoInXray::Answer> EchoInXray::to_echo(Vec2 xray, double slice_mm) const {
    const auto ray = camera_.ray_through(xray);
    const double towards = dot(normal_, ray.direction);  // per mm of the ray
    const double height = dot(normal_, ray.origin - origin_);
    Answer answer;
    if (std::abs(towards) < least_facing) {  // edge-on
        auto stretch = within_reach(ray, array_);
        if (std::abs(towards) > parallel) {
            const double enters = (-slice_mm / 2 - height) / towards, leaves = (slice_mm / 2 - height) / towards;
            stretch.from = std::max(stretch.from, std::min(enters, leaves));
            stretch.to = std::min(stretch.to, std::max(enters, leaves));
        } else if (std::abs(height) > slice_mm / 2) {
            return std::nullopt;
        }
        if (stretch.empty()) return std::nullopt;
        answer.from = pixel_of(ray.origin + stretch.from * ray.direction);
        answer.to = pixel_of(ray.origin + stretch.to * ray.direction);
        return answer;
    }
    const double reach = -height / towards;
    if (!(reach > 0)) return std::nullopt;
    const auto pierced = ray.origin + reach * ray.direction;
    const double within = slice_mm / 2 / std::abs(towards);  // of the ray, to either side
    answer.point = pixel_of(pierced);
    answer.from = pixel_of(pierced - within * ray.direction);
    answer.to = pixel_of(pierced + within * ray.direction);
    return answer;
}

std::optional<Sighting> seen_by_both(const Ray& first, const Ray& second) {
    const auto between = cross(first.direction, second.direction);
    const double square = dot(between, between);
    if (square < parallel) return std::nullopt;
    const auto apart = second.origin - first.origin;
    const auto on_first = first.origin + (dot(cross(apart, second.direction), between) / square) * first.direction;
    const auto on_second = second.origin + (dot(cross(apart, first.direction), between) / square) * second.direction;
    return Sighting{0.5 * (on_first + on_second), length(on_first - on_second)};
}

}  // namespace augment

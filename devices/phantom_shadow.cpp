#include "devices/phantom_shadow.hpp"

#include <algorithm>
#include <cmath>

namespace devices {

using augment::Solid;
using augment::Vec3;
using transport::Rect;

PixelLines::PixelLines(const augment::XrayCamera& camera)
    : source_{camera.source()}, to_direction_{augment::inverse(camera.intrinsics() * camera.rotation())} {}

void Shadows::reach(Vec3 point, double radius_mm, Rect& rect) const {
    const auto at = camera_.project(point);
    if (!at) return;
    // The shadow of a ball off the beam's middle is a little longer than its radius tells.
    const double radius =
        1.08 * radius_mm * std::abs(camera_.image().per_slope[0][0]) / camera_.in_camera(point).z + 1.5;
    const int left = static_cast<int>(std::floor(at->x - radius)), top = static_cast<int>(std::floor(at->y - radius));
    const int right = static_cast<int>(std::ceil(at->x + radius)) + 1;
    const int bottom = static_cast<int>(std::ceil(at->y + radius)) + 1;
    if (rect.empty()) {
        rect = {left, top, right - left, bottom - top};
        return;
    }
    const int x = std::min(rect.x, left), y = std::min(rect.y, top);
    rect = {x, y, std::max(rect.x + rect.width, right) - x, std::max(rect.y + rect.height, bottom) - y};
}

Rect Shadows::inside(Rect rect) const {
    const int x = std::clamp(rect.x, 0, sum_.width), y = std::clamp(rect.y, 0, sum_.height);
    return {x, y, std::clamp(rect.x + rect.width, 0, sum_.width) - x,
            std::clamp(rect.y + rect.height, 0, sum_.height) - y};
}

void Shadows::add(const Solid& solid, const augment::Rigid& world_from_solid) {
    Rect rect;
    if (solid.radius_mm > 0) {
        reach(world_from_solid(solid.from), solid.radius_mm, rect);
        reach(world_from_solid(solid.to), solid.radius_mm, rect);
    } else {
        for (const double x : {solid.from.x, solid.to.x})
            for (const double y : {solid.from.y, solid.to.y})
                for (const double z : {solid.from.z, solid.to.z}) reach(world_from_solid({x, y, z}), 0, rect);
    }
    rect = inside(rect);
    const auto solid_from_world = augment::inverse(world_from_solid);
    const auto source = solid_from_world(lines_.source());
    for (int y = rect.y; y < rect.y + rect.height; ++y)
        for (int x = rect.x; x < rect.x + rect.width; ++x) {
            const double chord = augment::chord_mm(solid, source, solid_from_world.rotation * lines_.towards(x, y));
            if (chord > 0) sum_.at(x, y) += static_cast<float>(solid.per_mm * chord);
        }
}

void Shadows::add(const Tube& tube) {
    Rect whole;
    for (const auto& point : tube.line) reach(point, tube.radius_mm, whole);
    whole = inside(whole);
    if (whole.empty()) return;
    if (tube_.width != sum_.width || tube_.height != sum_.height) tube_ = Texture{sum_.width, sum_.height};
    for (int y = whole.y; y < whole.y + whole.height; ++y) std::fill_n(&tube_.at(whole.x, y), whole.width, 0.0F);
    for (std::size_t i = 0; i + 1 < tube.line.size(); ++i) {
        const Solid piece{tube.line[i], tube.line[i + 1], tube.radius_mm, tube.per_mm};
        Rect rect;
        reach(piece.from, tube.radius_mm, rect);
        reach(piece.to, tube.radius_mm, rect);
        rect = inside(rect);
        for (int y = rect.y; y < rect.y + rect.height; ++y)
            for (int x = rect.x; x < rect.x + rect.width; ++x) {
                auto& here = tube_.at(x, y);
                here = std::max(here, static_cast<float>(chord_mm(piece, lines_.source(), lines_.towards(x, y))));
            }
    }
    const auto per_mm = static_cast<float>(tube.per_mm);
    for (int y = whole.y; y < whole.y + whole.height; ++y)
        for (int x = whole.x; x < whole.x + whole.width; ++x) sum_.at(x, y) += per_mm * tube_.at(x, y);
}

void Shadows::add(const Vertebra& vertebra) {
    const auto& drum = vertebra.body;
    Rect rect;
    const double radius = std::hypot(std::max(drum.half_x, drum.half_y), drum.half_z);
    reach(drum.centre, radius, rect);
    rect = inside(rect);
    for (int y = rect.y; y < rect.y + rect.height; ++y)
        for (int x = rect.x; x < rect.x + rect.width; ++x)
            sum_.at(x, y) +=
                static_cast<float>(vertebra.per_mm * drum.on(lines_.source(), lines_.towards(x, y)).length());
}

}  // namespace devices

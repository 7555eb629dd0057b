#include "augment/probe_head.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace augment {

namespace {

using Span = std::pair<double, double>;  ///< of t

double in_box(const Solid& box, Vec3 origin, Vec3 direction) {
    double enter = -std::numeric_limits<double>::infinity(), leave = -enter;
    const std::array o{origin.x, origin.y, origin.z}, d{direction.x, direction.y, direction.z};
    const std::array low{box.from.x, box.from.y, box.from.z}, high{box.to.x, box.to.y, box.to.z};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        if (std::abs(d[axis]) < 1e-12) {
            if (o[axis] < low[axis] || o[axis] > high[axis]) return 0;
            continue;
        }
        const double a = (low[axis] - o[axis]) / d[axis], b = (high[axis] - o[axis]) / d[axis];
        enter = std::max(enter, std::min(a, b));
        leave = std::min(leave, std::max(a, b));
    }
    return std::max(0.0, leave - enter);
}

std::optional<Span> in_ball(Vec3 centre, double radius, Vec3 origin, Vec3 direction) {
    const Vec3 to = centre - origin;
    const double middle = dot(to, direction);
    const double half = radius * radius - dot(to, to) + middle * middle;
    if (half <= 0) return std::nullopt;
    return Span{middle - std::sqrt(half), middle + std::sqrt(half)};
}

/// The tube between the two ends, without them.
std::optional<Span> in_tube(const Solid& solid, Vec3 origin, Vec3 direction) {
    const Vec3 whole = solid.to - solid.from;
    const double height = length(whole);
    if (height < 1e-9) return std::nullopt;
    const Vec3 axis = (1 / height) * whole;
    const Vec3 from = origin - solid.from;
    const Vec3 across = direction - dot(direction, axis) * axis, off = from - dot(from, axis) * axis;
    const double a = dot(across, across), b = dot(across, off), c = dot(off, off) - solid.radius_mm * solid.radius_mm;
    Span span{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    if (a > 1e-12) {
        if (b * b <= a * c) return std::nullopt;
        const double root = std::sqrt(b * b - a * c);
        span = {(-b - root) / a, (-b + root) / a};
    } else if (c > 0) {
        return std::nullopt;
    }
    const double along = dot(direction, axis), start = dot(from, axis);
    if (std::abs(along) > 1e-12) {
        const double low = -start / along, high = (height - start) / along;
        span = {std::max(span.first, std::min(low, high)), std::min(span.second, std::max(low, high))};
    } else if (start < 0 || start > height) {
        return std::nullopt;
    }
    if (span.second <= span.first) return std::nullopt;
    return span;
}

}  // namespace

double chord_mm(const Solid& solid, Vec3 origin, Vec3 direction) {
    if (solid.radius_mm <= 0) return in_box(solid, origin, direction);
    // A capsule is convex: what the line has of its three parts is one stretch.
    std::optional<Span> all;
    for (const auto& part : {in_tube(solid, origin, direction), in_ball(solid.from, solid.radius_mm, origin, direction),
                             in_ball(solid.to, solid.radius_mm, origin, direction)})
        if (part) all = all ? Span{std::min(all->first, part->first), std::max(all->second, part->second)} : *part;
    return all ? all->second - all->first : 0;
}

}  // namespace augment

#include "augment/registration_head.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace augment {

namespace {

/// In floats a line of sight must start near the head: the source is too far for squares.
struct NearVec {
    float x = 0;
    float y = 0;
    float z = 0;
};
constexpr NearVec narrow(Vec3 v) {
    return {static_cast<float>(v.x), static_cast<float>(v.y), static_cast<float>(v.z)};
}
constexpr NearVec operator+(NearVec a, NearVec b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
constexpr NearVec operator-(NearVec a, NearVec b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
constexpr NearVec operator*(float k, NearVec a) {
    return {k * a.x, k * a.y, k * a.z};
}
constexpr float dot(NearVec a, NearVec b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

/// origin + t · direction in the head's frame; both change evenly from pixel to pixel.
struct HeadSight {
    NearVec origin;
    NearVec direction;
};

struct SolidBounds {
    Vec3 from;
    Vec3 to;
};
SolidBounds bounds_of(const Solid& solid) {
    const Vec3 r{solid.radius_mm, solid.radius_mm, solid.radius_mm};
    const auto& [a, b] = std::pair{solid.from, solid.to};
    return {Vec3{std::min(a.x, b.x), std::min(a.y, b.y), std::min(a.z, b.z)} - r,
            Vec3{std::max(a.x, b.x), std::max(a.y, b.y), std::max(a.z, b.z)} + r};
}

/// Smallest rectangle around the projected box, [from, to) in the grid's pixels.
template <typename Project>
std::array<double, 4> box_around(const SolidBounds& box, const Rigid& camera_from_head, Project project) {
    std::array<double, 4> out{1e9, 1e9, -1e9, -1e9};
    for (int corner = 0; corner < 8; ++corner) {
        const Vec3 point{(corner & 1) != 0 ? box.to.x : box.from.x, (corner & 2) != 0 ? box.to.y : box.from.y,
                         (corner & 4) != 0 ? box.to.z : box.from.z};
        auto at = camera_from_head(point);
        at.z = std::max(at.z, 1.0);
        const auto pixel = project(at);
        out = {std::min(out[0], pixel.x), std::min(out[1], pixel.y), std::max(out[2], pixel.x),
               std::max(out[3], pixel.y)};
    }
    return out;
}

class BoxChord {
public:
    explicit BoxChord(const Solid& solid) : low_{narrow(solid.from)}, high_{narrow(solid.to)} {}
    float operator()(const HeadSight& sight) const {
        float enter = -1e9F, leave = 1e9F;
        slab(sight.origin.x, sight.direction.x, low_.x, high_.x, enter, leave);
        slab(sight.origin.y, sight.direction.y, low_.y, high_.y, enter, leave);
        slab(sight.origin.z, sight.direction.z, low_.z, high_.z, enter, leave);
        return std::max(0.0F, leave - enter);
    }

private:
    static void slab(float origin, float direction, float low, float high, float& enter, float& leave) {
        // Far from zero a division by next to nothing is what is meant: all or nothing of the line.
        const float per = 1 / (std::abs(direction) < 1e-6F ? 1e-6F : direction);
        const float a = (low - origin) * per, b = (high - origin) * per;
        enter = std::max(enter, std::min(a, b));
        leave = std::min(leave, std::max(a, b));
    }
    NearVec low_, high_;
};

class CapsuleChord {
public:
    explicit CapsuleChord(const Solid& solid)
        : from_{narrow(solid.from)},
          to_{narrow(solid.to)},
          height_{static_cast<float>(length(solid.to - solid.from))},
          square_{static_cast<float>(solid.radius_mm * solid.radius_mm)} {
        axis_ = height_ > 0 ? (1 / height_) * (to_ - from_) : NearVec{1, 0, 0};
    }
    float operator()(const HeadSight& sight) const {
        const auto& d = sight.direction;
        const auto o = sight.origin - from_;
        const float dd = dot(d, d), along = dot(d, axis_), start = dot(o, axis_);
        const float a = std::max(dd - along * along, 1e-6F), b = dot(d, o) - along * start;
        const float inside = b * b - a * (dot(o, o) - start * start - square_);
        if (inside <= 0) return 0;
        const float root = std::sqrt(inside);
        float enter = (-b - root) / a, leave = (-b + root) / a;
        // What enters or leaves the endless tube beyond an end does so through that end's ball, or not at all.
        if (!at_end(sight, start + enter * along, -1, enter)) return 0;
        if (!at_end(sight, start + leave * along, 1, leave)) return 0;
        return std::max(0.0F, leave - enter);
    }

private:
    bool at_end(const HeadSight& sight, float height, float side, float& t) const {
        if (height >= 0 && height <= height_) return true;
        const auto o = sight.origin - (height < 0 ? from_ : to_);
        const float dd = dot(sight.direction, sight.direction), b = dot(sight.direction, o);
        const float inside = b * b - dd * (dot(o, o) - square_);
        if (inside <= 0) return false;
        t = (-b + side * std::sqrt(inside)) / dd;
        return true;
    }
    NearVec from_, to_;
    NearVec axis_;
    float height_;
    float square_;
};

/// The pixels' lines of sight in the head's frame.
class HeadSights {
public:
    HeadSights(const Grid& grid, const Rigid& camera_from_head) {
        const auto back = inverse(camera_from_head);
        const auto& turned = back.rotation;
        const auto slope = grid.slope({0, 0});
        const auto per = grid.slope_per_pixel();
        const auto near = camera_from_head.translation.z;
        const auto first = turned * Vec3{slope.x, slope.y, 1};
        direction_ = {narrow(first), narrow(turned * Vec3{per[0][0], per[1][0], 0}),
                      narrow(turned * Vec3{per[0][1], per[1][1], 0})};
        origin_ = narrow(back.translation + near * first);
        near_ = static_cast<float>(near);
    }
    [[nodiscard]] HeadSight at(int column, int row) const {
        const auto off = static_cast<float>(column) * direction_[1] + static_cast<float>(row) * direction_[2];
        return {origin_ + near_ * off, direction_[0] + off};
    }

private:
    std::array<NearVec, 3> direction_;  ///< of the first pixel, and what a column and a row add
    NearVec origin_;
    float near_ = 0;
};

template <typename Chord>
void add_solid(const Chord& chord, const Solid& solid, const Grid& grid, const Rigid& pose, const HeadSights& sights,
               Field& out) {
    const auto box = box_around(bounds_of(solid), pose, [&](Vec3 point) { return grid.project(point); });
    const int left = static_cast<int>(std::clamp(std::floor(box[0]), 0.0, out.width * 1.0));
    const int right = static_cast<int>(std::clamp(std::ceil(box[2]) + 1, 0.0, out.width * 1.0));
    const int top = static_cast<int>(std::clamp(std::floor(box[1]), 0.0, out.height * 1.0));
    const int bottom = static_cast<int>(std::clamp(std::ceil(box[3]) + 1, 0.0, out.height * 1.0));
    const auto per_mm = static_cast<float>(solid.per_mm);
    for (int y = top; y < bottom; ++y) {
        float* row = out.row(y);
        for (int x = left; x < right; ++x) {
            const auto sight = sights.at(x, y);
            const float part = chord(sight);
            if (part > 0) row[x] += per_mm * part * std::sqrt(dot(sight.direction, sight.direction));
        }
    }
}

}  // namespace

Grid::Grid(const DetectorImage& image, int step, const transport::Rect& region)
    : step_{step},
      region_{region},
      kept_{image.resized(1.0 / step).cropped(region)},
      per_pixel_{inverse(kept_.per_slope)},
      first_{-1.0 * (per_pixel_ * kept_.centre).x, -1.0 * (per_pixel_ * kept_.centre).y} {}

Vec2 Grid::project(Vec3 point) const {
    return kept_.centre + kept_.per_slope * Vec2{point.x / point.z, point.y / point.z};
}

void radiograph(const std::vector<Solid>& solids, const Grid& grid, const Rigid& camera_from_head, Field& out) {
    const auto& region = grid.region();
    if (out.width != region.width || out.height != region.height) out = Field{region.width, region.height};
    std::ranges::fill(out.values, 0.0F);
    const HeadSights sights{grid, camera_from_head};
    for (const auto& solid : solids) {
        if (solid.radius_mm > 0)
            add_solid(CapsuleChord{solid}, solid, grid, camera_from_head, sights, out);
        else
            add_solid(BoxChord{solid}, solid, grid, camera_from_head, sights, out);
    }
}

transport::Rect region_of(const HeadExtent& extent, const DetectorImage& image, int step, const Rigid& camera_from_head,
                          double margin_mm) {
    const auto scaled = image.resized(1.0 / step);
    const auto box = box_around({extent.from, extent.to}, camera_from_head, [&](Vec3 point) {
        return scaled.centre + scaled.per_slope * Vec2{point.x / point.z, point.y / point.z};
    });
    const double per_mm = std::sqrt(std::abs(determinant(scaled.per_slope))) / camera_from_head.translation.z;
    const double margin = margin_mm * per_mm;
    const auto within = [](double value, int size) {
        return static_cast<int>(std::clamp(std::floor(value), 0.0, static_cast<double>(size)));
    };
    const int columns = image.columns / step, rows = image.rows / step;
    const int left = within(box[0] - margin, columns), top = within(box[1] - margin, rows);
    return {left, top, within(box[2] + margin + 1, columns) - left, within(box[3] + margin + 1, rows) - top};
}

}  // namespace augment

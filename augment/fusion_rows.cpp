#include "augment/fusion_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

namespace augment {

namespace {

/// Real columns, both ends inside.
struct ColumnRange {
    double from = 0;
    double to = 0;
    [[nodiscard]] bool empty() const { return !(from <= to); }
};

/// constant + slope · x, x from the left border of the rectangle.
struct AlongRow {
    double constant = 0;
    double slope = 0;
};

AlongRow form_along(const Vec3& form, double left, int y) {
    return {form.x * left + form.y * y + form.z, form.x};
}

void keep_positive_part(ColumnRange& range, const AlongRow& line) {
    if (line.slope > 0) range.from = std::max(range.from, -line.constant / line.slope);
    if (line.slope < 0) range.to = std::min(range.to, -line.constant / line.slope);
    if (line.slope == 0 && !(line.constant >= 0)) range.to = range.from - 1;
}

/// What of `range` lies inside the circle of that radius about the array's origin. It is one piece: a circle is
/// convex, and so is its picture in front of the source.
ColumnRange inside_arc(ColumnRange range, const AlongRow& lateral, const AlongRow& depth, const AlongRow& front,
                       double radius) {
    const double r2 = radius * radius;
    const double a = lateral.slope * lateral.slope + depth.slope * depth.slope - r2 * front.slope * front.slope;
    const double b =
        lateral.constant * lateral.slope + depth.constant * depth.slope - r2 * front.constant * front.slope;
    const double c =
        lateral.constant * lateral.constant + depth.constant * depth.constant - r2 * front.constant * front.constant;
    // a x² + 2 b x + c <= 0
    const double under_root = b * b - a * c;
    const ColumnRange nothing{1, 0};
    if (a == 0) {
        if (b == 0) return c <= 0 ? range : nothing;
        keep_positive_part(range, {-c, -2 * b});
        return range;
    }
    if (under_root < 0) return a > 0 ? nothing : range;
    const double far = -(b + std::copysign(std::sqrt(under_root), b));  // no difference of near equals
    const double one = far / a;
    const double other = far == 0 ? one : c / far;
    const double low = std::min(one, other);
    const double high = std::max(one, other);
    if (a > 0) return {std::max(range.from, low), std::min(range.to, high)};
    // Opens both ways: one branch is in front of the source.
    if (range.from <= low) return {range.from, std::min(range.to, low)};
    return {std::max(range.from, high), range.to};
}

/// Whole columns.
int first_column(double left, double from) {
    return static_cast<int>(left + std::ceil(from));
}
int past_column(double left, double to) {
    return static_cast<int>(left + std::floor(to)) + 1;
}

/// RowSamples first to last of a row; sample k stands at k · pitch + offset on the canvas.
struct RowSamples {
    int first = 0;
    int last = 0;
    int pitch = 1;
    double offset = 0;
};

/// Nothing where the row comes to the plane of the source.
std::optional<WarpRow> warp_row(const Mat3& canvas_to_echo, double y, const RowSamples& samples, int halvings) {
    const auto at = [&](int sample) { return canvas_to_echo * Vec3{sample * samples.pitch + samples.offset, y, 1}; };
    const auto first = at(samples.first);
    const auto last = at(samples.last);
    const bool from_first = first.z <= last.z;
    const auto base = from_first ? first : last;
    if (!(base.z > 0)) return std::nullopt;
    const double scale = position_steps / static_cast<double>(1 << halvings);
    const double x_at = base.x / base.z;
    const double y_at = base.y / base.z;
    const double pitch = samples.pitch / base.z;
    const auto position = [&](double value) {
        return static_cast<float>(halved(value, halvings) * position_steps + 0.5);
    };
    const auto step = [&](std::size_t row, double value) {
        return static_cast<float>((canvas_to_echo[row][0] - value * canvas_to_echo[2][0]) * pitch * scale);
    };
    const WarpRow out{position(x_at),
                      position(y_at),
                      step(0, x_at),
                      step(1, y_at),
                      static_cast<float>(canvas_to_echo[2][0] * pitch),
                      from_first ? samples.first : samples.last};
    const bool finite = std::isfinite(out.at_x) && std::isfinite(out.at_y) && std::isfinite(out.step_x) &&
                        std::isfinite(out.step_y) && std::isfinite(out.fall);
    return finite ? std::optional{out} : std::nullopt;
}

}  // namespace

EchoBorder::EchoBorder(const DrawBlend& step) : to_{step.to} {
    const auto& map = step.canvas_to_echo;
    const auto row = [&](std::size_t i) { return Vec3{map[i][0], map[i][1], map[i][2]}; };
    front_ = row(2);
    sides_[0] = row(0) + 0.5 * front_;
    sides_[1] = (step.width - 0.5) * front_ - row(0);
    sides_[2] = row(1) + 0.5 * front_;
    sides_[3] = (step.height - 0.5) * front_ - row(1);
    if (!step.sector) return;
    const auto& sector = *step.sector;
    const double slope = std::tan(sector.half_angle_degrees * std::numbers::pi / 180);
    lateral_ = step.spacing.x_mm_per_pixel * (row(0) - sector.apex_column * front_);
    depth_ = step.spacing.y_mm_per_pixel * (row(1) - sector.apex_row * front_);
    sides_[4] = slope * depth_ - lateral_;
    sides_[5] = slope * depth_ + lateral_;
    side_count_ = 6;
    inner_ = sector.from_mm;
    outer_ = sector.to_mm;
}

Stretches EchoBorder::covered(int y) const {
    const double left = to_.x;
    ColumnRange range{0, to_.width - 1.0};
    for (std::size_t i = 0; i < side_count_; ++i) keep_positive_part(range, form_along(sides_[i], left, y));
    if (range.empty()) return {};
    if (side_count_ == 4) return {{{first_column(left, range.from), past_column(left, range.to)}, {}}};
    const auto lateral = form_along(lateral_, left, y);
    const auto depth = form_along(depth_, left, y);
    const auto front = form_along(front_, left, y);
    range = inside_arc(range, lateral, depth, front, outer_);
    if (range.empty()) return {};
    const auto hole = inner_ > 0 ? inside_arc(range, lateral, depth, front, inner_) : ColumnRange{1, 0};
    if (hole.empty()) return {{{first_column(left, range.from), past_column(left, range.to)}, {}}};
    Stretches out{{{first_column(left, range.from), first_column(left, hole.from)},
                   {past_column(left, hole.to), past_column(left, range.to)}}};
    if (out[1].empty()) out[1] = {};
    if (out[0].empty()) out = {{out[1], {}}};
    return out;
}

RowPair row_pair(const EchoBorder& border, const DrawBlend& step, int y) {
    RowPair out;
    out.y = y;
    int from = std::numeric_limits<int>::max();
    int to = std::numeric_limits<int>::min();
    for (std::size_t i = 0; i < 2; ++i) {
        auto& covered = out.covered[i];
        covered = border.covered(y + static_cast<int>(i));
        if (covered[0].empty()) continue;
        const RowSamples samples{covered[0].from, std::max(covered[0].to, covered[1].to) - 1};
        const auto row = warp_row(step.canvas_to_echo, y + static_cast<double>(i), samples, step.halvings);
        if (!row) {
            covered = {};
            continue;
        }
        out.luma[i] = *row;
        from = std::min(from, samples.first);
        to = std::max(to, samples.last + 1);
    }
    if (from >= to) return out;
    const Stretch columns{from & ~1, (to + 1) & ~1};
    const auto chroma =
        warp_row(step.canvas_to_echo, y + 0.5, {columns.from / 2, columns.to / 2 - 1, 2, 0.5}, step.halvings + 1);
    if (!chroma) return {y};
    out.chroma = *chroma;
    out.columns = columns;
    return out;
}

}  // namespace augment

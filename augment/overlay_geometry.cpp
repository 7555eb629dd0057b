#include "augment/overlay_geometry.hpp"

#include "augment/canvas_window.hpp"
#include "augment/overlay_sight.hpp"
#include "augment/probe_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace augment {

using namespace transport;

namespace {

constexpr Color sector_ink{190, 108, 84};   // pale green
constexpr Color probe_ink{170, 128, 128};   // grey
constexpr Color target_ink{226, 60, 150};   // yellow: on no scanner's grey, and no state
constexpr Color length_ink{230, 128, 128};  // white
constexpr double most_along_beam_mm = 5;
constexpr double most_ellipse_mm = 10;  // at the isocentre
constexpr double drift_mm_per_s = 1;    // of the patient and of a hand, once nobody looks
constexpr int ellipse_points = 48;

/// The ellipse of 95 % round a target, in source pixels.
std::vector<Vec2> round(Vec2 centre, const Ellipse& ellipse) {
    std::vector<Vec2> out;
    const double c = std::cos(ellipse.angle), s = std::sin(ellipse.angle);
    for (int i = 0; i <= ellipse_points; ++i) {
        const double t = 2 * std::numbers::pi * i / ellipse_points;
        const double x = ellipse.longer_px * std::cos(t), y = ellipse.shorter_px * std::sin(t);
        out.push_back({centre.x + c * x - s * y, centre.y + s * x + c * y});
    }
    return out;
}

/// Both edges of the head and the round of its tip.
void draw_probe(Pane& xray, const EchoPlace& place, bool dashed) {
    const auto head = probe_head().front();  // the housing
    const auto& pose = place.probe->table_from_array;
    const auto heel = place.camera->project(pose(head.from)), tip = place.camera->project(pose(head.to));
    if (!heel || !tip || length(*tip - *heel) < 1) return;
    const auto radius = [&](Vec3 point) {
        const double per_mm = std::sqrt(std::abs(determinant(place.camera->image().per_slope)));
        return head.radius_mm * per_mm / place.camera->in_camera(pose(point)).z;
    };
    const auto along = *tip - *heel;
    const double angle = std::atan2(along.y, along.x);
    std::vector<Vec2> edge;
    const auto arc = [&](Vec2 centre, double r, double from) {
        for (int i = 0; i <= 16; ++i) {
            const double t = from + std::numbers::pi * i / 16;
            edge.push_back(xray.at({centre.x + r * std::cos(t), centre.y + r * std::sin(t)}));
        }
    };
    arc(*tip, radius(head.to), angle - std::numbers::pi / 2);
    arc(*heel, radius(head.from), angle + std::numbers::pi / 2);
    edge.push_back(edge.front());
    xray.pen.lines(edge, probe_ink, 1.2, dashed);
}

void draw_sector(Pane& xray, const EchoPlace& place, const FrameHeader& echo, bool dashed) {
    std::vector<Vec2> edge;
    for (const auto& pixel : outline_of(*echo.geometry.sector, *echo.geometry.spacing))
        if (const auto at = place.echo->to_xray(pixel)) edge.push_back(xray.at(*at));
    xray.pen.lines(edge, sector_ink, 1.6, dashed);
    // The side that the echo's own picture has on its right: a mirrored sector cannot be misread.
    const auto& sector = *echo.geometry.sector;
    const double half = sector.half_angle_degrees * std::numbers::pi / 180, depth = sector.to_mm;
    const auto& spacing = *echo.geometry.spacing;
    if (const auto at = place.echo->to_xray({sector.apex_column + depth * std::sin(half) / spacing.x_mm_per_pixel,
                                             sector.apex_row + depth * std::cos(half) / spacing.y_mm_per_pixel}))
        xray.pen.dot(xray.at(*at), 4, sector_ink, true);
}

/// How far the two pictures' times may be apart: skew and both clocks' bounds.
double seconds_of_doubt(const Paired& frames) {
    const auto skew = frames.skew().value_or(Microseconds{0});
    const auto bound = frames.ultrasound->header.timeline.clock_bound + frames.xray->header.timeline.clock_bound;
    return static_cast<double>((std::chrono::abs(skew) + bound).count()) / 1e6;
}

void draw_target(Pane& xray, const Marker& target, const EchoPlace& place, double time_s, double unseen_s) {
    const auto& camera = *place.camera;
    const auto at = camera.project(target.on_table);
    if (!at) return;
    MarkerDoubt doubt;
    doubt.marker = target.doubt;
    for (std::size_t i = 0; i < 3; ++i) doubt.marker[i][i] += std::pow(drift_mm_per_s * unseen_s, 2);
    doubt.time_s = time_s;
    const auto ellipse = doubt_of(camera, target.on_table, doubt);
    const double mm_per_px =
        camera.in_camera(target.on_table).z / std::sqrt(std::abs(determinant(camera.image().per_slope)));
    if (!ellipse || ellipse->longer_px * mm_per_px > most_ellipse_mm) {
        xray.pen.note(
            fmt::format("{} hidden: ± {:.0f} mm", target.number, ellipse ? ellipse->longer_px * mm_per_px : 99.0),
            target_ink);
        return;
    }
    const bool whole = unseen_s <= 0 && ellipse->along_beam_mm <= most_along_beam_mm;
    std::vector<Vec2> edge;
    for (const auto point : round(*at, *ellipse)) edge.push_back(xray.at(point));
    xray.pen.lines(edge, target_ink, 1.2, unseen_s > 0);
    xray.pen.dot(xray.at(*at), 4, target_ink, whole);
    auto words =
        target.words.empty() ? fmt::format("{}", target.number) : fmt::format("{} {}", target.number, target.words);
    xray.pen.label(xray.at(*at), words, target_ink);
    xray.pen.small(xray.at(*at), fmt::format("± {:.1f} mm along beam", ellipse->along_beam_mm), target_ink);
}

/// A target near the slice, in the echo's own picture.
void draw_in_echo(Pane& echo, const Marker& target, const EchoPlace& place) {
    const auto in_array = inverse(place.probe->table_from_array)(target.on_table);
    const auto in_plane = transposed(turn_about_z(place.plane->multiplane_angle)) * in_array;
    if (std::abs(in_plane.y) > slice_mm / 2) return;
    const auto at = echo.at({place.plane->apex.x + in_plane.x / place.plane->spacing.x_mm_per_pixel,
                             place.plane->apex.y + in_plane.z / place.plane->spacing.y_mm_per_pixel});
    echo.pen.dot(at, 4, target_ink, true);
    echo.pen.label(at, fmt::format("{}", target.number), target_ink);
}

void draw_caliper(Pane& pane, const Caliper& caliper) {
    const auto from = pane.at(caliper.from), to = pane.at(caliper.to);
    pane.pen.cross(from, length_ink);
    pane.pen.cross(to, length_ink);
    pane.pen.lines({from, to}, length_ink, 1.0, true);
    const bool flat = caliper.modality == Modality::xray;
    pane.pen.label(to,
                   flat ? fmt::format("≈ {:.0f} mm at isocentre", caliper.mm) : fmt::format("{:.1f} mm", caliper.mm),
                   length_ink);
}

}  // namespace

Rect draw_geometry(Pixels& canvas, const Plan& plan, const Paired& frames, const EchoPlace& place,
                   const Markers& markers, const std::optional<Tip>& tip) {
    const auto pane_of = [&](Modality modality, const std::optional<Frame>& frame) -> std::optional<Pane> {
        const auto& where = plan.place(modality).image;
        if (!frame || !lies_inside(where, canvas)) return std::nullopt;
        return Pane{{window_of(canvas, where), std::max(14, plan.canvas.height / 34)}, frame->header};
    };
    auto xray = pane_of(Modality::xray, frames.xray);
    auto echo = pane_of(Modality::ultrasound, frames.ultrasound);
    for (const auto& caliper : markers.calipers()) {
        auto& pane = caliper.modality == Modality::xray ? xray : echo;
        if (pane && still_true(caliper.taken_with, pane->source.geometry)) draw_caliper(*pane, caliper);
    }
    const auto& sight = markers.sight();
    if (xray && sight && place.camera && still_true(sight->taken_with, xray->source.geometry))
        draw_sight(*xray, echo ? &*echo : nullptr, *sight, place);
    if (xray && tip) draw_tip(*xray, echo ? &*echo : nullptr, *tip, place);
    if (!place.outline || !place.echo || !frames.ultrasound) return {};
    if (echo)
        for (const auto& target : markers.targets()) draw_in_echo(*echo, target, place);
    if (!xray) return {};

    xray->pen.touched = {};
    const bool ageing = place.placing.registration == Registration::ageing;
    const auto shown_at = acquisition(frames.ultrasound->header);
    const double unseen_s =
        ageing && shown_at ? std::max(0.0, static_cast<double>((*shown_at - place.probe->seen).count()) / 1e6) : 0;
    draw_probe(*xray, place, ageing);
    draw_sector(*xray, place, frames.ultrasound->header, ageing);
    for (const auto& target : markers.targets()) draw_target(*xray, target, place, seconds_of_doubt(frames), unseen_s);
    auto where = xray->pen.touched;
    if (where.empty()) return {};
    where.x += plan.place(Modality::xray).image.x;
    where.y += plan.place(Modality::xray).image.y;
    return where;
}

}  // namespace augment

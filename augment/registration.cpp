#include "augment/registration.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace augment {

using transport::Registration;
using transport::Timestamp;

namespace {

constexpr double speed_forgets = 0.5;  ///< share of the new one
constexpr double usual_forgets = 0.05;
constexpr double longest_prediction_s = 0.3;
/// A head that jumps further than this from where it was expected is another one.
constexpr double furthest_mm = 12, furthest_depth_mm = 40, furthest_rad = 0.35;
/// A picture of the head stays about as good, and as dark, as it was.
constexpr double similarity_may_fall_to = 0.7, strength_may_change_by = 1.6;
constexpr double least_strength = 0.25;
constexpr double other_pose_mm = 3;  ///< of the target
constexpr std::size_t views_at_most = 8;
constexpr double same_view_degrees = 5;
/// σ² of six squares above which two views do not show the same pose: 99.9 %.
constexpr double views_disagree = 22.5;

double in_seconds(transport::Microseconds time) {
    return std::chrono::duration<double>{time}.count();
}

Rigid camera_from_world(const XrayCamera& camera) {
    return {camera.rotation(), camera.in_camera({0, 0, 0})};
}

Vec3 beam_of(const XrayCamera& camera, Vec3 point) {
    return unit(point - camera.source());
}

double angle_degrees(Vec3 a, Vec3 b) {
    return std::acos(std::clamp(std::abs(dot(a, b)), 0.0, 1.0)) * 180 / std::numbers::pi;
}

/// Steps in W to those about the source in C.
Mat6 about_source(const Mat6& in_world, const XrayCamera& camera, const Rigid& world_from_head) {
    return about_frame(turned(in_world, camera.rotation()), camera.in_camera(world_from_head.translation));
}

bool finite_pose(const Rigid& pose) {
    const auto is = [](Vec3 v) { return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z); };
    return is(pose.translation) && is(pose.rotation * Vec3{1, 1, 1});
}

Mat6 widened_by(Mat6 covariance, double sigma_mm) {
    for (std::size_t i = 0; i < 3; ++i) covariance[i][i] += sigma_mm * sigma_mm;
    return covariance;
}

}  // namespace

Registrar::Registrar(std::vector<Solid> head, RegistrarSettings settings)
    : refiner_{std::move(head)}, settings_{settings} {}

ProbePose Registrar::observe(const transport::Pixels& xray, const XrayCamera& camera, Timestamp exposed) {
    camera_ = camera;
    if (track_ && track_->held) {
        track_->seen = std::max(track_->seen, exposed);
        return at(exposed);
    }
    if (track_) {
        if (const auto fit = follow(xray, camera, exposed)) {
            accept(*fit, camera, exposed);
        } else {
            track_->last = exposed;
            if (++track_->misses >= settings_.lost_after_misses || exposed - track_->seen > settings_.lost_after) {
                track_.reset();
                views_.clear();
                was_lost_ = true;
            }
        }
    } else if (const auto fit = find(xray, camera)) {
        accept(*fit, camera, exposed);
    }
    return at(exposed);
}

ProbePose Registrar::at(Timestamp now) const {
    ProbePose out;
    out.state = was_lost_ ? Registration::lost : Registration::searching;
    if (!track_) return out;
    const auto age = std::max(now - track_->seen, transport::Microseconds{0});
    out.state = track_->misses > 0 || age > settings_.ageing_after ? Registration::ageing : Registration::registered;
    if (age > settings_.lost_after && !track_->held) out.state = Registration::lost;
    out.world_from_head = track_->world_from_head;
    out.per_second = track_->held ? Step{} : track_->per_second;
    out.seen = track_->seen;
    out.similarity = track_->similarity;
    out.two_views = track_->two_views;
    out.held = track_->held;
    if (!camera_) return out;
    const double since = track_->held ? 0 : in_seconds(age);
    out.covariance = about_source(widened_by(track_->covariance, settings_.drift_mm_per_s * since), *camera_,
                                  track_->world_from_head);
    out.error_mm = projected_error_mm(*camera_, track_->world_from_head({0, 0, target_mm}), out.covariance);
    return out;
}

void Registrar::place(const Rigid& world_from_head, Timestamp now, Placement placement) {
    if (!finite_pose(world_from_head)) return;
    // A hand is as sure as this; a tracker that is surer says so by being right.
    constexpr double hand_mm = 1, hand_rad = 0.03;
    Track track;
    track.world_from_head = world_from_head;
    for (std::size_t i = 0; i < 6; ++i) track.covariance[i][i] = i < 3 ? hand_mm * hand_mm : hand_rad * hand_rad;
    track.seen = track.last = now;
    track.held = placement == Placement::hold;
    track_ = track;
    views_.clear();
    was_lost_ = false;
}

void Registrar::search() {
    track_.reset();
    views_.clear();
    was_lost_ = false;
}

Rigid Registrar::predicted(Timestamp time) const {
    const double since = std::min(in_seconds(time - track_->seen), longest_prediction_s);
    return moved(track_->world_from_head, scaled(track_->per_second, std::max(0.0, since)));
}

bool Registrar::good(const HeadFit& fit) const {
    if (!fit.settled || fit.strength < least_strength || fit.similarity < settings_.least_similarity) return false;
    const auto covariance = about_frame(fit.covariance, fit.camera_from_head.translation);
    const auto target = fit.camera_from_head({0, 0, target_mm});
    return projected_error_mm(*camera_, inverse(camera_from_world(*camera_))(target), covariance) <
           settings_.largest_error_mm;
}

bool Registrar::like_before(const HeadFit& fit) const {
    if (track_->usual_strength <= 0) return true;
    const double stronger = fit.strength / track_->usual_strength;
    return fit.similarity > similarity_may_fall_to * track_->usual_similarity && stronger < strength_may_change_by &&
           stronger > 1 / strength_may_change_by;
}

std::optional<HeadFit> Registrar::follow(const transport::Pixels& xray, const XrayCamera& camera,
                                         Timestamp exposed) const {
    const auto from_world = camera_from_world(camera);
    const auto expected = from_world * predicted(exposed);
    const auto near = [&](const HeadFit& fit) {
        const auto step = step_between(expected, fit.camera_from_head);
        return std::hypot(step.translation.x, step.translation.y) < furthest_mm &&
               std::abs(step.translation.z) < furthest_depth_mm && length(step.rotation) < furthest_rad;
    };
    const auto from = [&](const Rigid& start, const std::vector<RefineLevel>& levels) -> std::optional<HeadFit> {
        auto fit = refiner_.refine(xray, camera.image(), start, levels);
        if (fit && good(*fit) && like_before(*fit) && near(*fit)) return fit;
        return std::nullopt;
    };
    if (!track_->young)
        if (auto fit = from(expected, levels_from_near())) return fit;
    // It may have stopped, or turned back.
    return from(from_world * track_->world_from_head, levels_from_before());
}

std::optional<HeadFit> Registrar::find(const transport::Pixels& xray, const XrayCamera& camera) const {
    std::vector<HeadFit> found;
    for (const auto& candidate : candidates(xray, camera, refiner_.head(), settings_.search))
        if (const auto fit = refiner_.refine(xray, camera.image(), candidate, levels_from_guess()))
            found.push_back(*fit);
    std::ranges::sort(found, [](const HeadFit& a, const HeadFit& b) { return a.similarity > b.similarity; });
    std::optional<HeadFit> best;
    double next = 0;
    constexpr std::size_t looked_at_closely = 4;
    for (std::size_t i = 0; i < std::min(found.size(), looked_at_closely); ++i) {
        const auto fit = refiner_.refine(xray, camera.image(), found[i].camera_from_head, levels_from_find());
        if (!fit) continue;
        const Vec3 target{0, 0, target_mm};
        const auto apart = [&](const HeadFit& other) {
            const auto a = fit->camera_from_head(target), b = other.camera_from_head(target);
            return std::hypot(a.x - b.x, a.y - b.y) > other_pose_mm;
        };
        if (!best || fit->similarity > best->similarity) {
            if (best && apart(*best)) next = std::max(next, best->similarity);
            best = fit;
        } else if (apart(*best)) {
            next = std::max(next, fit->similarity);
        }
    }
    if (!best || !good(*best) || best->similarity < settings_.least_similarity_found ||
        best->similarity < next + settings_.ahead_of_next)
        return std::nullopt;
    return best;
}

void Registrar::accept(const HeadFit& fit, const XrayCamera& camera, Timestamp exposed) {
    const auto from_world = camera_from_world(camera);
    const auto to_world = transposed(camera.rotation());
    const auto measured = turned(fit.covariance, to_world);
    View view{inverse(from_world) * fit.camera_from_head, {}, {}, exposed};
    view.beam = beam_of(camera, view.world_from_head.translation);
    const auto information = inverse(measured);
    if (!information) return;
    view.information = *information;
    const auto alone = view;

    Track next = track_.value_or(Track{});
    next.two_views = with_other_views(view);
    keep(alone);
    const double since = track_ ? in_seconds(exposed - track_->seen) : 0;
    if (track_ && since > 0 && since <= longest_prediction_s) {
        const auto speed = scaled(step_between(track_->world_from_head, view.world_from_head), 1 / since);
        const auto before = scaled(next.per_second, 1 - speed_forgets), now = scaled(speed, speed_forgets);
        next.per_second = {before.translation + now.translation, before.rotation + now.rotation};
    } else {
        next.per_second = {};
    }
    const bool fresh = !track_ || next.usual_strength <= 0;
    next.usual_similarity = fresh ? fit.similarity : std::lerp(next.usual_similarity, fit.similarity, usual_forgets);
    next.usual_strength = fresh ? fit.strength : std::lerp(next.usual_strength, fit.strength, usual_forgets);
    next.young = !track_;
    next.world_from_head = view.world_from_head;
    next.covariance = inverse(view.information).value_or(measured);
    next.seen = next.last = exposed;
    next.similarity = fit.similarity;
    next.misses = 0;
    track_ = next;
    was_lost_ = false;
}

bool Registrar::with_other_views(View& view) const {
    bool any = false;
    for (const auto& other : views_) {
        if (angle_degrees(other.beam, view.beam) < settings_.views_apart_degrees) continue;
        if (view.time - other.time > settings_.views_kept) continue;
        const auto own = inverse(other.information);
        if (!own) continue;
        const auto information = inverse(widened_by(*own, settings_.still_mm));
        const auto here = inverse(view.information);
        if (!information || !here) continue;
        const auto step = step_between(view.world_from_head, other.world_from_head);
        const auto both = inverse(*here + widened_by(*own, settings_.still_mm));
        if (!both || weighed(step, *both) > views_disagree) continue;
        const auto sum = view.information + *information;
        const auto covariance = inverse(sum);
        if (!covariance) continue;
        view.world_from_head = moved(view.world_from_head, Step::of(*covariance * (*information * step.values())));
        view.information = sum;
        any = true;
    }
    return any;
}

void Registrar::keep(const View& view) {
    std::erase_if(views_, [&](const View& other) {
        return angle_degrees(other.beam, view.beam) < same_view_degrees ||
               view.time - other.time > settings_.views_kept;
    });
    if (views_.size() >= views_at_most) views_.erase(views_.begin());
    views_.push_back(view);
}

}  // namespace augment

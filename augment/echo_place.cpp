#include "augment/echo_place.hpp"

#include <algorithm>
#include <array>

namespace augment {

using transport::Frame;
using transport::Microseconds;
using transport::Registration;
using transport::Timestamp;

namespace {

/// 95 %: what is less sure than this is not called registered, and shows no echo on the X-ray.
constexpr double most_error_mm = 5;

/// Echo over X-ray only when both show the same moment and the beam is on.
bool same_moment(const Paired& frames, Microseconds most_skew) {
    const auto skew = frames.skew();
    return skew && std::chrono::abs(*skew) <= most_skew && frames.xray->header.beam_on;
}

/// The pose that came with the echo.
std::optional<KnownProbe> tracked_by(const Frame& echo, const Frame& xray) {
    const auto& sector = echo.header.geometry.sector;
    if (!sector || !sector->tracked) return std::nullopt;
    KnownProbe probe;
    probe.registration = Registration::registered;
    probe.table_from_array = inverse(world_from_table(xray.header.geometry)) * rigid_of(*sector->tracked);
    probe.seen = acquisition(echo.header).value_or(Timestamp{});
    return probe;
}

/// Where the probe is in a picture that is newer than the one it was last found in, and how sure that still is.
void move_on(KnownProbe& known, Timestamp exposed) {
    constexpr double farthest_s = 0.3;      // a breath turns round
    constexpr double breath_mm_per_s = 12;  // of a probe whose motion nobody knows
    constexpr double turning_mm_per_s = 4;  // what is left when it is known
    const double since = std::max(0.0, std::chrono::duration<double>{exposed - known.seen}.count());
    known.table_from_array = moved(known.table_from_array, scaled(known.per_second, std::min(since, farthest_s)));
    const bool motion_known = known.per_second.values() != std::array<double, 6>{};
    if (known.error_mm > 0) known.error_mm += since * (motion_known ? turning_mm_per_s : breath_mm_per_s);
}

/// Its depth, which one view leaves in doubt, lies across the beam in another.
void see_from_here(KnownProbe& known, const XrayCamera& camera) {
    const auto target = known.table_from_array({0, 0, target_mm});
    if (known.error_mm > 0)
        known.error_mm = std::max(known.error_mm, projected_error_mm(camera, target, doubt_in_camera(known, camera)));
}

/// The middle of the sector's depth axis.
Vec2 middle_of(const transport::EchoSector& sector, const transport::PixelSpacing& spacing) {
    return {sector.apex_column, sector.apex_row + (sector.from_mm + sector.to_mm) / 2 / spacing.y_mm_per_pixel};
}

}  // namespace

Microseconds trusted_period(const transport::FrameHeader& frame) {
    return std::min<Microseconds>(frame.period, std::chrono::milliseconds{500});
}

XrayAge age_of(const transport::FrameHeader& xray, Timestamp now) {
    constexpr Microseconds stale{200'000}, lost{1'000'000};
    const auto shown = acquisition(xray);
    const auto age = shown ? now - *shown : Microseconds::max();
    const auto period = trusted_period(xray);
    if (age > std::max(lost, 5 * period)) return XrayAge::gone;
    // A grabber whose C-arm pauses goes on with the last picture, and says nothing of a beam.
    const bool still = xray.content_changed && now - *xray.content_changed > std::max(stale, 3 * period);
    const bool late = still || age > std::max(stale, 3 * period);
    return late || !xray.beam_on ? XrayAge::ageing : XrayAge::live;
}

EchoPlace place_of(const Paired& frames, const std::optional<KnownProbe>& probe, Microseconds most_skew,
                   Timestamp now) {
    EchoPlace place;
    if (frames.xray) place.xray_age = age_of(frames.xray->header, now);
    if (!frames.ultrasound || !frames.xray) return place;
    const auto& echo = frames.ultrasound->header;
    const auto& xray = frames.xray->header;
    const bool together = place.together = same_moment(frames, most_skew);
    place.camera = camera_of(xray.geometry, xray.width, xray.height);
    place.plane = plane_of(echo.geometry);
    place.probe = tracked_by(*frames.ultrasound, *frames.xray);
    if (!place.probe) place.probe = probe;
    if (!place.camera || !place.plane || !place.probe) {
        place.probe.reset();
        place.texture = together;
        return place;
    }
    auto& known = *place.probe;
    const bool was_seen = known.registration == Registration::registered || known.registration == Registration::ageing;
    if (was_seen) see_from_here(known, *place.camera);
    if (const auto exposed = acquisition(xray); was_seen && exposed && xray.beam_on)
        move_on(known, *exposed);  // a held image shows the probe where it was
    if (was_seen) {
        const auto age = now - known.seen;
        if (age > transport::Placing::lost_after)
            known.registration = Registration::lost;
        else if (age > transport::Placing::ages_after || !xray.beam_on || known.error_mm > most_error_mm)
            known.registration = Registration::ageing;
        place.placing.seen = known.seen;
        place.placing.error_mm = known.error_mm;
    }
    place.placing.registration = known.registration;
    if (!was_seen || known.registration == Registration::lost) return place;

    const EchoInXray lies{*place.camera, known.table_from_array, *place.plane};
    const auto middle = middle_of(*echo.geometry.sector, *echo.geometry.spacing);
    if (!lies.to_xray(middle)) return place;  // behind the source: no such patient
    place.echo = lies;
    place.placing.edge_on = std::abs(lies.facing(middle)) < EchoInXray::least_facing;
    place.outline = true;
    const bool sure = now - known.seen <= transport::Placing::ages_after && known.error_mm <= most_error_mm;
    place.texture = together && sure && !place.placing.edge_on;
    return place;
}

Matrix<6, 6> doubt_in_camera(const KnownProbe& probe, const XrayCamera& camera) {
    // A step (d, w) about the origin h moves X by d + w × (X - h); in C: (R d + h' × R w) + R w × X', primes in C.
    const auto& rotation = camera.rotation();
    const auto shifted = cross_matrix(camera.in_camera(probe.table_from_array.translation)) * rotation;
    Matrix<6, 6> step;
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) {
            step[row][column] = rotation[row][column];
            step[row][column + 3] = shifted[row][column];
            step[row + 3][column + 3] = rotation[row][column];
        }
    return step * probe.doubt * transposed(step);
}

}  // namespace augment

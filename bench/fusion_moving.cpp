#include "bench/fusion_moving.hpp"

#include "augment/mixer.hpp"
#include "bench/fusion_speed.hpp"
#include "devices/devices.hpp"
#include "devices/phantom_truth.hpp"
#include "transport/emulator/link_profile.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <thread>

namespace bench {

using namespace augment;
using namespace transport;

namespace {

constexpr double wrong_by_mm = 5;
constexpr Vec3 in_front{0, 0, 60};

double in_mm(const XrayCamera& camera, Vec2 a, Vec2 b, Vec3 at) {
    const double px_per_mm = std::sqrt(std::abs(determinant(camera.image().per_slope))) / camera.in_camera(at).z;
    return length(a - b) / px_per_mm;
}

/// Frames with their marks, as a decoder hands them on.
std::unique_ptr<capture::Source> phantom(const std::string& name, Modality modality, Clock& clock) {
    return devices::open_source(name, modality, {}, clock);
}

/// A volume of the recordings; empty where they are not.
std::string recorded_ct() {
    const auto file = recordings_folder() + "/xray/ct_heart_aorta/ct.nii.gz";
    return std::filesystem::exists(file) ? file : std::string{};
}

/// All of what one picture tells.
void compare(MovingFigures& out, const Picture& picture, const devices::PhantomScene& scene) {
    const auto& frames = picture.frames;
    const auto& place = picture.place;
    const auto echo_time = acquisition(frames.ultrasound->header), xray_time = acquisition(frames.xray->header);
    if (!echo_time || !xray_time) return;
    ++out.pictures;
    out.skew_ms.push_back(std::abs(static_cast<double>((*echo_time - *xray_time).count())) / 1e3);
    if (place.placing.registration != Registration::registered || !place.echo) return;
    ++out.registered;
    const auto then = devices::phantom_truth(*echo_time, scene), now = devices::phantom_truth(*xray_time, scene);
    const auto table = inverse(world_from_table(frames.xray->header.geometry));
    const auto& camera = *place.camera;
    const auto true_point = table(now.world_from_array(in_front));
    const auto seen = camera.project(place.probe->table_from_array(in_front)), is = camera.project(true_point);
    if (!seen || !is) return;
    const double off = in_mm(camera, *seen, *is, true_point);
    out.probe_mm.push_back(off);
    out.astray += off > wrong_by_mm ? 1 : 0;
    for (std::size_t i = 0; i < now.landmarks.size(); ++i) {
        const auto in_plane =
            transposed(turn_about_z(place.plane->multiplane_angle)) * inverse(then.world_from_array)(then.landmarks[i]);
        if (std::abs(in_plane.y) > slice_mm / 2) continue;  // the echo does not show it
        const auto& spacing = place.plane->spacing;
        const auto laid = place.echo->to_xray({place.plane->apex.x + in_plane.x / spacing.x_mm_per_pixel,
                                               place.plane->apex.y + in_plane.z / spacing.y_mm_per_pixel});
        const auto shadow_of = table(now.landmarks[i]);
        const auto shadow = camera.project(shadow_of);
        if (laid && shadow) out.fused_mm.push_back(in_mm(camera, *laid, *shadow, shadow_of));
    }
}

}  // namespace

MovingFigures watch_moving_phantom(const std::string& c_arm, const std::string& ct, double seconds,
                                   std::stop_token stop) {
    SystemClock clock;
    const auto name = "phantom?c_arm=" + c_arm + (ct.empty() ? "" : "&ct=" + ct);
    const auto xray = phantom(name, Modality::xray, clock);
    const auto echo = phantom(name, Modality::ultrasound, clock);
    const devices::PhantomScene scene{.c_arm_swings = c_arm == "swing"};
    Mixer mixer{Options{}, clock};
    std::mutex mutex;
    MovingFigures out;
    std::optional<Timestamp> begun, found, seen;
    const auto play = [&](capture::Source& source, Modality modality, const std::stop_token& until) {
        std::uint32_t sequence = 0;
        while (!until.stop_requested() && !stop.stop_requested()) {
            Frame frame;
            if (source.next(frame, until) != capture::Reading::ready) continue;
            frame.header.modality = modality;
            frame.header.stream = static_cast<StreamId>(1 + index(modality));
            frame.header.sequence = ++sequence;
            frame.header.timeline.mark(Stage::captured, clock.now());
            mixer.on_frame(std::move(frame));
            const auto picture = mixer.shown();
            const std::scoped_lock lock{mutex};
            if (!picture.frames.ultrasound || !picture.frames.xray) continue;
            if (!begun) begun = clock.now();
            if (!found && picture.place.placing.registration == Registration::registered) found = clock.now();
            if (picture.place.probe && picture.place.placing.seen != seen) ++out.looks;
            seen = picture.place.placing.seen;
            compare(out, picture, scene);
        }
    };
    {
        std::jthread one{[&](const std::stop_token& until) { play(*xray, Modality::xray, until); }};
        std::jthread two{[&](const std::stop_token& until) { play(*echo, Modality::ultrasound, until); }};
        clock.wait_until(clock.now() + Microseconds{std::llround(seconds * 1e6)}, stop);
    }
    if (!begun) return out;
    const auto since = [&](Timestamp time) { return std::chrono::duration<double>{time - *begun}.count(); };
    out.seconds = since(clock.now());
    out.searched = found ? since(*found) : out.seconds;
    return out;
}

namespace {

/// The same with the body of a recorded CT.
void in_ct(const FusionOptions& options, FusionFigures& out) {
    const auto ct = recorded_ct();
    if (ct.empty()) {
        out.missing.emplace_back("CT: no recordings at SCIALYTIC_DATA");
        return;
    }
    options.say("moving phantom from a CT");
    const auto run = watch_moving_phantom("still", ct, 10 * options.seconds, options.stop);
    if (run.fused_mm.empty()) {
        out.missing.emplace_back("CT: the probe was never found");
        return;
    }
    out.rows.push_back({"CT: echo of a bead against its shadow", percentile(run.fused_mm, 0.5), "mm", 2.2});
    out.rows.push_back({"CT: echo of a bead against its shadow, p95", percentile(run.fused_mm, 0.95), "mm"});
    out.rows.push_back({"CT: registered share", 100.0 * run.registered / std::max(1, run.pictures), "%"});
    out.rows.push_back(
        {"CT: called registered, more than 5 mm off", 100.0 * run.astray / std::max(1, run.registered), "%", 0.0});
    out.rows.push_back({"CT: until the probe was found", run.searched, "s"});
}

}  // namespace

FusionFigures fusion_moving(const FusionOptions& options) {
    FusionFigures out;
    for (const std::string c_arm : {"still", "swing"}) {
        const double seconds = 10 * options.seconds;
        options.say("moving phantom, C-arm " + c_arm);
        const auto run = watch_moving_phantom(c_arm, {}, seconds, options.stop);
        const auto row = [&](const std::string& what, double value, const std::string& unit,
                             std::optional<double> goal = {}) {
            out.rows.push_back({fmt::format("moving phantom, C-arm {}: {}", c_arm, what), value, unit, goal});
        };
        if (run.fused_mm.empty()) {
            out.missing.push_back("moving phantom, C-arm " + c_arm + ": the probe was never found");
            continue;
        }
        row("A6 fused target, median", percentile(run.fused_mm, 0.5), "mm", 2.2);
        row("A6 fused target, p95", percentile(run.fused_mm, 0.95), "mm");
        row("probe's pose, projected, median", percentile(run.probe_mm, 0.5), "mm");
        row("probe's pose, projected, p95", percentile(run.probe_mm, 0.95), "mm");
        row("skew, median", percentile(run.skew_ms, 0.5), "ms");
        row("pictures with the probe registered", 100.0 * run.registered / std::max(1, run.pictures), "%");
        row("A3 called registered, more than 5 mm off", 100.0 * run.astray / std::max(1, run.registered), "%", 0.0);
        row("until the probe was found", run.searched, "s");
        row("exposures looked at", run.looks / std::max(1e-3, run.seconds - run.searched), "Hz");
    }
    in_ct(options, out);
    return out;
}

}  // namespace bench

#include "devices/phantom_slice.hpp"

#include "devices/phantom_ct_motion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace devices {

using augment::Vec3;

namespace {

namespace slice {

constexpr const EchoFan& fan = phantom_fan;
const double mm_per_sample = 10 * static_cast<double>(fan.cm_per_sample());
const double radians_per_beam = static_cast<double>(fan.radians_per_beam());

// Echo power; muscle is 1.
constexpr double muscle = 1, thin_wall = 1.5, vessel_wall = 2.2, pericardium = 3.4, fat = 0.09, leaflet = 2.6;
constexpr double bead = 22, catheter = 7;
constexpr double blood = 0.0022;

/// The beam is so thick across the plane, sigma.
double thickness_mm(double depth) {
    return 1.3 + 0.006 * std::abs(depth - 60);
}

std::size_t index_of(int beam, int sample) {
    return static_cast<std::size_t>(beam) * fan.samples + static_cast<std::size_t>(sample);
}

double smooth(double from, double to, double value) {
    return static_cast<double>(
        smooth_step(static_cast<float>(from), static_cast<float>(to), static_cast<float>(value)));
}

/// Small and strong reflectors, drawn where the plane meets them, and how much of each beam they take.
class Reflectors {
public:
    explicit Reflectors(const PhantomTruth& truth)
        : plane_from_world_{augment::Rigid{augment::transposed(augment::turn_about_z(truth.multiplane_degrees *
                                                                                     std::numbers::pi / 180)),
                                           {}} *
                            augment::inverse(truth.world_from_array)},
          power_(index_of(fan.beams, 0)) {}

    void draw(Vec3 world, double strength, double radius_mm) {
        const auto at = plane_from_world_(world);
        const double range = std::hypot(at.x, at.z);
        const double seen = strength * std::exp(-0.5 * std::pow(at.y / (thickness_mm(range) + 0.4 * radius_mm), 2));
        if (at.z <= 0 || seen < 0.01) return;
        const double beam = (std::atan2(at.x, at.z) + static_cast<double>(fan.half_angle)) / radians_per_beam;
        const double sample = range / mm_per_sample, beam_mm = range * radians_per_beam;
        const double wide = std::hypot(radius_mm, 0.55 + 0.005 * range), deep = std::hypot(radius_mm, 0.35);
        const int reach_b = static_cast<int>(3.5 * wide / beam_mm) + 1;
        const int reach_s = static_cast<int>(3.5 * deep / mm_per_sample) + 1;
        const int b0 = static_cast<int>(beam), s0 = static_cast<int>(sample);
        for (int b = std::max(0, b0 - reach_b); b <= std::min(fan.beams - 1, b0 + reach_b + 1); ++b)
            for (int s = std::max(0, s0 - reach_s); s <= std::min(fan.samples - 1, s0 + reach_s + 1); ++s) {
                const double across = (b - beam) * beam_mm / wide, along = (s - sample) * mm_per_sample / deep;
                auto& here = power_[index_of(b, s)];
                here = std::max(here, static_cast<float>(seen * std::exp(-0.5 * (across * across + along * along))));
            }
    }
    [[nodiscard]] double power(int beam, int sample) const {
        return static_cast<double>(power_[index_of(beam, sample)]);
    }

private:
    augment::Rigid plane_from_world_;
    std::vector<float> power_;
};

/// What changes with depth alone. Far echoes are weaker; the machine's depth gain makes good for most of it.
struct Depths {
    struct Depth {
        double range = 0, gain = 0, reverberation = 0, hiss = 0;
    };
    std::array<Depth, static_cast<std::size_t>(fan.samples)> at{};
    Depths() {
        for (std::size_t sample = 0; sample < at.size(); ++sample) {
            const double range = static_cast<double>(sample) * mm_per_sample;
            at[sample] = {range, std::exp(-range / 160), 1.6 * std::exp(-range / 2.2),
                          0.0006 * (1 + range * range / (85 * 85))};
        }
    }
};

double squared(double value) {
    return value * value;
}

/// What lies at a point at rest, seen along `towards`.
double power_at(const PhantomHeart& heart, Vec3 point, Vec3 towards, double patch) {
    double cavity = heart.left_cavity.outside_mm(point);
    for (const auto& papilla : heart.papillary) cavity = std::max(cavity, -papilla.outside_mm(point));
    const double atrium = heart.left_atrium.outside_mm(point), outer = heart.left_ventricle.outside_mm(point);
    const double right = heart.right_ventricle.outside_mm(point), aorta = heart.aorta.outside_mm(point);
    const double right_atrium = heart.right_atrium.outside_mm(point);
    // The septum is the left ventricle's: the right one has its blood outside of it.
    const double right_blood = std::max(right + 4, -outer);
    const double in_blood = std::min({cavity, atrium, right_blood, right_atrium + 2, aorta + 1.8});

    // A wall across the beam reflects, one along it scatters only.
    const auto facing = [&](const Ellipsoid& of) { return std::abs(dot(of.outwards(point), towards)); };
    double solid;
    if (aorta < 0.3 && aorta > -2.2 && outer > -6) {
        solid = vessel_wall * (0.35 + facing(heart.aorta));
    } else if (outer < 0) {
        const double across = facing(heart.left_cavity);
        solid = muscle * patch * (0.40 + 0.85 * across * across);
        // The linings shine where the beam meets them squarely.
        solid += 1.8 * squared(across * across) * std::exp(-0.5 * squared((cavity - 0.9) / 0.7));
    } else if (atrium < 2.6) {
        solid = thin_wall * (0.30 + facing(heart.left_atrium));
    } else if (right_atrium < 0.5 || right < 0) {
        solid = muscle * patch * 0.9;
    } else {
        const double away = std::min({outer, atrium - 2.6, right, right_atrium});
        solid = fat * patch * std::exp(-away / 14) + 0.006;
        solid += pericardium * (0.25 + facing(heart.left_ventricle)) * std::exp(-0.5 * squared((outer - 0.9) / 0.8));
    }
    const double share = smooth(0.7, -0.7, in_blood);
    double power = (1 - share) * solid;
    // Trabeculae and the blur of an edge that moves.
    power += 0.05 * std::exp(-std::abs(in_blood) / 1.2);
    const double valve = heart.to_leaflet_mm(PhantomHeart::heart_from_rest(point));
    if (valve < 3) power += leaflet * std::exp(-0.5 * squared(valve / 0.75));
    return power;
}

}  // namespace slice

}  // namespace

PhantomTissue::PhantomTissue(std::uint32_t seed, const PhantomCt* volume)
    : speckle{speckle_power(512, 256, 1.05F, 0.9F, 8 * seed)},
      blood{speckle_power(256, 256, 2.0F, 1.4F, 8 * seed + 2)},
      noise{normal_noise(1024, 256, 8 * seed + 4)},
      patches{normal_noise(256, 256, 8 * seed + 5)} {
    patches.blur(7, 5, true);
    for (auto& value : patches.values) value = std::exp(11 * value);
    if (volume != nullptr) ct.emplace(*volume);
}

std::vector<std::uint8_t> scan_phantom(const PhantomTissue& tissue, const PhantomTruth& truth, int frame, double loop) {
    using slice::fan;
    static const slice::Depths depths;
    const PhantomHeart heart{truth.moment};
    slice::Reflectors beads{truth}, wires{truth};
    for (const auto& landmark : truth.landmarks) beads.draw(landmark, slice::bead, 0.7);
    for (const auto& point : heart.catheter) wires.draw(point, slice::catheter, 0.8);

    const double angle = truth.multiplane_degrees * std::numbers::pi / 180;
    const auto world_from_plane = truth.world_from_array.rotation * augment::turn_about_z(angle);
    // Speckle belongs to the tissue: it is looked up where the tissue was at rest, in a probe that stood still.
    const auto rest = phantom_truth({});
    const auto plane_at_rest = augment::transposed(rest.world_from_array.rotation * augment::turn_about_z(angle));
    const auto origin = heart.rest_from_world(truth.world_from_array.translation);
    const CtMotion motion{truth.moment};
    const int noise_x = frame * 379 + 17, noise_y = frame * 101;
    // Blood drifts by whole tiles in a loop, so that the loop has no seam.
    const int drift = static_cast<int>(std::lround((1 - loop) * 256 * 6));

    std::vector<std::uint8_t> grey(slice::index_of(fan.beams, 0));
    for (int beam = 0; beam < fan.beams; ++beam) {
        const double off = beam * slice::radians_per_beam - static_cast<double>(fan.half_angle);
        const auto beam_in_world = world_from_plane * Vec3{std::sin(off), 0, std::cos(off)};
        const auto step = heart.rest_from_world.linear * beam_in_world;
        const auto towards = unit(step);
        std::optional<CtTissue::Beam> in_ct;
        if (tissue.ct) in_ct.emplace(*tissue.ct, slice::mm_per_sample);
        const double edge = std::abs(2.0 * beam / (fan.beams - 1) - 1);
        const double gain = 1 - 0.6 * slice::smooth(0.7, 1.0, edge);
        double shadow = 1, covered = 0;
        for (int sample = 1; sample < fan.samples; ++sample) {
            const auto& depth = depths.at[static_cast<std::size_t>(sample)];
            const auto point =
                in_ct ? motion.rest_from_world(truth.world_from_array.translation + depth.range * beam_in_world)
                      : origin + depth.range * step;
            const auto at_rest = plane_at_rest * (point - rest.world_from_array.translation);
            const auto along =
                static_cast<float>(std::sqrt(at_rest.x * at_rest.x + at_rest.z * at_rest.z) / slice::mm_per_sample);
            const auto across =
                static_cast<float>(std::atan2(at_rest.x, at_rest.z) / slice::radians_per_beam + 0.9 * at_rest.y);
            const auto patch = static_cast<double>(tissue.patches.sample_tiled(0.5F * along, 0.6F * across));
            const auto speckle = static_cast<double>(tissue.speckle.sample_tiled(along, across));
            const auto blood = static_cast<double>(tissue.blood.at((sample + drift) & 255, beam));
            const double met = in_ct ? in_ct->next(point, patch) : slice::power_at(heart, point, towards, patch);
            double power = met * (0.05 + speckle) + slice::blood * blood;
            const double wire = wires.power(beam, sample);
            power = (power + wire) * gain * shadow * depth.gain;
            covered = std::max(covered, wire / slice::catheter);
            if (wire < 0.2 * slice::catheter) shadow = 1 - 0.82 * covered;
            const auto hiss = static_cast<double>(tissue.noise.at((noise_x + sample) & 1023, (noise_y + beam) & 255));
            power += beads.power(beam, sample) + depth.reverberation + hiss * hiss * depth.hiss;
            const float decibel = 3.0103F * quick_log2(static_cast<float>(power) + 1e-6F);
            grey[slice::index_of(beam, sample)] =
                static_cast<std::uint8_t>(std::clamp(255 * (decibel + 24.0F) / 38, 0.0F, 255.0F));
        }
    }
    return grey;
}

std::vector<std::int16_t> scan_phantom_flow(const PhantomTissue& tissue, const PhantomTruth& truth, int frame) {
    using slice::fan;
    const PhantomHeart heart{truth.moment};
    const auto world_from_plane =
        truth.world_from_array.rotation * augment::turn_about_z(truth.multiplane_degrees * std::numbers::pi / 180);
    const auto origin = heart.rest_from_world(truth.world_from_array.translation);
    const auto apexwards = PhantomHeart::direction_at_rest({0, 0, 1});
    std::vector<std::int16_t> flow(slice::index_of(fan.beams, 0));
    for (int beam = 0; beam < fan.beams; ++beam) {
        const double off = beam * slice::radians_per_beam - static_cast<double>(fan.half_angle);
        const auto step = heart.rest_from_world.linear * (world_from_plane * Vec3{std::sin(off), 0, std::cos(off)});
        // What flows towards the apex flows away from the array, as far as it goes along the beam.
        const double towards = -dot(unit(step), apexwards);
        for (int sample = 1; sample < fan.samples; ++sample) {
            const auto point = origin + (sample * slice::mm_per_sample) * step;
            const double speed = heart.mitral_flow(PhantomHeart::heart_from_rest(point)) * towards;
            if (speed == 0 || heart.to_leaflet_mm(PhantomHeart::heart_from_rest(point)) < 1) continue;
            const auto ragged =
                static_cast<double>(tissue.noise.at((frame * 211 + sample / 3) & 1023, (frame * 67 + beam / 2) & 255));
            flow[slice::index_of(beam, sample)] =
                static_cast<std::int16_t>(std::lround(std::clamp(127 * speed * (1 + 0.14 * ragged), -127.0, 127.0)));
        }
    }
    return flow;
}

}  // namespace devices

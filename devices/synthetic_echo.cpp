#include "devices/synthetic_echo.hpp"

#include "devices/echo_screen.hpp"
#include "devices/synthetic_chambers.hpp"
#include "devices/synthetic_heart.hpp"
#include "devices/synthetic_texture.hpp"
#include "transport/pool.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace devices {

namespace {

using transport::PixelFormat;

// Centimetres, as in synthetic_chambers.hpp.
constexpr float depth_cm = 16;
constexpr float half_fan = 40 * std::numbers::pi_v<float> / 180;
constexpr int beams = 192;
constexpr int samples = 448;  // along a beam
constexpr float cm_per_sample = depth_cm / (samples - 1);
constexpr float radians_per_beam = 2 * half_fan / (beams - 1);

/// One image in the probe's own coordinates: a row per beam.
using Beams = std::vector<float>;

std::size_t index_of(int beam, int sample) {
    return static_cast<std::size_t>(beam) * samples + static_cast<std::size_t>(sample);
}

/// A bent line of bright tissue, thinner towards its tip.
void draw_leaflet(Beams& power, const Leaflet& leaflet) {
    const auto [x0, z0, x1, z1, x2, z2] = leaflet;
    constexpr float brightness = 3.6F;
    constexpr int steps = 60;
    for (int step = 0; step <= steps; ++step) {
        const float t = static_cast<float>(step) / steps, s = 1 - t;
        const float x = s * s * x0 + 2 * s * t * x1 + t * t * x2, z = s * s * z0 + 2 * s * t * z1 + t * t * z2;
        const float range = std::hypot(x, z);
        const float beam = (std::atan2(x, z) + half_fan) / radians_per_beam, sample = range / cm_per_sample;
        const float beam_cm = range * radians_per_beam;
        for (int b = std::max(0, static_cast<int>(beam) - 3); b <= std::min(beams - 1, static_cast<int>(beam) + 4); ++b)
            for (int d = std::max(0, static_cast<int>(sample) - 5);
                 d <= std::min(samples - 1, static_cast<int>(sample) + 6); ++d) {
                const float distance = std::hypot((static_cast<float>(b) - beam) * beam_cm,
                                                  (static_cast<float>(d) - sample) * cm_per_sample);
                auto& here = power[index_of(b, d)];
                here = std::max(here, brightness * bell(distance, 0.075F - 0.02F * t));
            }
    }
}

/// What does not change from frame to frame.
struct Tissue {
    static constexpr float cells_per_cm = 20;
    static constexpr float left_edge_cm = 12;
    Texture map{static_cast<int>(2 * left_edge_cm * cells_per_cm), static_cast<int>((depth_cm + 2) * cells_per_cm)};
    Texture speckle = speckle_power(512, 256, 1.15F, 0.95F, 7);  // along a beam x across beams
    Texture blood = speckle_power(256, 128, 2.2F, 1.6F, 11);
    Texture noise = normal_noise(1024, 256, 23);
    std::vector<float> beam_gain;

    Tissue() {
        const auto patches = [] {
            auto noise_field = normal_noise(map_columns, map_rows, 5);
            noise_field.blur(11, 7);
            return noise_field;
        }();
        for (int y = 0; y < map.height; ++y)
            for (int x = 0; x < map.width; ++x) {
                const float unevenness = std::exp(15.0F * patches.at(x, y));
                map.at(x, y) = echo_power(static_cast<float>(x) / cells_per_cm - left_edge_cm,
                                          static_cast<float>(y) / cells_per_cm) *
                               unevenness;
            }
        auto jitter = normal_noise(beams, 2, 3);
        jitter.blur(1, 0);
        for (int beam = 0; beam < beams; ++beam) {
            const float off_axis = std::abs(2.0F * static_cast<float>(beam) / (beams - 1) - 1);
            beam_gain.push_back((1 + 0.16F * jitter.at(beam, 0)) * (1 - 0.55F * smooth_step(0.6F, 1.0F, off_axis)));
        }
    }
    static constexpr int map_columns = static_cast<int>(2 * left_edge_cm * cells_per_cm);
    static constexpr int map_rows = static_cast<int>((depth_cm + 2) * cells_per_cm);
};

/// Grey values, a row per beam.
std::vector<std::uint8_t> scan(const Tissue& tissue, int frame, int count) {
    const float phase = static_cast<float>(frame) / static_cast<float>(count);
    const float squeeze = contraction(phase);
    Beams valves(static_cast<std::size_t>(beams * samples));
    for (const auto& leaflet : leaflets(phase)) draw_leaflet(valves, leaflet);
    std::vector<std::uint8_t> grey(valves.size());
    const int noise_x = frame * 379 + 17, noise_y = frame * 101;
    // Blood drifts by a whole tile in a cycle, so that the loop has no seam.
    const float drift = -phase * 256;
    for (int beam = 0; beam < beams; ++beam) {
        const float angle = static_cast<float>(beam) * radians_per_beam - half_fan;
        const float sine = std::sin(angle), cosine = std::cos(angle);
        for (int sample = 1; sample < samples; ++sample) {
            const float range = static_cast<float>(sample) * cm_per_sample, x = range * sine, z = range * cosine;
            const auto moved = displacement(x, z, squeeze);
            const float along = moved.x * sine + moved.z * cosine, across = moved.x * cosine - moved.z * sine;
            const float depth = static_cast<float>(sample) + along / cm_per_sample;
            const float line = static_cast<float>(beam) + across / ((range + along + 0.2F) * radians_per_beam);

            const auto index = index_of(beam, sample);
            float power = tissue.map.sample((x + moved.x + Tissue::left_edge_cm) * Tissue::cells_per_cm,
                                            (z + moved.z) * Tissue::cells_per_cm);
            power = (power + valves[index]) * (0.06F + tissue.speckle.sample_tiled(depth, line));
            power *= tissue.beam_gain[static_cast<std::size_t>(beam)];
            power += 0.0022F * tissue.blood.sample_tiled(static_cast<float>(sample) + drift, static_cast<float>(beam));
            power += 0.35F * bell(range, 0.45F);  // reverberation under the probe
            const float hiss = tissue.noise.at((noise_x + sample) & 1023, (noise_y + beam) & 255);
            power += hiss * hiss * 0.0009F * (1 + range * range * 0.012F);
            const float decibel = 3.0103F * quick_log2(power + 1e-6F);
            grey[index] = static_cast<std::uint8_t>(std::clamp(255 * (decibel + 23.0F) / 40, 0.0F, 255.0F));
        }
    }
    return grey;
}

}  // namespace

SyntheticEcho draw_synthetic_echo(int width, int height, int count) {
    const Tissue tissue;
    const EchoScreen screen{width, height, {depth_cm, half_fan, beams, samples}};
    transport::PixelPool pool;
    SyntheticEcho echo;
    for (int frame = 0; frame < count; ++frame) {
        auto picture = pool.get(PixelFormat::i420, width, height);
        screen.show(scan(tissue, frame, count), static_cast<float>(frame) / static_cast<float>(count), *picture);
        echo.frames.push_back(std::move(picture));
    }
    echo.geometry = screen.geometry();
    echo.geometry.sector.reset();  // nobody knows where in the room this probe would be
    return echo;
}

}  // namespace devices

#include "devices/synthetic_echo.hpp"

#include "devices/synthetic_chambers.hpp"
#include "devices/synthetic_heart.hpp"
#include "devices/synthetic_texture.hpp"
#include "transport/pool.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace devices {

namespace {

using transport::PixelFormat;
using transport::Pixels;

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

/// log2, to a hundredth: exponent and a parabola through the mantissa.
float quick_log2(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto mantissa = std::bit_cast<float>((bits & 0x007FFFFFU) | 0x3F800000U);
    return static_cast<float>(static_cast<int>(bits >> 23) - 128) + ((-1.0F / 3) * mantissa + 2) * mantissa - 2.0F / 3 +
           1;
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

/// Where each pixel of the fan finds its beam and depth.
struct ScanConversion {
    struct Pixel {
        int x, y;
        int source;                             ///< beam * samples + sample
        std::uint8_t beam_share, sample_share;  ///< of the next beam and sample, /256
    };
    std::vector<Pixel> pixels;
    float apex_x, apex_y, pixels_per_cm;

    ScanConversion(int width, int height)
        : apex_x{0.5F * static_cast<float>(width)},
          apex_y{0.045F * static_cast<float>(height)},
          pixels_per_cm{std::min(0.855F * static_cast<float>(height), 0.69F * static_cast<float>(width)) / depth_cm} {
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                const float dx = (static_cast<float>(x) + 0.5F - apex_x) / pixels_per_cm;
                const float dz = (static_cast<float>(y) + 0.5F - apex_y) / pixels_per_cm;
                const float range = std::hypot(dx, dz);
                if (dz <= 0 || range >= depth_cm || range < 0.25F || std::abs(dx) > dz * std::tan(half_fan)) continue;
                const float beam = std::clamp((std::atan2(dx, dz) + half_fan) / radians_per_beam, 0.0F, beams - 1.01F);
                const float sample = std::min(range / cm_per_sample, samples - 1.01F);
                const int b = static_cast<int>(beam), s = static_cast<int>(sample);
                pixels.push_back({x, y, b * samples + s,
                                  static_cast<std::uint8_t>(256 * (beam - static_cast<float>(b))),
                                  static_cast<std::uint8_t>(256 * (sample - static_cast<float>(s)))});
            }
    }

    void convert(const std::vector<std::uint8_t>& grey, Pixels& picture) const {
        for (const auto& pixel : pixels) {
            const auto* here = grey.data() + pixel.source;
            const int first = here[0] * (256 - pixel.sample_share) + here[1] * pixel.sample_share;
            const int second = here[samples] * (256 - pixel.sample_share) + here[samples + 1] * pixel.sample_share;
            const int value = (first * (256 - pixel.beam_share) + second * pixel.beam_share) >> 16;
            picture.row(0, pixel.y)[pixel.x] = static_cast<std::uint8_t>(value);
        }
    }
};

void plot(Pixels& picture, int x, int y, std::uint8_t luma, std::uint8_t u, std::uint8_t v) {
    if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
    picture.row(0, y)[x] = luma;
    picture.row(1, y / 2)[x / 2] = u;
    picture.row(2, y / 2)[x / 2] = v;
}

/// Centimetres at the side, the grey scale, the probe's mark.
void draw_scales(Pixels& picture, const ScanConversion& fan) {
    const int right =
        static_cast<int>(fan.apex_x + fan.pixels_per_cm * depth_cm * std::sin(half_fan)) + picture.width / 40;
    for (int cm = 0; cm <= static_cast<int>(depth_cm); ++cm) {
        const int y = static_cast<int>(fan.apex_y + fan.pixels_per_cm * static_cast<float>(cm));
        const int length = (cm % 5 == 0 ? 14 : 7) * picture.width / 800 + 2;
        for (int x = 0; x < length; ++x) plot(picture, right + x, y, cm % 5 == 0 ? 200 : 140, 128, 128);
    }
    const int bar = picture.height / 4, bar_x = picture.width / 40, bar_y = picture.height / 12;
    for (int y = 0; y < bar; ++y)
        for (int x = 0; x < picture.width / 66; ++x)
            plot(picture, bar_x + x, bar_y + y, static_cast<std::uint8_t>(255 - 255 * y / bar), 128, 128);
    const int radius = std::max(2, picture.height / 110), mark_y = static_cast<int>(fan.apex_y);
    const int mark_x = static_cast<int>(fan.apex_x) + 5 * radius;
    for (int y = -radius; y <= radius; ++y)
        for (int x = -radius; x <= radius; ++x)
            if (x * x + y * y <= radius * radius) plot(picture, mark_x + x, mark_y + y, 151, 100, 63);
}

/// Four beats, the newest at the right.
void draw_electrocardiogram(Pixels& picture, float phase) {
    const int left = picture.width / 12, right = picture.width - left;
    const auto base = 0.965F * static_cast<float>(picture.height), gain = 0.055F * static_cast<float>(picture.height);
    const float beat = static_cast<float>(right - left) / 4;
    const auto height_at = [&](int x) {
        const float at = phase - static_cast<float>(right - x) / beat;
        return base - gain * electrocardiogram(at - std::floor(at));
    };
    for (int x = left; x < right; ++x) {
        const float here = height_at(x), before = height_at(x - 1);
        const int from = static_cast<int>(std::min(here, before)), to = static_cast<int>(std::max(here, before)) + 1;
        for (int y = from; y <= to; ++y) plot(picture, x, y, 170, 92, 60);
    }
}

}  // namespace

SyntheticEcho draw_synthetic_echo(int width, int height, int count) {
    const Tissue tissue;
    const ScanConversion fan{width, height};
    transport::PixelPool pool;
    SyntheticEcho echo;
    for (int frame = 0; frame < count; ++frame) {
        auto picture = pool.get(PixelFormat::i420, width, height);
        for (int plane = 0; plane < 3; ++plane)
            std::fill_n(picture->row(plane, 0),
                        picture->planes[static_cast<std::size_t>(plane)].stride * picture->plane_height(plane),
                        plane == 0 ? std::uint8_t{0} : std::uint8_t{128});
        fan.convert(scan(tissue, frame, count), *picture);
        draw_scales(*picture, fan);
        draw_electrocardiogram(*picture, static_cast<float>(frame) / static_cast<float>(count));
        echo.frames.push_back(std::move(picture));
    }

    const double cm_per_pixel = 1 / static_cast<double>(fan.pixels_per_cm);
    echo.geometry.spacing = transport::PixelSpacing{10 * cm_per_pixel, 10 * cm_per_pixel};
    const int half_width = static_cast<int>(fan.pixels_per_cm * depth_cm * std::sin(half_fan));
    transport::UltrasoundRegion region;
    region.bounds = {width / 2 - half_width, static_cast<int>(fan.apex_y), 2 * half_width,
                     static_cast<int>(fan.pixels_per_cm * depth_cm)};
    region.spatial_format = 1;
    region.data_type = 1;
    region.unit_x = region.unit_y = 3;
    region.delta_x = region.delta_y = cm_per_pixel;
    echo.geometry.regions.push_back(region);
    return echo;
}

}  // namespace devices

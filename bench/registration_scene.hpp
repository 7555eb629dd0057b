// X-ray pictures of a probe's head whose pose is known, by another program than the one that looks for it: exact
// chords at the detector's full resolution, area-sampled, through bones, soft tissue and catheters, with blur and
// quantum noise. All in the header, so that tests of augment have it too.
#pragma once

#include "augment/geometry.hpp"
#include "augment/probe_head.hpp"
#include "augment/registration_step.hpp"
#include "transport/frame.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace bench {

struct SceneSettings {
    int pixels = 512;               ///< the detector is 204.8 mm wide
    double photons_per_mm2 = 7500;  ///< behind the body alone, at the detector
    double contrast = 1;            ///< of the head
    double tissue = 0.15;           ///< attenuation of soft-tissue blobs
    bool bones = false;
    bool catheters = false;
    double blur_mm = 0.25;  ///< σ of the detector's
    double source_detector_mm = 1200;
    double source_isocentre_mm = 765;
};

/// Bones, catheters, more noise, half contrast.
[[nodiscard]] inline SceneSettings cluttered_scene() {
    SceneSettings out;
    out.photons_per_mm2 = 2500;
    out.contrast = 0.5;
    out.tissue = 0.3;
    out.bones = out.catheters = true;
    return out;
}

/// One channel on a coarse raster over the picture.
struct Raster {
    int size = 0;
    std::vector<float> values;
    /// Between the four around; `at` in its own pixels.
    [[nodiscard]] float between(double x, double y) const {
        const int left = std::clamp(static_cast<int>(std::floor(x)), 0, size - 2);
        const int top = std::clamp(static_cast<int>(std::floor(y)), 0, size - 2);
        const auto u = static_cast<float>(std::clamp(x - left, 0.0, 1.0));
        const auto v = static_cast<float>(std::clamp(y - top, 0.0, 1.0));
        const auto* row = values.data() + static_cast<std::ptrdiff_t>(top) * size + left;
        return (1 - v) * ((1 - u) * row[0] + u * row[1]) + v * ((1 - u) * row[size] + u * row[size + 1]);
    }
};

/// A patient around a probe. What it is made of comes from the seed.
class Scene {
public:
    Scene(std::uint64_t seed, const SceneSettings& settings)
        : settings_{settings}, random_{seed}, head_{augment::probe_head()} {
        for (auto& solid : head_) solid.per_mm *= settings.contrast;
        grow_body();
        std::normal_distribution<float> normal;
        noise_.resize(1U << 16U);
        for (auto& value : noise_) value = normal(random_);
    }
    [[nodiscard]] augment::XrayCamera camera(double primary, double secondary) const {
        const double pitch = detector_mm / settings_.pixels;
        return {{primary, secondary, settings_.source_detector_mm, settings_.source_isocentre_mm},
                augment::DetectorImage::centred(settings_.pixels, settings_.pixels, {pitch, pitch},
                                                settings_.source_detector_mm)};
    }
    /// The probe in the oesophagus: the array looks at the patient's front, tilted by up to so much.
    [[nodiscard]] augment::Rigid somewhere(double tilt_degrees = 25) {
        const auto level = augment::columns_of({-1, 0, 0}, {0, 0, -1}, {0, -1, 0});
        std::normal_distribution<double> normal;
        const augment::Vec3 axis = augment::unit({normal(random_), normal(random_), normal(random_)});
        const double tilt = uniform(0, tilt_degrees) * std::numbers::pi / 180;
        return {augment::turn(tilt * axis) * level, {uniform(-20, 20), 45 + uniform(-10, 10), uniform(-15, 25)}};
    }
    /// One exposure, grey; every one has its own noise. Nothing for `world_from_head`: the probe is not there.
    [[nodiscard]] transport::Pixels expose(const augment::XrayCamera& camera,
                                           const std::optional<augment::Rigid>& world_from_head) {
        const int size = settings_.pixels;
        std::vector<float> attenuation(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
        spread(body_in(camera), attenuation);
        if (world_from_head) add(head_, *world_from_head, camera, attenuation);
        add(catheters_, {}, camera, attenuation);
        for (auto& value : attenuation) value = std::exp(-value);
        const double pitch = detector_mm / size;
        blur(attenuation, settings_.blur_mm / pitch);
        add_noise(attenuation, settings_.photons_per_mm2 * pitch * pitch);
        return grey(attenuation);
    }
    [[nodiscard]] double uniform(double from, double to) {
        return std::uniform_real_distribution<double>{from, to}(random_);
    }

private:
    static constexpr double detector_mm = 204.8;
    static constexpr int raster_size = 192;
    static constexpr double open_field = 180;  ///< luma behind the body alone

    void grow_body() {
        for (int i = 0; i < 25; ++i)
            blobs_.push_back({{uniform(-80, 80), uniform(-60, 80), uniform(-80, 80)},
                              uniform(12, 40),
                              uniform(-1, 1) * settings_.tissue});
        body_.push_back({{-15, -20, -10}, {-15, -20, -10}, 50, 0.15 / 50});  // the heart's edge
        if (settings_.bones) {
            for (int i = -4; i <= 4; ++i) {
                const double z = 30 * i + uniform(-4, 4);
                body_.push_back({{-17, 78, z - 11}, {17, 105, z + 11}, 0, 0.018});
                body_.push_back({{-2.5, 105, z - 14}, {2.5, 130, z - 4}, 0, 0.03});
                for (const double side : {-1.0, 1.0}) {
                    const std::array<augment::Vec3, 5> arc{{{side * 18, 95, z + 8},
                                                            {side * 60, 105, z},
                                                            {side * 110, 60, z - 18},
                                                            {side * 115, 0, z - 36},
                                                            {side * 80, -60, z - 50}}};
                    for (std::size_t part = 1; part < arc.size(); ++part)
                        body_.push_back({arc[part - 1], arc[part], 4.5, 0.028});
                }
            }
        }
        if (settings_.catheters)
            for (int i = 0; i < 3; ++i) {
                augment::Vec3 at{uniform(-30, 30), uniform(-30, 30), -90};
                augment::Vec3 way{uniform(-0.4, 0.4), uniform(-0.4, 0.4), 1};
                for (int part = 0; part < 12; ++part) {
                    const auto next = at + 14.0 * augment::unit(way);
                    catheters_.push_back({at, next, 1.1, 0.13});
                    if (part % 3 == 2) catheters_.push_back({next, next, 1.5, 0.3});  // an electrode
                    way = way + augment::Vec3{uniform(-0.4, 0.4), uniform(-0.4, 0.4), 0};
                    at = next;
                }
            }
    }

    /// Pixels that the solid may touch, [left, right) and [top, bottom); `step` pixels apart.
    [[nodiscard]] std::array<int, 4> touched(const augment::Solid& solid, const augment::Rigid& pose,
                                             const augment::XrayCamera& camera, double step, int size) const {
        std::array<double, 4> box{1e9, 1e9, -1e9, -1e9};
        const double r = solid.radius_mm;
        for (int corner = 0; corner < 8; ++corner) {
            const auto pick = [&](int bit, double from, double to) {
                return (corner & bit) != 0 ? std::max(from, to) + r : std::min(from, to) - r;
            };
            const auto pixel =
                camera.project(pose({pick(1, solid.from.x, solid.to.x), pick(2, solid.from.y, solid.to.y),
                                     pick(4, solid.from.z, solid.to.z)}));
            if (!pixel) continue;
            box = {std::min(box[0], pixel->x), std::min(box[1], pixel->y), std::max(box[2], pixel->x),
                   std::max(box[3], pixel->y)};
        }
        const auto within = [&](double value) {
            return static_cast<int>(std::clamp(value / step, 0.0, static_cast<double>(size)));
        };
        return {within(box[0] - step), within(box[1] - step), within(box[2] + 2 * step + 1),
                within(box[3] + 2 * step + 1)};
    }

    [[nodiscard]] Raster body_in(const augment::XrayCamera& camera) const {
        Raster out{raster_size, std::vector<float>(static_cast<std::size_t>(raster_size) * raster_size)};
        const double step = static_cast<double>(settings_.pixels) / raster_size;
        for (const auto& solid : body_) {
            const auto box = touched(solid, {}, camera, step, raster_size);
            for (int y = box[1]; y < box[3]; ++y)
                for (int x = box[0]; x < box[2]; ++x) {
                    const auto ray = camera.ray_through({(x + 0.5) * step - 0.5, (y + 0.5) * step - 0.5});
                    out.values[index(x, y, raster_size)] +=
                        static_cast<float>(solid.per_mm * augment::chord_mm(solid, ray.origin, ray.direction));
                }
        }
        for (const auto& blob : blobs_) {
            const auto centre = camera.project(blob.centre);
            if (!centre) continue;
            const double sigma = blob.radius_mm * camera.magnification(blob.centre) * raster_size / detector_mm;
            for (int y = 0; y < raster_size; ++y)
                for (int x = 0; x < raster_size; ++x) {
                    const double dx = x - centre->x / step, dy = y - centre->y / step;
                    out.values[index(x, y, raster_size)] +=
                        static_cast<float>(blob.attenuation * std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)));
                }
        }
        return out;
    }
    void spread(const Raster& raster, std::vector<float>& out) const {
        const int size = settings_.pixels;
        const double step = static_cast<double>(size) / raster_size;
        for (int y = 0; y < size; ++y)
            for (int x = 0; x < size; ++x)
                out[index(x, y, size)] += raster.between((x + 0.5) / step - 0.5, (y + 0.5) / step - 0.5);
    }
    /// Four samples a pixel.
    void add(const std::vector<augment::Solid>& solids, const augment::Rigid& pose, const augment::XrayCamera& camera,
             std::vector<float>& out) const {
        const int size = settings_.pixels;
        const auto back = inverse(pose);
        for (const auto& solid : solids) {
            const auto box = touched(solid, pose, camera, 1, size);
            for (int y = box[1]; y < box[3]; ++y)
                for (int x = box[0]; x < box[2]; ++x) {
                    double sum = 0;
                    for (int part = 0; part < 4; ++part) {
                        const auto ray =
                            camera.ray_through({x - 0.25 + 0.5 * (part & 1), y - 0.25 + 0.25 * (part & 2)});
                        sum += augment::chord_mm(solid, back(ray.origin), back.rotation * ray.direction);
                    }
                    out[index(x, y, size)] += static_cast<float>(solid.per_mm * sum / 4);
                }
        }
    }
    void blur(std::vector<float>& picture, double sigma) const {
        const int size = settings_.pixels, radius = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
        std::vector<float> kernel;
        float sum = 0;
        for (int i = -radius; i <= radius; ++i) {
            kernel.push_back(static_cast<float>(std::exp(-i * i / (2 * sigma * sigma))));
            sum += kernel.back();
        }
        std::vector<float> line(static_cast<std::size_t>(size));
        const auto pass = [&](std::size_t first, std::size_t stride) {
            for (int i = 0; i < size; ++i) {
                float value = 0;
                int from = i - radius;
                for (const float weight : kernel) {
                    const int there = std::clamp(from++, 0, size - 1);
                    value += weight * picture[first + stride * static_cast<std::size_t>(there)];
                }
                line[static_cast<std::size_t>(i)] = value / sum;
            }
            for (std::size_t i = 0; i < line.size(); ++i) picture[first + stride * i] = line[i];
        };
        const auto whole = static_cast<std::size_t>(size);
        for (std::size_t i = 0; i < whole; ++i) pass(i * whole, 1);
        for (std::size_t i = 0; i < whole; ++i) pass(i, whole);
    }
    void add_noise(std::vector<float>& picture, double photons) {
        for (auto& value : picture) {
            const auto deviate = noise_[random_() >> 48U];
            value += deviate * std::sqrt(std::max(0.0F, value) / static_cast<float>(photons));
        }
        blur(picture, 0.5);  // the detector's own grain
    }
    [[nodiscard]] transport::Pixels grey(const std::vector<float>& picture) const {
        const auto memory = std::make_shared<std::vector<std::uint8_t>>(picture.size());
        for (std::size_t i = 0; i < picture.size(); ++i)
            (*memory)[i] = static_cast<std::uint8_t>(std::clamp(std::lround(open_field * picture[i]), 0L, 255L));
        transport::Pixels out;
        out.format = transport::PixelFormat::gray8;
        out.width = out.height = settings_.pixels;
        out.planes[0] = {memory->data(), settings_.pixels};
        out.owner = memory;
        return out;
    }
    static constexpr std::size_t index(int x, int y, int size) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x);
    }

    struct Blob {
        augment::Vec3 centre;
        double radius_mm = 0;
        double attenuation = 0;
    };
    SceneSettings settings_;
    std::mt19937_64 random_;
    std::vector<augment::Solid> head_;
    std::vector<augment::Solid> body_;       ///< bones and the heart, in W
    std::vector<augment::Solid> catheters_;  ///< in W
    std::vector<Blob> blobs_;
    std::vector<float> noise_;
};

/// Of targets 30 to 90 mm in front of the array, mm: in the picture's plane at the target's depth, and in space.
struct TargetError {
    double projected = 0;
    double space = 0;
};
[[nodiscard]] inline TargetError target_error(const augment::XrayCamera& camera, const augment::Rigid& truth,
                                              const augment::Rigid& found) {
    TargetError out;
    constexpr std::array depths{30.0, 45.0, 60.0, 75.0, 90.0};
    for (const double depth : depths) {
        const auto is = camera.in_camera(truth({0, 0, depth})), seems = camera.in_camera(found({0, 0, depth}));
        out.projected += is.z * std::hypot(is.x / is.z - seems.x / seems.z, is.y / is.z - seems.y / seems.z);
        out.space += length(is - seems);
    }
    out.projected /= depths.size();
    out.space /= depths.size();
    return out;
}

}  // namespace bench

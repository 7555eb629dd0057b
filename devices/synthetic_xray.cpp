#include "devices/synthetic_xray.hpp"

#include "devices/synthetic_chest.hpp"
#include "devices/synthetic_heart.hpp"
#include "devices/synthetic_texture.hpp"
#include "transport/pool.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace devices {

namespace {

using transport::PixelFormat;

struct Point {
    float x, y;
};

/// A smooth way through points (Catmull-Rom), sampled finely.
std::vector<Point> smooth_way(const std::vector<Point>& points) {
    std::vector<Point> way;
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const auto &a = points[i == 0 ? 0 : i - 1], &b = points[i], &c = points[i + 1],
                   &d = points[std::min(i + 2, points.size() - 1)];
        const int steps = static_cast<int>(std::hypot(c.x - b.x, c.y - b.y) * 1.6F) + 2;
        for (int step = 0; step < steps; ++step) {
            const float t = static_cast<float>(step) / static_cast<float>(steps);
            const auto spline = [t](float p, float q, float r, float s) {
                return 0.5F * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t * t +
                               (3 * q - p - 3 * r + s) * t * t * t);
            };
            way.push_back({spline(a.x, b.x, c.x, d.x), spline(a.y, b.y, c.y, d.y)});
        }
    }
    way.push_back(points.back());
    return way;
}

/// Devices are opaque: where they cross, the denser one counts.
class Devices {
public:
    Devices(int width, int height)
        : value_{width, height},
          scale_x_{static_cast<float>(width) / chest_field},
          scale_y_{static_cast<float>(height) / chest_field} {}

    void disc(Point center, float radius, float density) {
        const float cx = center.x * scale_x_, cy = center.y * scale_y_, r = radius * 0.5F * (scale_x_ + scale_y_);
        const int x0 = std::max(0, static_cast<int>(cx - r - 2)),
                  x1 = std::min(value_.width - 1, static_cast<int>(cx + r + 2));
        const int y0 = std::max(0, static_cast<int>(cy - r - 2)),
                  y1 = std::min(value_.height - 1, static_cast<int>(cy + r + 2));
        for (int y = y0; y <= y1; ++y)
            for (int x = x0; x <= x1; ++x) {
                const float distance = std::hypot(static_cast<float>(x) - cx, static_cast<float>(y) - cy);
                auto& here = value_.at(x, y);
                here = std::max(here, density * smooth_step(r + 0.8F, r - 0.8F, distance));
            }
    }
    void stroke(const std::vector<Point>& way, float radius, float density) {
        for (const auto& point : way) disc(point, radius, density);
    }
    [[nodiscard]] const Texture& value() const { return value_; }

private:
    Texture value_;
    float scale_x_, scale_y_;
};

/// The oesophageal probe: jointed shaft, stiff head with its transducer.
void draw_probe(Devices& devices) {
    const auto shaft = smooth_way({{206, -20}, {208, 40}, {214, 100}, {226, 150}, {236, 176}});
    devices.stroke(shaft, 7.5F, 0.62F);
    for (std::size_t i = 0; i < shaft.size(); i += 11) devices.disc(shaft[i], 6.2F, 0.95F);
    const auto head = smooth_way({{238, 182}, {246, 206}, {253, 230}, {257, 246}});
    devices.stroke(head, 10, 1.05F);
    devices.stroke(smooth_way({{246, 205}, {252, 225}, {256, 240}}), 5.5F, 2.1F);
    devices.disc({239, 184}, 9, 1.5F);
}

/// How far a point of the heart is carried at that moment of the beat.
Point carried(Point point, float squeeze, float share) {
    return {point.x - share * squeeze * 0.075F * (point.x - 285),
            point.y - share * squeeze * (0.05F * (point.y - 230) + 4)};
}

void draw_catheters(Devices& devices, float phase) {
    const float squeeze = contraction(phase), kick = filling(phase);
    const auto beat = [squeeze](float x, float y, float share) { return carried({x, y}, squeeze, share); };
    // up the descending aorta, over the arch, to the left coronary artery
    devices.stroke(smooth_way({{214, 530},
                               {222, 400},
                               {226, 250},
                               {228, 130},
                               {240, 62},
                               {276, 40},
                               {306, 74},
                               {309, 124},
                               {300, 160},
                               beat(306, 184, 0.5F),
                               beat(322, 190, 0.7F)}),
                   2.3F, 0.85F);
    // the wire goes on along the heart; its last centimetres are platinum
    const std::vector<Point> wire{beat(322, 190, 0.7F), beat(346, 204, 1),    beat(368, 240, 1.2F),
                                  beat(386, 286, 1.4F), beat(394, 330, 1.5F), beat(391, 362, 1.7F)};
    devices.stroke(smooth_way(wire), 0.8F, 0.75F);
    devices.stroke(
        smooth_way({beat(392.5F, 336, 1.55F), beat(393, 352, 1.6F), beat(388, 368, 1.7F), beat(380, 374, 1.8F)}), 1.5F,
        1.7F);
    // from below through the right atrium into the ventricle: the mapping catheter with its electrodes
    const float sway = 5 * kick - 7 * squeeze;
    const auto way = smooth_way({{268, 530},
                                 {262, 440},
                                 {256 + 0.3F * sway, 372},
                                 {268 + 0.6F * sway, 322},
                                 beat(300 + sway, 318, 0.8F),
                                 beat(336 + sway, 340, 1.2F),
                                 beat(362 + sway, 368, 1.5F)});
    devices.stroke(way, 2.6F, 0.72F);
    for (const int back : {3, 26, 42, 66, 82}) {
        const auto at = way.size() - 1 - static_cast<std::size_t>(back);
        for (std::size_t i = at - 3; i <= at + (back == 3 ? 2 : 3); ++i)
            devices.disc(way[i], back == 3 ? 3.6F : 3.2F, 2.2F);
    }
}

/// exp() and the display's curve, by attenuation in steps of 1/256.
std::array<float, 2048> display_curve() {
    std::array<float, 2048> curve{};
    for (std::size_t i = 0; i < curve.size(); ++i)
        curve[i] = 268 * std::pow(std::exp(-static_cast<float>(i) / 256), 0.92F) - 4;
    return curve;
}

/// The heart's shadow by squared distance from its middle, in steps of 1/256; 1 is the border.
std::array<float, 512> heart_profile() {
    std::array<float, 512> profile{};
    for (std::size_t i = 0; i < profile.size(); ++i) {
        const float square = static_cast<float>(i) / 256;
        profile[i] =
            smooth_step(1.04F, 0.94F, std::sqrt(square)) * (0.26F + 0.42F * std::sqrt(std::max(0.0F, 1 - square)));
    }
    return profile;
}

class Fluoroscope {
public:
    Fluoroscope(int width, int height)
        : background_{still_chest(width, height)}, quantum_{normal_noise(1024, 512, 41)} {
        Devices still{width, height};
        draw_probe(still);
        for (std::size_t i = 0; i < background_.values.size(); ++i) background_.values[i] += still.value().values[i];
        quantum_.blur(0.65F, 0.65F, true);
        double power = 0;
        for (const float value : quantum_.values) power += static_cast<double>(value * value);
        const auto gain = static_cast<float>(std::sqrt(static_cast<double>(quantum_.values.size()) / power));
        for (auto& value : quantum_.values) value *= gain;
    }

    /// One frame of the detector, before the recursive filter.
    void expose(float phase, int frame, Texture& picture) const {
        Devices devices{picture.width, picture.height};
        draw_catheters(devices, phase);
        const float squeeze = contraction(phase), shift = 3.0F * std::sin(2 * std::numbers::pi_v<float> * phase);
        const float size_x = 1 / (122 * (1 - 0.085F * squeeze)), size_y = 1 / (150 * (1 - 0.06F * squeeze));
        const float cosine = std::cos(0.62F), sine = std::sin(0.62F);
        const float middle_x = 300 - 5 * squeeze, middle_y = 296 - 6 * squeeze;
        for (int py = 0; py < picture.height; ++py) {
            const float y = (static_cast<float>(py) + 0.5F) * chest_field / static_cast<float>(picture.height);
            const auto* noise = &quantum_.values[static_cast<std::size_t>((py + frame * 137) & 511) * 1024];
            for (int px = 0; px < picture.width; ++px) {
                const float x = (static_cast<float>(px) + 0.5F) * chest_field / static_cast<float>(picture.width);
                const float dx = x - middle_x, dy = y - middle_y;
                const float u = (cosine * dx + sine * dy) * size_y, v = (cosine * dy - sine * dx) * size_x;
                const float square = std::min(u * u + v * v, 1.99F);
                float mu = background_.at(px, py) + profile_[static_cast<std::size_t>(256 * square)] +
                           devices.value().at(px, py);
                const float below = y - (418 + shift + 0.0011F * (x - 330) * (x - 330));
                if (below > -5) mu += 0.62F * smooth_step(-4, 5, below) + 0.0016F * std::max(0.0F, below);
                const float signal = curve_[static_cast<std::size_t>(std::clamp(256 * mu, 0.0F, 2047.0F))];
                picture.at(px, py) =
                    signal + 1.75F * std::sqrt(std::max(signal, 1.0F)) * noise[(px + frame * 331) & 1023];
            }
        }
    }

private:
    Texture background_, quantum_;
    std::array<float, 2048> curve_ = display_curve();
    std::array<float, 512> profile_ = heart_profile();
};

}  // namespace

SyntheticXray draw_synthetic_xray(int width, int height, int count) {
    const Fluoroscope fluoroscope{width, height};
    transport::PixelPool pool;
    SyntheticXray xray;
    Texture exposure{width, height}, shown{width, height};
    // The filter keeps half of the past; six frames before the first it has forgotten where it began.
    constexpr int settling = 6;
    for (int step = -settling; step < count; ++step) {
        const int frame = (step + count) % count;
        fluoroscope.expose(static_cast<float>(frame) / static_cast<float>(count), frame, exposure);
        const float share = step == -settling ? 1.0F : 0.5F;
        for (std::size_t i = 0; i < shown.values.size(); ++i)
            shown.values[i] += share * (exposure.values[i] - shown.values[i]);
        if (step < 0) continue;
        auto picture = pool.get(PixelFormat::gray8, width, height);
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                picture->row(0, y)[x] = static_cast<std::uint8_t>(std::clamp(shown.at(x, y) + 0.5F, 0.0F, 255.0F));
        xray.frames.push_back(std::move(picture));
    }
    constexpr double detector_mm = 0.4 * 512;
    xray.geometry.spacing = transport::PixelSpacing{detector_mm / width, detector_mm / height};
    xray.geometry.c_arm = transport::CArmGeometry{30, 10, 1000, 700};
    return xray;
}

}  // namespace devices

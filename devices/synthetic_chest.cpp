#include "devices/synthetic_chest.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace devices {

namespace {

float spine_x(float y) {
    return 150 + 10 * std::sin(y / 210);
}

float spine(float x, float y) {
    const float across = (x - spine_x(y)) / (37 + 0.012F * y);
    constexpr float pitch = 66;
    const float level = y / pitch - std::floor(y / pitch);  // 0..1 in one vertebra and its disc
    const float bend = 0.045F * across * across;            // end plates are hollow
    const float body = smooth_step(0.0F, 0.05F, level - 0.10F + bend) * smooth_step(0.0F, 0.05F, 0.97F - bend - level);
    const float waist = 1 + 0.10F * bell(level - 0.53F, 0.2F);
    const float edge = std::abs(across) * waist;
    const float inside = smooth_step(1.06F, 0.96F, edge);
    float value = inside * (0.20F + 0.30F * body) + 0.13F * body * bell(edge - 0.95F, 0.05F);
    value += 0.20F * inside * (bell(level - 0.13F + bend, 0.024F) + bell(level - 0.94F + bend, 0.024F));  // end plates
    for (const float side : {-0.58F, 0.58F}) {
        const float ring = std::hypot((across - side) / 0.16F, (level - 0.36F) / 0.13F);
        value += inside * (0.22F * bell(ring - 1, 0.25F) - 0.06F * bell(ring, 0.5F));  // pedicles
    }
    value += 0.22F * inside * bell(across, 0.11F) * smooth_step(0.42F, 0.6F, level) * smooth_step(1.0F, 0.85F, level);
    return value;
}

/// Behind: away from the spine and down. In front: fainter, the other way round.
float ribs(float x, float y) {
    float value = 0;
    const float side = x - spine_x(y), away = std::abs(side) / 256;
    const float start = smooth_step(0.08F, 0.16F, away);
    const auto rib = [](float distance, float half) {
        const float edge = std::abs(distance) / half;
        return 0.115F * smooth_step(1.05F, 0.85F, edge) + 0.085F * bell(edge - 0.92F, 0.11F);
    };
    const float lift =
        -26 * std::sin(std::numbers::pi_v<float> * std::min(1.0F, away * 1.1F)) + 88 * std::pow(away, 1.9F);
    for (int i = -2; i < 8; ++i) {
        const float middle = 20 + 66 * static_cast<float>(i) + lift * (side > 0 ? 1.0F : 0.8F);
        value += start * rib(y - middle, 9.5F);
    }
    for (int i = -1; i < 8; ++i) {
        const float middle = 130 + 72 * static_cast<float>(i) - 0.30F * x + 34 * bell(x - 470, 150);
        value += 0.42F * smooth_step(330, 470, x) * rib(y - middle, 11);
    }
    return value;
}

}  // namespace

Texture still_chest(int width, int height) {
    Texture value{width, height};
    auto mottle = normal_noise(width, height, 31), vessels = normal_noise(width, height, 37);
    mottle.blur(22, 22);
    vessels.blur(4, 7);
    for (int py = 0; py < height; ++py)
        for (int px = 0; px < width; ++px) {
            const float x = (static_cast<float>(px) + 0.5F) * chest_field / static_cast<float>(width);
            const float y = (static_cast<float>(py) + 0.5F) * chest_field / static_cast<float>(height);
            const float hilum = bell(std::hypot(x - 300, 0.8F * (y - 215)), 130);
            float mu = 0.30F + 0.10F * bell(y, 120) + 0.22F * bell(x - spine_x(y), 95);         // mediastinum
            mu += 0.10F * bell(x - 226 - 6 * std::sin(y / 60), 22) * smooth_step(420, 330, y);  // descending aorta
            mu += 0.24F * bell(std::hypot(x - 262, 0.9F * (y - 62)), 58);                       // arch
            mu += 5.0F * mottle.at(px, py) * 0.55F + vessels.at(px, py) * (0.25F + 0.75F * hilum);
            mu += spine(x, y) + ribs(x, y);
            mu += 0.10F * smooth_step(180, 330, std::hypot(x - 256, y - 256));  // the field falls off
            // blades of the collimator
            const float ax = std::abs(x - 256), ay = std::abs(y - 256);
            const float corner = std::hypot(std::max(0.0F, ax - 150), std::max(0.0F, ay - 150));
            mu += 3.2F * smooth_step(97, 104, corner);
            value.at(px, py) = mu;
        }
    return value;
}

}  // namespace devices

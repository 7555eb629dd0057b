#include "devices/echo_screen.hpp"

#include "devices/synthetic_heart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace devices {

using transport::Pixels;

namespace {

void plot(Pixels& picture, int x, int y, std::uint8_t luma, std::uint8_t u, std::uint8_t v) {
    if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
    picture.row(0, y)[x] = luma;
    picture.row(1, y / 2)[x / 2] = u;
    picture.row(2, y / 2)[x / 2] = v;
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

EchoScreen::EchoScreen(int width, int height, const EchoFan& fan)
    : width_{width},
      fan_{fan},
      apex_x_{0.5F * static_cast<float>(width)},
      apex_y_{0.045F * static_cast<float>(height)},
      pixels_per_cm_{std::min(0.855F * static_cast<float>(height), 0.69F * static_cast<float>(width)) / fan.depth_cm} {
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const float dx = (static_cast<float>(x) + 0.5F - apex_x_) / pixels_per_cm_;
            const float dz = (static_cast<float>(y) + 0.5F - apex_y_) / pixels_per_cm_;
            const float range = std::hypot(dx, dz);
            if (dz <= 0 || range >= fan.depth_cm || range < nearest_cm || std::abs(dx) > dz * std::tan(fan.half_angle))
                continue;
            const float beam = std::clamp((std::atan2(dx, dz) + fan.half_angle) / fan.radians_per_beam(), 0.0F,
                                          static_cast<float>(fan.beams) - 1.01F);
            const float sample = std::min(range / fan.cm_per_sample(), static_cast<float>(fan.samples) - 1.01F);
            const int b = static_cast<int>(beam), s = static_cast<int>(sample);
            pixels_.push_back({x, y, b * fan.samples + s,
                               static_cast<std::uint8_t>(256 * (beam - static_cast<float>(b))),
                               static_cast<std::uint8_t>(256 * (sample - static_cast<float>(s)))});
        }
}

void EchoScreen::draw_fan(const std::vector<std::uint8_t>& grey, Pixels& picture) const {
    for (const auto& pixel : pixels_) {
        const auto* here = grey.data() + pixel.source;
        const auto* beside = here + fan_.samples;
        const int first = here[0] * (256 - pixel.sample_share) + here[1] * pixel.sample_share;
        const int second = beside[0] * (256 - pixel.sample_share) + beside[1] * pixel.sample_share;
        const int value = (first * (256 - pixel.beam_share) + second * pixel.beam_share) >> 16;
        picture.row(0, pixel.y)[pixel.x] = static_cast<std::uint8_t>(value);
    }
}

void EchoScreen::draw_flow(const std::vector<std::int16_t>& flow, Pixels& picture) const {
    constexpr int slowest = 12;  // the machine's wall filter
    for (const auto& pixel : pixels_) {
        const int nearest =
            pixel.source + (pixel.sample_share > 127 ? 1 : 0) + (pixel.beam_share > 127 ? fan_.samples : 0);
        const int speed = flow[static_cast<std::size_t>(nearest)], fast = std::abs(speed);
        if (fast < slowest) continue;
        const int u = speed > 0 ? 118 - fast / 3 : 134 + fast * 5 / 8,
                  v = speed > 0 ? 148 + fast * 5 / 8 : 120 - fast / 4;
        plot(picture, pixel.x, pixel.y, static_cast<std::uint8_t>(60 + fast), static_cast<std::uint8_t>(u),
             static_cast<std::uint8_t>(v));
    }
}

/// Centimetres at the side, the grey scale, the probe's mark.
void EchoScreen::draw_scales(Pixels& picture) const {
    const int right =
        static_cast<int>(apex_x_ + pixels_per_cm_ * fan_.depth_cm * std::sin(fan_.half_angle)) + picture.width / 40;
    for (int cm = 0; cm <= static_cast<int>(fan_.depth_cm); ++cm) {
        const int y = static_cast<int>(apex_y_ + pixels_per_cm_ * static_cast<float>(cm));
        const int length = (cm % 5 == 0 ? 14 : 7) * picture.width / 800 + 2;
        for (int x = 0; x < length; ++x) plot(picture, right + x, y, cm % 5 == 0 ? 200 : 140, 128, 128);
    }
    const int bar = picture.height / 4, bar_x = picture.width / 40, bar_y = picture.height / 12;
    for (int y = 0; y < bar; ++y)
        for (int x = 0; x < picture.width / 66; ++x)
            plot(picture, bar_x + x, bar_y + y, static_cast<std::uint8_t>(255 - 255 * y / bar), 128, 128);
    const int radius = std::max(2, picture.height / 110), mark_y = static_cast<int>(apex_y_);
    const int mark_x = static_cast<int>(apex_x_) + 5 * radius;
    for (int y = -radius; y <= radius; ++y)
        for (int x = -radius; x <= radius; ++x)
            if (x * x + y * y <= radius * radius) plot(picture, mark_x + x, mark_y + y, 151, 100, 63);
}

void EchoScreen::show(const std::vector<std::uint8_t>& grey, float phase, Pixels& picture,
                      const std::vector<std::int16_t>& flow) const {
    for (int plane = 0; plane < 3; ++plane)
        std::fill_n(picture.row(plane, 0),
                    picture.planes[static_cast<std::size_t>(plane)].stride * picture.plane_height(plane),
                    plane == 0 ? std::uint8_t{0} : std::uint8_t{128});
    draw_fan(grey, picture);
    if (!flow.empty()) draw_flow(flow, picture);
    draw_scales(picture);
    draw_electrocardiogram(picture, phase);
}

transport::ImageGeometry EchoScreen::geometry() const {
    transport::ImageGeometry geometry;
    const double cm_per_pixel = 1 / static_cast<double>(pixels_per_cm_);
    geometry.spacing = transport::PixelSpacing{10 * cm_per_pixel, 10 * cm_per_pixel};
    const int half_width = static_cast<int>(pixels_per_cm_ * fan_.depth_cm * std::sin(fan_.half_angle));
    transport::UltrasoundRegion region;
    region.bounds = {width_ / 2 - half_width, static_cast<int>(apex_y_), 2 * half_width,
                     static_cast<int>(pixels_per_cm_ * fan_.depth_cm)};
    region.spatial_format = 1;
    region.data_type = 1;
    region.unit_x = region.unit_y = 3;
    region.delta_x = region.delta_y = cm_per_pixel;
    geometry.regions.push_back(region);
    transport::EchoSector sector;
    // Pixels count from the centre of the first.
    sector.apex_column = static_cast<double>(apex_x_) - 0.5;
    sector.apex_row = static_cast<double>(apex_y_) - 0.5;
    sector.from_mm = 10 * static_cast<double>(nearest_cm);
    sector.to_mm = 10 * static_cast<double>(fan_.depth_cm);
    sector.half_angle_degrees = static_cast<double>(fan_.half_angle) * 180 / std::numbers::pi;
    geometry.sector = sector;
    return geometry;
}

}  // namespace devices

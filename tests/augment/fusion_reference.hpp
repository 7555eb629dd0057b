// The picture that fusion is to draw, in double precision and without any haste.
#pragma once

#include "augment/fusion.hpp"
#include "augment/fusion_math.hpp"
#include "frames.hpp"

#include <numbers>
#include <vector>

namespace reference {

struct Plane {
    int width = 0;
    int height = 0;
    std::vector<double> values;
    [[nodiscard]] double at(int x, int y) const {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    }
};

/// A source's plane without its padding, halved `count` times.
inline Plane plane_of(const transport::Frame& frame, int plane, int count) {
    const auto& pixels = *frame.pixels;
    const int part = plane == 0 ? 1 : 2;
    Plane out{(frame.header.width + part - 1) / part, (frame.header.height + part - 1) / part, {}};
    for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x) out.values.push_back(pixels.row(plane, y)[x]);
    for (int i = 0; i < count; ++i) {
        Plane half{out.width / 2, out.height / 2, {}};
        for (int y = 0; y < half.height; ++y)
            for (int x = 0; x < half.width; ++x)
                half.values.push_back((out.at(2 * x, 2 * y) + out.at(2 * x + 1, 2 * y) + out.at(2 * x, 2 * y + 1) +
                                       out.at(2 * x + 1, 2 * y + 1)) /
                                      4);
        out = half;
    }
    return out;
}

/// Bilinear; the border's own pixels stand beyond the border.
inline double sample(const Plane& plane, double x, double y) {
    x = std::clamp(x, 0.0, plane.width - 1.0);
    y = std::clamp(y, 0.0, plane.height - 1.0);
    const int x0 = std::min(static_cast<int>(x), plane.width - 2);
    const int y0 = std::min(static_cast<int>(y), plane.height - 2);
    const double across = x - x0;
    const double down = y - y0;
    return (plane.at(x0, y0) * (1 - across) + plane.at(x0 + 1, y0) * across) * (1 - down) +
           (plane.at(x0, y0 + 1) * (1 - across) + plane.at(x0 + 1, y0 + 1) * across) * down;
}

inline std::uint8_t rounded(double value) {
    return static_cast<std::uint8_t>(std::lround(value));
}

inline void draw_image(transport::Pixels& canvas, const transport::Frame& frame, const transport::Rect& to) {
    const double scale = std::max(static_cast<double>(to.width) / frame.header.width,
                                  static_cast<double>(to.height) / frame.header.height);
    for (int plane = 0; plane < 3; ++plane) {
        const int part = plane == 0 ? 1 : 2;
        const bool neutral = plane >= frame.pixels->plane_count();
        const auto source = neutral ? Plane{} : plane_of(frame, plane, augment::halvings(scale));
        const int width = to.width / part;
        const int height = to.height / part;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                canvas.row(plane, to.y / part + y)[to.x / part + x] =
                    neutral ? std::uint8_t{128}
                            : rounded(sample(source, (x + 0.5) * source.width / width - 0.5,
                                             (y + 0.5) * source.height / height - 0.5));
    }
}

/// The echo's plane at a place of the canvas (luma coordinates).
struct Warp {
    augment::EchoOverlay overlay;
    augment::Mat3 map;  ///< echo from canvas
    int halvings;
    std::vector<Plane> planes;
    int width, height;
    [[nodiscard]] augment::Vec2 echo_at(double x, double y) const {
        const auto p = map * augment::Vec3{x, y, 1};
        return {p.x / p.z, p.y / p.z};
    }
    [[nodiscard]] bool covers(double x, double y) const {
        if (!((map * augment::Vec3{x, y, 1}).z > 0)) return false;
        const auto [column, row] = echo_at(x, y);
        if (column < -0.5 || row < -0.5 || column > width - 0.5 || row > height - 0.5) return false;
        if (!overlay.sector) return true;
        const auto& sector = *overlay.sector;
        const double lateral = (column - sector.apex_column) * overlay.spacing.x_mm_per_pixel;
        const double depth = (row - sector.apex_row) * overlay.spacing.y_mm_per_pixel;
        const double radius = std::hypot(lateral, depth);
        const double angle = std::atan2(std::abs(lateral), depth) * 180 / std::numbers::pi;
        return radius >= sector.from_mm && radius <= sector.to_mm && angle <= sector.half_angle_degrees;
    }
    [[nodiscard]] std::uint8_t at(std::size_t plane, double x, double y) const {
        if (plane >= planes.size()) return 128;
        const auto [column, row] = echo_at(x, y);
        const double scale = plane == 0 ? 1 << halvings : 2 << halvings;
        return rounded(sample(planes[plane], (column + 0.5) / scale - 0.5, (row + 0.5) / scale - 0.5));
    }
};

/// Canvas pixels per echo pixel in the middle of the echo, by taking a short step.
inline double scale_of(const augment::Mat3& canvas_from_echo, double x, double y) {
    const auto at = [&](double dx, double dy) {
        const auto p = canvas_from_echo * augment::Vec3{x + dx, y + dy, 1};
        return augment::Vec2{p.x / p.z, p.y / p.z};
    };
    constexpr double step = 1e-3;
    const auto right = at(step, 0) - at(0, 0);
    const auto down = at(0, step) - at(0, 0);
    return std::sqrt(std::abs(right.x * down.y - right.y * down.x)) / step;
}

inline Warp warp_of(const augment::Scene& scene) {
    const auto& echo = *scene.frames.ultrasound;
    const auto& map = scene.overlay->canvas_from_echo;
    const int width = echo.header.width;
    const int height = echo.header.height;
    const double scale = scale_of(map, (width - 1) / 2.0, (height - 1) / 2.0);
    Warp out{*scene.overlay, augment::inverse(map), augment::halvings(scale), {}, width, height};
    for (int plane = 0; plane < echo.pixels->plane_count(); ++plane)
        out.planes.push_back(plane_of(echo, plane, out.halvings));
    return out;
}

inline void blend(transport::Pixels& canvas, const augment::Scene& scene) {
    const auto warp = warp_of(scene);
    const auto& box = scene.plan.place(transport::Modality::xray).image;
    const auto opacity = static_cast<std::int16_t>(augment::opacity_steps(scene.opacity));
    for (int y = box.y; y < box.y + box.height; y += 2)
        for (int x = box.x; x < box.x + box.width; x += 2) {
            auto u = warp.at(1, x + 0.5, y + 0.5);
            auto v = warp.at(2, x + 0.5, y + 0.5);
            const auto colour = augment::tint(u, v);
            int sum = 2;  // rounds the mean of four
            int lumas = 2;
            for (int i = 0; i < 4; ++i) {
                const int px = x + i % 2;
                const int py = y + i / 2;
                if (!warp.covers(px, py)) continue;
                auto& luma = canvas.row(0, py)[px];
                const auto echo = warp.at(0, px, py);
                const auto seen = scene.colour_only ? std::uint8_t{0} : echo;
                const auto share = augment::alpha(seen, colour, opacity);
                luma = augment::mix(luma, echo, share);
                sum += share;
                lumas += echo;
            }
            if (scene.hue != transport::EchoHue::grey && colour == 0) {
                const int mean = lumas / 4;
                const double gain = (scene.hue == transport::EchoHue::gold ? -1 : 1) * mean / 128.0;
                u = static_cast<std::uint8_t>(std::lround(128 + 34 * gain));
                v = static_cast<std::uint8_t>(std::lround(128 - 17 * gain));
            }
            auto* const row_u = canvas.row(1, y / 2);
            auto* const row_v = canvas.row(2, y / 2);
            row_u[x / 2] = augment::mix(row_u[x / 2], u, static_cast<std::int16_t>(sum / 4));
            row_v[x / 2] = augment::mix(row_v[x / 2], v, static_cast<std::int16_t>(sum / 4));
        }
}

/// Images and blend; codes are not drawn.
inline transport::SharedPixels draw(const augment::Scene& scene) {
    const auto out = transport::PixelPool{}.get(transport::PixelFormat::i420, scene.plan.width, scene.plan.height);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y)
            std::fill_n(out->row(plane, y), out->plane_width(plane), std::uint8_t(plane == 0 ? 0 : 128));
    const auto& places = scene.plan.places;
    if (scene.frames.xray && !places[1].image.empty()) draw_image(*out, *scene.frames.xray, places[1].image);
    if (scene.overlay && scene.frames.ultrasound && scene.frames.xray) blend(*out, scene);
    if (scene.frames.ultrasound && !places[0].image.empty())
        draw_image(*out, *scene.frames.ultrasound, places[0].image);
    if (scene.frames.camera && !places[2].image.empty()) draw_image(*out, *scene.frames.camera, places[2].image);
    return out;
}

/// How far two pictures are from each other, over all planes.
struct Difference {
    int most = 0;
    double mean = 0;
    double above_two = 0;  ///< share of the samples
};
/// `counts(plane, x, y)` tells which samples are compared.
inline Difference difference(const transport::Pixels& a, const transport::Pixels& b, auto counts) {
    Difference out;
    double samples = 0;
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < a.plane_height(plane); ++y)
            for (int x = 0; x < a.plane_width(plane); ++x) {
                if (!counts(plane, x, y)) continue;
                const int off = std::abs(a.row(plane, y)[x] - b.row(plane, y)[x]);
                out.most = std::max(out.most, off);
                out.mean += off;
                out.above_two += off > 2 ? 1 : 0;
                ++samples;
            }
    out.mean /= samples;
    out.above_two /= samples;
    return out;
}
inline Difference difference(const transport::Pixels& a, const transport::Pixels& b) {
    return difference(a, b, [](int, int, int) { return true; });
}

}  // namespace reference

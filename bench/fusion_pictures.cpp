#include "bench/fusion_pictures.hpp"

#include "augment/fusion_rows.hpp"
#include "augment/geometry.hpp"
#include "transport/pool.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bench {

using namespace transport;

namespace {

constexpr int echo_width = 800;
constexpr int echo_height = 600;
constexpr int xray_size = 1024;
constexpr int pictures_in_loop = 6;  // more than the caches near the cores hold
constexpr int poses_in_loop = 60;
constexpr PixelSpacing echo_spacing{0.2, 0.2};

SharedPixels picture(int width, int height, auto value) {
    auto out = PixelPool{}.get(PixelFormat::i420, width, height);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y)
            for (int x = 0; x < out->plane_width(plane); ++x)
                out->row(plane, y)[x] = static_cast<std::uint8_t>(std::clamp<double>(value(plane, x, y), 0, 255));
    return out;
}

/// Speckle in a sector, a patch of flow in colour.
SharedPixels echo_picture(int phase) {
    return picture(echo_width, echo_height, [&](int plane, int px, int py) -> double {
        const double scale = plane == 0 ? 1 : 2;
        const double x = (px + 0.5) * scale - echo_width / 2.0;
        const double y = (py + 0.5) * scale;
        const bool flow = std::hypot(x - 40, y - 300 - 10 * phase) < 60;
        if (plane > 0) return flow ? (plane == 1 ? 90 : 220) : 128;
        const bool sector = std::abs(std::atan2(x, y)) < 0.65 && std::hypot(x, y) < 590;
        const double grain = std::sin(px * 0.7 + 2 * std::sin(py * 0.31 + phase)) * std::cos(py * 0.6 - phase);
        return sector ? 110 + 90 * grain : 0;
    });
}

/// A bright field with ribs and a wire.
SharedPixels xray_picture(int phase) {
    return picture(xray_size, xray_size, [&](int plane, int px, int py) -> double {
        if (plane > 0) return 128;
        const double x = static_cast<double>(px) / xray_size;
        const double y = static_cast<double>(py) / xray_size;
        const double wire = std::exp(-std::pow((x - 0.5 - 0.2 * std::sin(4 * y + 0.1 * phase)) * 400, 2));
        return 150 + 40 * std::sin(20 * y + 3 * x + 0.2 * phase) - 90 * wire;
    });
}

/// A C-arm that swings by 20°, a probe that turns and breathes.
augment::EchoOverlay pose(const Rect& image, double turn) {
    const double swing = std::sin(2 * std::numbers::pi * turn);
    const CArmGeometry c_arm{.primary_angle_degrees = 10 * swing,
                             .secondary_angle_degrees = 5 * std::cos(2 * std::numbers::pi * turn),
                             .source_detector_mm = 1200,
                             .source_isocentre_mm = 765};
    const augment::XrayCamera camera{
        c_arm, augment::DetectorImage::centred(xray_size, xray_size, {0.2, 0.2}, c_arm.source_detector_mm)};
    // The array looks towards the feet, its plane 25° off the one that faces the source.
    const double lean = (155 + 10 * swing) * std::numbers::pi / 180;
    const auto upright =
        augment::rows_of({1, 0, 0}, {0, std::cos(lean), -std::sin(lean)}, {0, std::sin(lean), std::cos(lean)});
    const augment::EchoPlane plane{echo_spacing, {(echo_width - 1) / 2.0, 0}, 0.15 * swing};
    const augment::Rigid world_from_array{upright, {4 * swing, 0, 55}};
    const augment::EchoInXray geometry{camera, world_from_array, plane};
    const double scale = static_cast<double>(image.width) / xray_size;
    const auto canvas_from_xray =
        augment::rows_of({scale, 0, image.x + scale / 2 - 0.5}, {0, scale, image.y + scale / 2 - 0.5}, {0, 0, 1});
    EchoSector sector;
    sector.apex_column = plane.apex.x;
    sector.apex_row = plane.apex.y;
    sector.from_mm = 5;
    sector.to_mm = 118;
    sector.half_angle_degrees = 37;
    return {canvas_from_xray * geometry.homography(), sector, echo_spacing};
}

Frame source_frame(Modality modality, const SharedPixels& pixels) {
    Frame out;
    out.header.modality = modality;
    out.header.width = pixels->width;
    out.header.height = pixels->height;
    out.pixels = pixels;
    return out;
}

}  // namespace

FusionPictures::FusionPictures(int seed)
    : plan_{augment::plan(Layout::fused, width, height, {{{echo_width, echo_height}, {xray_size, xray_size}, {}}}, {},
                          false)} {
    for (int i = 0; i < pictures_in_loop; ++i) {
        echoes_.push_back(echo_picture(i + seed));
        xrays_.push_back(xray_picture(i + seed));
    }
    for (int i = 0; i < poses_in_loop; ++i)
        overlays_.push_back(pose(plan_.place(Modality::xray).image, static_cast<double>(i) / poses_in_loop));
}

augment::Paired FusionPictures::frames(std::size_t number) const {
    augment::Paired out;
    out.leader = Modality::xray;
    out.ultrasound = source_frame(Modality::ultrasound, echoes_[number % echoes_.size()]);
    out.xray = source_frame(Modality::xray, xrays_[number % xrays_.size()]);
    return out;
}

const augment::EchoOverlay& FusionPictures::moving(std::size_t number) const {
    return overlays_[number % overlays_.size()];
}

double FusionPictures::least_bytes() const {
    return 1.5 * (static_cast<double>(width) * height + static_cast<double>(echo_width) * echo_height +
                  static_cast<double>(xray_size) * xray_size);
}

double FusionPictures::covered() const {
    const auto sources = frames(0);
    const auto canvas = PixelPool{}.get(PixelFormat::i420, width, height);
    double covered = 0;
    double all = 0;
    for (const auto& overlay : overlays_) {
        const auto steps = augment::steps_for(*canvas, {plan_, sources, 0.5, overlay});
        if (!steps.blend) continue;
        const augment::EchoBorder border{*steps.blend};
        const auto& to = steps.blend->to;
        for (int y = to.y; y < to.y + to.height; ++y)
            for (const auto& stretch : border.covered(y)) covered += stretch.to - stretch.from;
        all += static_cast<double>(to.width) * to.height;
    }
    return all > 0 ? covered / all : 0;
}

}  // namespace bench

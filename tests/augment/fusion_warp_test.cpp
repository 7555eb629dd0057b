// Goal A2: what the warp draws, against the line of sight of each pixel of the X-ray picture.
#include "augment/geometry.hpp"
#include "fusion_scenes.hpp"

#include <gtest/gtest.h>

namespace {

constexpr double levels_per_pixel = 10;
constexpr double lowest = 88;  // bright enough to cover the X-ray wholly
constexpr double ramp_pixels = 16;

/// Up and down again, steep enough that a level of grey is a tenth of a pixel.
double grey_at(double position) {
    const double phase = std::fmod(position, 2 * ramp_pixels);
    return lowest + levels_per_pixel * std::min(phase, 2 * ramp_pixels - phase);
}
double from_corner(double position) {
    const double phase = std::fmod(position, ramp_pixels);
    return std::min(phase, ramp_pixels - phase);
}

/// The farthest that any pixel lies from where its line of sight pierces the echo's plane, echo pixels.
double worst(const augment::EchoInXray& geometry, bool columns) {
    constexpr int size = 512;
    auto example = scenes::example("", transport::Layout::fused, frames::echo(800, 600), frames::xray(size, size));
    example.frames.ultrasound->pixels =
        frames::picture(transport::PixelFormat::i420, 800, 600,
                        [&](int plane, int x, int y) { return plane > 0 ? 128 : grey_at(columns ? x : y); });
    const auto& image = example.plan.place(transport::Modality::xray).image;
    const double scale = static_cast<double>(image.width) / size;
    const auto canvas_from_xray =
        augment::rows_of({scale, 0, image.x + scale / 2 - 0.5}, {0, scale, image.y + scale / 2 - 0.5}, {0, 0, 1});
    example.overlay = augment::EchoOverlay{canvas_from_xray * geometry.homography()};
    example.opacity = 1;
    const auto canvas = scenes::dirty_canvas(example.plan);
    augment::make_fusion_cpu()->draw(*canvas, example.scene());
    double off = 0;
    int seen = 0;
    for (int y = image.y; y < image.y + image.height; ++y)
        for (int x = image.x; x < image.x + image.width; ++x) {
            const augment::Vec2 pixel{(x - image.x + 0.5) / scale - 0.5, (y - image.y + 0.5) / scale - 0.5};
            const auto answer = geometry.to_echo(pixel, 5);
            if (!answer || !answer->point) continue;
            const auto [column, row] = *answer->point;
            if (column < 2 || row < 2 || column > 797 || row > 597) continue;
            const double position = columns ? column : row;
            if (from_corner(position) < 1.1) continue;  // bilinear cuts the corners
            off = std::max(off, std::abs(canvas->row(0, y)[x] - grey_at(position)) / levels_per_pixel);
            ++seen;
        }
    EXPECT_GT(seen, 20'000);
    return off;
}

TEST(FusionWarp, lies_within_a_tenth_of_a_pixel_of_each_pixels_line_of_sight) {
    const transport::CArmGeometry c_arm{.primary_angle_degrees = 25,
                                        .secondary_angle_degrees = -15,
                                        .source_detector_mm = 1200,
                                        .source_isocentre_mm = 765};
    const augment::XrayCamera camera{c_arm, augment::DetectorImage::centred(512, 512, {0.4, 0.4}, 1200)};
    const augment::EchoPlane plane{{0.2, 0.2}, {399.5, 10}, 0.5};
    const auto facing = augment::transposed(camera.rotation());
    for (const double tilt : {0.0, 0.6, 1.1}) {
        const auto lean = augment::rows_of({1, 0, 0}, {0, std::cos(1.57 - tilt), -std::sin(1.57 - tilt)},
                                           {0, std::sin(1.57 - tilt), std::cos(1.57 - tilt)});
        const augment::EchoInXray geometry{camera, {facing * lean, {5, -10, 40}}, plane};
        const double across = worst(geometry, true);
        const double down = worst(geometry, false);
        EXPECT_LE(across, 0.1) << tilt;
        EXPECT_LE(down, 0.1) << tilt;
        RecordProperty("tilt_" + std::to_string(tilt) + "_px", std::to_string(std::max(across, down)));
    }
}

}  // namespace

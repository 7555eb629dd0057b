#include "devices/devices.hpp"
#include "fakes/stepped_clock.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace {

using capture::Reading;
using transport::Modality;
using transport::Stage;

std::string recording(const std::string& name) {
    const char* folder = std::getenv("SCIALYTIC_DATA");
    return std::string{folder ? folder : PROJECT_DIR "/../shared/data"} + "/" + name;
}

#define NEEDS(name) \
    if (!std::filesystem::exists(recording(name))) GTEST_SKIP() << name

/// Largest distance of any chroma sample from grey.
int colour(const transport::Pixels& picture) {
    int most = 0;
    for (int plane = 1; plane < picture.plane_count(); ++plane)
        for (int y = 0; y < picture.height / 2; ++y)
            for (int x = 0; x < picture.width / 2; ++x) most = std::max(most, std::abs(picture.row(plane, y)[x] - 128));
    return most;
}

TEST(Recordings, the_malformed_echo_plays_all_its_frames_with_one_warning) {
    constexpr auto name = "ultrasound/echo_a4c_bmode_65f.dcm";
    NEEDS(name);
    fakes::SteppedClock clock;
    const auto source = devices::open_source(recording(name), Modality::ultrasound, {}, clock);
    EXPECT_THAT(source->info().warnings, testing::ElementsAre(testing::HasSubstr("65 frames")));
    EXPECT_THAT(source->info().description, testing::Not(testing::HasSubstr("12975")));
    transport::Frame first, frame;
    ASSERT_EQ(source->next(first, {}), Reading::ready);
    const auto start = *first.header.timeline.at(Stage::acquired);
    std::vector<transport::SharedPixels> seen{first.pixels};
    for (int i = 1; i < 65; ++i) {
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        seen.push_back(frame.pixels);
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(frame.pixels, first.pixels);
    const auto loop = *frame.header.timeline.at(Stage::acquired) - start;
    EXPECT_NEAR(static_cast<double>(loop.count()), 65e6 / 26.2, 20'000);
    EXPECT_NEAR(first.header.geometry.spacing->y_mm_per_pixel, 0.5248, 1e-4);
    // the study's code stands in the first rows
    for (int y = 0; y < 32; ++y)
        EXPECT_EQ(std::count(first.pixels->row(0, y), first.pixels->row(0, y) + first.pixels->width, 0),
                  first.pixels->width);
}

TEST(Recordings, colour_doppler_keeps_its_colour) {
    for (const auto* name :
         {"ultrasound/echo_plax_colordoppler_10f_palette_jpegls.dcm", "ultrasound/tee_colordoppler_still_rgb.dcm"}) {
        NEEDS(name);
        fakes::SteppedClock clock;
        const auto source = devices::open_source(recording(name), Modality::ultrasound, {}, clock);
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        EXPECT_GT(colour(*frame.pixels), 90) << name;
    }
}

TEST(Recordings, the_angiogram_and_the_fluoroscopies_play_at_their_rates) {
    const std::vector<std::pair<std::string, std::int64_t>> expected{
        {"xray/xa_coronary_rca_96f_jpeg.dcm", 33000},
        {"xray/fluoro_coronary_phantom/IM1_LAO31_CAU0.dcm", 66667},
        {"xray/fluoro_coronary_phantom/IM2_RAO27_CAU0.dcm", 66667},
        {"xray/fluoro_coronary_phantom/IM3_RAO1_CAU23.dcm", 66667},
        {"xray/fluoro_coronary_phantom/IM5_RAO27_CAU33.dcm", 66667}};
    for (const auto& [name, period] : expected) {
        NEEDS(name);
        fakes::SteppedClock clock;
        const auto source = devices::open_source(recording(name), Modality::xray, {}, clock);
        EXPECT_EQ(source->info().period.count(), period) << name;
        EXPECT_THAT(source->info().warnings, testing::IsEmpty());
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        EXPECT_EQ(frame.header.width, 512);
        ASSERT_TRUE(frame.header.geometry.c_arm.has_value());
    }
}

TEST(Recordings, the_phantoms_geometry_is_as_stored) {
    constexpr auto name = "xray/fluoro_coronary_phantom/IM1_LAO31_CAU0.dcm";
    NEEDS(name);
    fakes::SteppedClock clock;
    transport::Frame frame;
    ASSERT_EQ(devices::open_source(recording(name), Modality::xray, {}, clock)->next(frame, {}), Reading::ready);
    EXPECT_EQ(frame.header.geometry.c_arm, (transport::CArmGeometry{31.3, 0.1, 860, 720}));
    EXPECT_NEAR(frame.header.geometry.spacing->x_mm_per_pixel, 200.0 / 512, 1e-9);
}

TEST(Recordings, the_motion_jpeg_stream_plays_at_25_or_as_told) {
    constexpr auto name = "ultrasound/echo_a4c_bmode_65f_frames.mjpeg";
    NEEDS(name);
    for (const auto& [rate, period] : std::vector<std::pair<double, std::int64_t>>{{0, 40000}, {50, 20000}}) {
        fakes::SteppedClock clock;
        devices::SourceSettings settings;
        settings.frames_per_second = rate;
        const auto source = devices::open_source(recording(name), Modality::ultrasound, settings, clock);
        const auto start = clock.now();
        for (int i = 0; i < 140; ++i) {  // twice over the loop's end
            transport::Frame frame;
            ASSERT_EQ(source->next(frame, {}), Reading::ready);
            EXPECT_EQ((*frame.header.timeline.at(Stage::acquired) - start).count(), i * period);
            EXPECT_EQ(frame.header.width, 576);
        }
    }
}

}  // namespace

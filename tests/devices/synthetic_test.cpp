#include "devices/devices.hpp"
#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

namespace {

using capture::Reading;
using transport::Modality;

bool same(const transport::Pixels& a, const transport::Pixels& b) {
    for (int plane = 0; plane < a.plane_count(); ++plane)
        for (int y = 0; y < a.plane_height(plane); ++y)
            if (std::memcmp(a.row(plane, y), b.row(plane, y), static_cast<std::size_t>(a.plane_width(plane))) != 0)
                return false;
    return true;
}

devices::SourceSettings at_rate(double frames_per_second) {
    devices::SourceSettings settings;
    settings.frames_per_second = frames_per_second;
    return settings;
}

/// Mean luma of a rectangle.
double mean(const transport::Pixels& picture, transport::Rect where) {
    double sum = 0;
    for (int y = where.y; y < where.y + where.height; ++y)
        for (int x = where.x; x < where.x + where.width; ++x) sum += picture.row(0, y)[x];
    return sum / (where.width * where.height);
}

TEST(Synthetic, no_two_consecutive_frames_are_the_same_even_over_the_loops_end) {
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        fakes::SteppedClock clock;
        const auto source = devices::open_source("synthetic?width=160&height=120", modality, {}, clock);
        transport::Frame before, frame;
        ASSERT_EQ(source->next(before, {}), Reading::ready);
        for (int i = 0; i < 70; ++i, before = frame) {
            ASSERT_EQ(source->next(frame, {}), Reading::ready);
            EXPECT_FALSE(same(*before.pixels, *frame.pixels)) << i;
        }
    }
}

TEST(Synthetic, is_the_same_every_time) {
    fakes::SteppedClock clock;
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        transport::Frame one, other;
        ASSERT_EQ(devices::open_source("synthetic?width=160&height=120", modality, {}, clock)->next(one, {}),
                  Reading::ready);
        ASSERT_EQ(devices::open_source("synthetic?width=160&height=120", modality, {}, clock)->next(other, {}),
                  Reading::ready);
        EXPECT_TRUE(same(*one.pixels, *other.pixels));
    }
}

TEST(Synthetic, echo_tells_its_geometry_and_stays_inside_its_region) {
    fakes::SteppedClock clock;
    const auto source = devices::open_source("synthetic", Modality::ultrasound, {}, clock);
    EXPECT_EQ(source->info().width, 800);
    EXPECT_EQ(source->info().height, 600);
    EXPECT_EQ(source->info().period, transport::Microseconds{33333});
    transport::Frame frame;
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(frame.pixels->format, transport::PixelFormat::i420);
    ASSERT_EQ(frame.header.geometry.regions.size(), 1U);
    const auto& region = frame.header.geometry.regions.front();
    ASSERT_TRUE(frame.header.geometry.spacing.has_value());
    // 16 cm deep
    EXPECT_NEAR(frame.header.geometry.spacing->y_mm_per_pixel * region.bounds.height, 160, 1);
    EXPECT_GT(mean(*frame.pixels, region.bounds), 20);
    EXPECT_LT(mean(*frame.pixels, {region.bounds.x - 20, region.bounds.y, 15, 400}), 1);
}

TEST(Synthetic, the_echo_beats) {
    fakes::SteppedClock clock;
    const auto source = devices::open_source("synthetic", Modality::ultrasound, {}, clock);
    // the left ventricle near its apex: dark when full, filled by wall when squeezed
    double darkest = 255, brightest = 0;
    for (int i = 0; i < 30; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        const auto luma = mean(*frame.pixels, {408, 160, 10, 50});
        darkest = std::min(darkest, luma);
        brightest = std::max(brightest, luma);
    }
    EXPECT_GT(brightest, darkest + 20);
}

TEST(Synthetic, xray_is_grey_and_tells_the_c_arm) {
    fakes::SteppedClock clock;
    const auto source = devices::open_source("synthetic", Modality::xray, at_rate(60), clock);
    transport::Frame frame;
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(frame.pixels->format, transport::PixelFormat::gray8);
    EXPECT_EQ(frame.header.width, 512);
    EXPECT_EQ(frame.header.period, transport::Microseconds{16667});
    EXPECT_EQ(frame.header.geometry.c_arm, (transport::CArmGeometry{30, 10, 1000, 700}));
    EXPECT_EQ(frame.header.geometry.spacing, (transport::PixelSpacing{0.4, 0.4}));
    EXPECT_LT(mean(*frame.pixels, {0, 0, 12, 12}), 20) << "collimated corner";
    EXPECT_GT(mean(*frame.pixels, {40, 240, 60, 60}), 100) << "lung";
}

TEST(Synthetic, follows_the_pedal) {
    fakes::SteppedClock clock;
    const auto source =
        devices::open_source("synthetic?width=64&height=64&pedal=0.5,0.2", Modality::xray, at_rate(20), clock);
    std::string pedal;
    for (int i = 0; i < 20; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        pedal += frame.header.beam_on ? '1' : '0';
    }
    EXPECT_EQ(pedal, "11111111110000111111");
}

TEST(Synthetic, names_what_it_does_not_understand) {
    fakes::SteppedClock clock;
    for (const auto* wish :
         {"widht=3", "width=", "width=12", "width=99999", "pedal=8", "pedal=0,4", "pedal=a,b", "=", "height=600x"}) {
        try {
            (void)devices::open_source(std::string{"synthetic?"} + wish, Modality::xray, {}, clock);
            FAIL() << wish;
        } catch (const std::runtime_error& error) {
            const std::string line = error.what();
            EXPECT_NE(line.find(std::string{"'"} + wish + "'"), std::string::npos) << line;
            EXPECT_NE(line.find("pedal=ON,OFF"), std::string::npos);
        }
    }
    EXPECT_THROW((void)devices::open_source("synthetic", Modality::camera, {}, clock), std::runtime_error);
}

}  // namespace

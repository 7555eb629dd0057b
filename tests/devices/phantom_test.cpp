#include "augment/probe_head.hpp"
#include "devices/devices.hpp"
#include "devices/phantom_echo.hpp"
#include "devices/phantom_truth.hpp"
#include "devices/phantom_xray.hpp"
#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <utility>

namespace {

using augment::Vec2;
using augment::Vec3;
using capture::Reading;
using devices::phantom_truth;
using transport::Modality;
using transport::Stage;
using transport::timestamp;
using namespace std::chrono_literals;

/// Some instants of the loop, none of them like another.
constexpr std::array instants{0, 333'333, 1'270'000, 2'400'000, 3'100'000};

bool same_pixels(const transport::Pixels& a, const transport::Pixels& b) {
    for (int plane = 0; plane < a.plane_count(); ++plane)
        for (int y = 0; y < a.plane_height(plane); ++y)
            if (std::memcmp(a.row(plane, y), b.row(plane, y), static_cast<std::size_t>(a.plane_width(plane))) != 0)
                return false;
    return true;
}

/// Mean difference of the luma, grey levels.
double mean_difference(const transport::Pixels& a, const transport::Pixels& b) {
    double sum = 0;
    for (int y = 0; y < a.height; ++y)
        for (int x = 0; x < a.width; ++x) sum += std::abs(a.row(0, y)[x] - b.row(0, y)[x]);
    return sum / (a.width * a.height);
}

/// Of the values around a pixel, as far as they exceed `floor`.
template <typename Value>
Vec2 centroid(Vec2 around, int reach, double floor, const Value& value) {
    const int x0 = static_cast<int>(std::lround(around.x)), y0 = static_cast<int>(std::lround(around.y));
    double sum = 0, sum_x = 0, sum_y = 0;
    for (int y = y0 - reach; y <= y0 + reach; ++y)
        for (int x = x0 - reach; x <= x0 + reach; ++x) {
            const double weight = std::max(0.0, static_cast<double>(value(x, y)) - floor);
            sum += weight;
            sum_x += weight * x;
            sum_y += weight * y;
        }
    return {sum_x / sum, sum_y / sum};
}

double apart(Vec2 a, Vec2 b) {
    return length(a - b);
}

augment::Rigid plane_from_world(const devices::PhantomTruth& truth) {
    const augment::Rigid array_from_plane{augment::turn_about_z(truth.multiplane_degrees * std::numbers::pi / 180), {}};
    return augment::inverse(truth.world_from_array * array_from_plane);
}

devices::SourceSettings phantom_at(double frames_per_second) {
    devices::SourceSettings settings;
    settings.frames_per_second = frames_per_second;
    return settings;
}

TEST(PhantomTruth, comes_again_with_each_loop_and_moves_without_a_jump) {
    for (const auto at : instants) {
        const auto now = phantom_truth(timestamp(at)), later = phantom_truth(timestamp(at) + 7 * devices::phantom_loop);
        EXPECT_EQ(now.landmarks, later.landmarks);
        EXPECT_EQ(now.world_from_array.rotation, later.world_from_array.rotation);
        EXPECT_EQ(now.catheter_tip, later.catheter_tip);
    }
    for (int ms = 0; ms < 4000; ++ms) {  // over the end of the loop too
        const auto now = phantom_truth(timestamp(ms * 1000), {true, 90}),
                   next = phantom_truth(timestamp(ms * 1000 + 1000), {true, 90});
        for (std::size_t i = 0; i < now.landmarks.size(); ++i)
            ASSERT_LT(length(next.landmarks[i] - now.landmarks[i]), 0.25) << ms;  // 25 cm/s
        ASSERT_LT(length(next.catheter_tip - now.catheter_tip), 0.25) << ms;
        ASSERT_LT(length(next.world_from_array.translation - now.world_from_array.translation), 0.02) << ms;
        ASSERT_LT(std::abs(next.c_arm.primary_angle_degrees - now.c_arm.primary_angle_degrees), 0.06) << ms;
    }
}

TEST(PhantomTruth, breathes_and_beats) {
    const auto out = phantom_truth(timestamp(0)), in = phantom_truth(timestamp(2'000'000 - 400'000));
    EXPECT_EQ(out.moment.breath, 0);
    EXPECT_EQ(phantom_truth(timestamp(2'000'000)).moment.breath, 1);
    // the same phase of the beat, two beats later
    EXPECT_NEAR(in.moment.phase, out.moment.phase, 1e-9);
    const double carried = out.landmarks[0].z - in.landmarks[0].z;
    EXPECT_GT(carried, 10);
    EXPECT_LT(carried, 15);
    // the annulus goes towards the apex in systole
    const auto systole = phantom_truth(timestamp(8 * 35'000));
    EXPECT_GT(length(systole.landmarks[0] - out.landmarks[0]), 5);
    EXPECT_LT(length(systole.landmarks[7] - out.landmarks[7]), 4);
}

TEST(PhantomTruth,
     the_standing_c_arm_faces_the_planes_of_sixty_to_ninety_degrees_and_the_swinging_one_passes_the_edge) {
    const auto facing = [](const devices::PhantomTruth& truth) {
        const auto camera = devices::phantom_camera(truth, 512, 512);
        const augment::EchoPlane plane{{0.27, 0.27}, {400, 26}, truth.multiplane_degrees * std::numbers::pi / 180};
        return augment::EchoInXray{camera, truth.world_from_array, plane}.facing({400, 250});
    };
    double least = 1, most = -1;
    for (int ms = 0; ms < 4000; ms += 50) {
        for (const double multiplane : {60.0, 75.0, 90.0})
            EXPECT_GE(std::abs(facing(phantom_truth(timestamp(ms * 1000), {false, multiplane}))), 0.5);
        const double swung = facing(phantom_truth(timestamp(ms * 1000), {true, 90}));
        least = std::min(least, swung);
        most = std::max(most, swung);
    }
    EXPECT_LT(least, -0.34);
    EXPECT_GT(most, 0.34);
}

TEST(PhantomXray, each_landmark_casts_its_shadow_where_the_camera_projects_it) {
    for (const bool swings : {false, true})
        for (const auto at : instants) {
            devices::Fluoroscopy wishes;
            wishes.scene.c_arm_swings = swings;
            const devices::PhantomFluoroscope fluoroscope{wishes};
            const auto truth = phantom_truth(timestamp(at), wishes.scene);
            const auto shadow = fluoroscope.attenuation(truth, {false, false, false, true});
            const auto camera = devices::phantom_camera(truth, wishes.width, wishes.height);
            for (const auto& landmark : truth.landmarks) {
                const auto expected = *camera.project(landmark);
                const bool alone = std::ranges::count_if(truth.landmarks, [&](const auto& other) {
                                       return apart(*camera.project(other), expected) < 16;
                                   }) == 1;
                if (!alone) continue;
                const auto seen = centroid(expected, 8, 0, [&](int x, int y) { return shadow.at(x, y); });
                EXPECT_LT(apart(seen, expected), 0.1) << at;
            }
        }
}

TEST(PhantomXray, each_contact_of_the_probe_casts_its_shadow_where_the_camera_projects_it) {
    const auto solids = augment::probe_head();
    for (const auto at : instants) {
        const devices::PhantomFluoroscope fluoroscope{{}};
        const auto truth = phantom_truth(timestamp(at));
        const auto shadow = fluoroscope.attenuation(truth, {false, true, false, false});
        const auto camera = devices::phantom_camera(truth, 512, 512);
        const auto probe_from_world = augment::inverse(truth.world_from_array);
        for (const std::size_t contact : {4U, 5U}) {
            const auto expected =
                *camera.project(truth.world_from_array(0.5 * (solids[contact].from + solids[contact].to)));
            // what the others leave
            const auto rest = [&](int x, int y) {
                const auto ray = camera.ray_through({static_cast<double>(x), static_cast<double>(y)});
                auto sum = static_cast<double>(shadow.at(x, y));
                for (std::size_t i = 0; i < solids.size(); ++i)
                    if (i != contact && i + 1 != solids.size())
                        sum -= solids[i].per_mm * chord_mm(solids[i], probe_from_world(ray.origin),
                                                           probe_from_world.rotation * ray.direction);
                return sum;
            };
            EXPECT_LT(apart(centroid(expected, 9, 0.02, rest), expected), 0.5) << at << ", solid " << contact;
        }
    }
}

TEST(PhantomXray, the_catheter_ends_at_its_tip) {
    for (const auto at : instants) {
        const devices::PhantomFluoroscope fluoroscope{{}};
        const auto truth = phantom_truth(timestamp(at));
        const auto shadow = fluoroscope.attenuation(truth, {false, false, true, false});
        const auto camera = devices::phantom_camera(truth, 512, 512);
        const auto line = devices::PhantomHeart{truth.moment}.catheter;
        ASSERT_EQ(line.back(), truth.catheter_tip);
        const auto forward = unit(line.back() - line[line.size() - 5]);
        const auto dark = [&](double beyond_mm) {
            const auto pixel = *camera.project(truth.catheter_tip + beyond_mm * forward);
            return shadow.at(static_cast<int>(std::lround(pixel.x)), static_cast<int>(std::lround(pixel.y)));
        };
        EXPECT_GT(dark(-3), 0.5F);
        EXPECT_GT(dark(0), 0.5F);
        EXPECT_EQ(dark(4), 0) << at;
    }
}

TEST(PhantomXray, a_bead_is_dark_in_the_picture_without_noise_where_the_truth_of_its_time_says) {
    fakes::SteppedClock clock;
    const auto source = devices::open_source("phantom?dose=0&lag=0", Modality::xray, phantom_at(2.5), clock);
    int seen = 0;
    for (int i = 0; i < 10; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        const auto truth = phantom_truth(*frame.header.timeline.at(Stage::acquired));
        ASSERT_EQ(frame.header.geometry.c_arm, truth.c_arm);
        const augment::XrayCamera camera{
            *frame.header.geometry.c_arm,
            augment::DetectorImage::centred(frame.header.width, frame.header.height, *frame.header.geometry.spacing,
                                            frame.header.geometry.c_arm->source_detector_mm)};
        // The two beads at the left stand alone in front of the lung.
        for (const std::size_t landmark : {6U, 7U}) {
            const auto expected = *camera.project(truth.landmarks[landmark]);
            const auto grey = [&](int x, int y) { return 255.0 - frame.pixels->row(0, y)[x]; };
            double edge = 0;
            for (int step = -5; step <= 5; ++step)
                for (const auto& [x, y] : {std::pair{step, -5}, {step, 5}, {-5, step}, {5, step}})
                    edge = std::max(edge, grey(static_cast<int>(std::lround(expected.x)) + x,
                                               static_cast<int>(std::lround(expected.y)) + y));
            const auto bead = centroid(expected, 4, edge, grey);
            if (!std::isfinite(bead.x)) continue;  // something crosses it
            EXPECT_LT(apart(bead, expected), 0.5) << i << ", " << devices::phantom_landmark_name(landmark);
            ++seen;
        }
    }
    EXPECT_GE(seen, 12);
}

TEST(PhantomXray, noise_differs_from_frame_to_frame_and_has_the_variance_asked_for) {
    devices::Fluoroscopy wishes;
    wishes.quanta_per_mm2 = 5000;
    const devices::PhantomFluoroscope noisy{wishes};
    wishes.quanta_per_mm2 = 0;
    const devices::PhantomFluoroscope clean{wishes};
    const auto truth = phantom_truth(timestamp(900'000));
    const auto expected = clean.expose(truth, 0), first = noisy.expose(truth, 0), second = noisy.expose(truth, 1);
    double variance = 0, together = 0;
    for (std::size_t i = 0; i < expected.values.size(); ++i) {
        const auto reading = static_cast<double>(expected.values[i]);
        const double one = static_cast<double>(first.values[i]) - reading;
        const double other = static_cast<double>(second.values[i]) - reading;
        variance += one * one / noisy.noise_variance(reading);
        together += one * other / noisy.noise_variance(reading);
    }
    const auto count = static_cast<double>(expected.values.size());
    EXPECT_NEAR(variance / count, 1, 0.02);
    EXPECT_NEAR(together / count, 0, 0.02);
    // 5000 quanta/mm² on pixels of 225 mm / 512
    EXPECT_NEAR(noisy.noise_variance(1), 1 / (5000 * 0.193119), 1e-6);
}

TEST(PhantomXray, the_recursive_filter_takes_noise_away) {
    const auto noise_of = [](double lag) {
        devices::Fluoroscopy wishes{128, 128, 20'000, lag, 1, {}};
        const auto one = devices::draw_phantom_xray(wishes, 2);
        wishes.seed = 2;
        const auto other = devices::draw_phantom_xray(wishes, 2);
        double square = 0;
        for (int y = 40; y < 90; ++y)
            for (int x = 10; x < 118; ++x)
                square += std::pow(one.frames[0]->row(0, y)[x] - other.frames[0]->row(0, y)[x], 2);
        return square;
    };
    // Of an endless row of frames a share of (1 - lag) / (1 + lag); of two that repeat, their sum's.
    const double none = noise_of(0), half = noise_of(0.5);
    EXPECT_GT(half, 0.4 * none);
    EXPECT_LT(half, 0.7 * none);
}

TEST(PhantomEcho, each_landmark_in_the_plane_shines_where_the_planes_model_has_it) {
    constexpr int count = 16;
    int seen = 0;
    for (const double multiplane : {90.0, 30.0}) {
        devices::Echocardiography wishes;
        wishes.scene.multiplane_degrees = multiplane;
        const auto film = devices::draw_phantom_echo(wishes, count);
        for (int i = 0; i < count; ++i) {
            const auto truth = phantom_truth(devices::phantom_frame_time(i, count), wishes.scene);
            const auto& picture = *film.frames[static_cast<std::size_t>(i)];
            const auto plane = *augment::plane_of(film.geometries[static_cast<std::size_t>(i)]);
            const augment::EchoInXray echo_in_xray{devices::phantom_camera(truth, 512, 512), truth.world_from_array,
                                                   plane};
            for (const auto& landmark : truth.landmarks) {
                const auto in_plane = plane_from_world(truth)(landmark);
                if (std::abs(in_plane.y) > 1.5) continue;
                const Vec2 expected{plane.apex.x + in_plane.x / plane.spacing.x_mm_per_pixel,
                                    plane.apex.y + in_plane.z / plane.spacing.y_mm_per_pixel};
                ASSERT_LT(length(plane.in_array(expected) - augment::inverse(truth.world_from_array)(landmark)), 1.51);
                const auto spot = centroid(expected, 7, 225, [&](int x, int y) { return picture.row(0, y)[x]; });
                ASSERT_TRUE(std::isfinite(spot.x)) << "no spot";
                EXPECT_LT(apart(spot, expected), 1.5) << i;
                // and from there into the X-ray picture: the landmark's foot on the plane
                const auto foot = augment::inverse(plane_from_world(truth))({in_plane.x, 0, in_plane.z});
                EXPECT_LT(
                    apart(*echo_in_xray.to_xray(expected), *devices::phantom_camera(truth, 512, 512).project(foot)),
                    1e-6);
                ++seen;
            }
        }
    }
    EXPECT_GE(seen, 20);
}

TEST(PhantomEcho, tells_its_sector_and_the_pose_that_a_tracker_would_tell) {
    fakes::SteppedClock clock;
    const auto tracked =
        devices::open_source("phantom?tracker=on&multiplane=75", Modality::ultrasound, phantom_at(1), clock);
    const auto plain = devices::open_source("phantom", Modality::ultrasound, phantom_at(1), clock);
    for (int i = 0; i < 4; ++i) {
        transport::Frame frame, other;
        ASSERT_EQ(tracked->next(frame, {}), Reading::ready);
        ASSERT_EQ(plain->next(other, {}), Reading::ready);
        const auto truth = phantom_truth(*frame.header.timeline.at(Stage::acquired), {false, 75});
        const auto& geometry = frame.header.geometry;
        ASSERT_TRUE(geometry.sector && geometry.spacing);
        EXPECT_EQ(geometry.sector->multiplane_degrees, 75);
        EXPECT_EQ(geometry.sector->tracked, augment::pose_of(truth.world_from_array));
        ASSERT_EQ(geometry.regions.size(), 1U);
        EXPECT_NEAR(geometry.sector->to_mm / geometry.spacing->y_mm_per_pixel, geometry.regions[0].bounds.height, 1);
        EXPECT_NEAR(geometry.sector->half_angle_degrees, 45, 0.01);
        EXPECT_FALSE(other.header.geometry.sector->tracked);
        EXPECT_EQ(frame.pixels->format, transport::PixelFormat::i420);
    }
}

TEST(PhantomEcho, shows_blue_inflow_in_diastole_and_a_red_leak_in_systole) {
    devices::Echocardiography wishes;
    wishes.flow = true;
    constexpr int count = 40;
    const auto film = devices::draw_phantom_echo(wishes, count);
    const auto coloured = [&](int frame, int plane) {
        int pixels = 0;
        const auto& picture = *film.frames[static_cast<std::size_t>(frame)];
        for (int y = 0; y < 260; ++y)
            for (int x = 0; x < picture.plane_width(plane); ++x) pixels += picture.row(plane, y)[x] > 150 ? 1 : 0;
        return pixels;
    };
    // eight frames a beat
    EXPECT_GT(coloured(2, 2), 500);
    EXPECT_LT(coloured(2, 1), 20);
    EXPECT_GT(coloured(4, 1), 500);
    EXPECT_LT(coloured(4, 2), 20);
}

TEST(Phantom, both_pictures_are_of_the_instant_that_the_clock_shows_whenever_they_were_opened) {
    fakes::SteppedClock early{timestamp(5'000'000'123)}, late{timestamp(5'001'234'567)};
    const auto echo =
        devices::open_source("phantom?width=160&height=120&tracker=on", Modality::ultrasound, phantom_at(10), early);
    const auto xray =
        devices::open_source("phantom?width=128&height=128&c_arm=swing", Modality::xray, phantom_at(10), late);
    transport::Frame one, other;
    ASSERT_EQ(echo->next(one, {}), Reading::ready);
    ASSERT_EQ(xray->next(other, {}), Reading::ready);
    const auto acquired = [](const transport::Frame& frame) { return *frame.header.timeline.at(Stage::acquired); };
    EXPECT_LE(acquired(one), early.now());
    EXPECT_LT(early.now() - acquired(one), 100ms);
    while (acquired(one) < acquired(other)) ASSERT_EQ(echo->next(one, {}), Reading::ready);
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(acquired(one), acquired(other));
        const auto truth = phantom_truth(acquired(one), {true, 90});
        EXPECT_EQ(one.header.geometry.sector->tracked, augment::pose_of(truth.world_from_array));
        EXPECT_EQ(other.header.geometry.c_arm, truth.c_arm);
        EXPECT_EQ(other.header.geometry.table_mm, (std::array{truth.table_mm.x, truth.table_mm.y, truth.table_mm.z}));
        ASSERT_EQ(echo->next(one, {}), Reading::ready);
        ASSERT_EQ(xray->next(other, {}), Reading::ready);
    }
}

TEST(Phantom, the_loop_closes_without_a_jump) {
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        fakes::SteppedClock clock{timestamp(8'000'000)};
        const auto source = devices::open_source(
            modality == Modality::xray ? "phantom?width=128&height=128&dose=0" : "phantom?width=160&height=120",
            modality, phantom_at(15), clock);
        transport::Frame before, frame;
        ASSERT_EQ(source->next(before, {}), Reading::ready);
        double most = 0, seam = 0;
        for (int i = 1; i <= 60; ++i, before = frame) {
            ASSERT_EQ(source->next(frame, {}), Reading::ready);
            const double step = mean_difference(*before.pixels, *frame.pixels);
            EXPECT_GT(step, 0) << i;
            (i == 60 ? seam : most) = std::max(i == 60 ? seam : most, step);
        }
        EXPECT_LE(seam, most);
    }
}

TEST(Phantom, the_same_seed_gives_the_same_bytes_and_another_seed_others) {
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        fakes::SteppedClock clock;
        const auto first_of = [&](const char* name) {
            transport::Frame frame;
            EXPECT_EQ(devices::open_source(name, modality, phantom_at(2), clock)->next(frame, {}), Reading::ready);
            return frame.pixels;
        };
        const auto one = first_of("phantom?width=160&height=120&seed=7");
        EXPECT_TRUE(same_pixels(*one, *first_of("phantom?width=160&height=120&seed=7")));
        EXPECT_FALSE(same_pixels(*one, *first_of("phantom?width=160&height=120&seed=8")));
    }
}

TEST(Phantom, while_the_pedal_is_up_picture_and_geometry_are_those_of_the_last_exposure) {
    fakes::SteppedClock clock;
    const auto source = devices::open_source("phantom?width=64&height=64&pedal=0.5,0.3&c_arm=swing", Modality::xray,
                                             phantom_at(10), clock);
    std::string pedal;
    transport::Frame last, frame;
    for (int i = 0; i < 16; ++i) {
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        pedal += frame.header.beam_on ? '1' : '0';
        if (frame.header.beam_on) {
            last = frame;
        } else {
            EXPECT_EQ(frame.pixels, last.pixels);
            EXPECT_EQ(frame.header.geometry, last.header.geometry);
        }
    }
    EXPECT_EQ(pedal, "1111100011111000");
}

TEST(Phantom, names_what_it_does_not_understand) {
    fakes::SteppedClock clock;
    const auto line_for = [&](const std::string& name, Modality modality, double rate = 1) -> std::string {
        try {
            (void)devices::open_source(name, modality, phantom_at(rate), clock);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    };
    for (const auto* wish : {"widht=3", "width=", "width=12", "height=99999", "seed=-1", "seed=a", "c_arm=round",
                             "c_arm=", "multiplane=181", "multiplane=-1", "multiplane=nan", "=", "phantom"})
        for (const auto modality : {Modality::ultrasound, Modality::xray}) {
            const auto line = line_for(std::string{"phantom?"} + wish, modality);
            EXPECT_NE(line.find(std::string{"'"} + wish + "'"), std::string::npos) << wish;
            EXPECT_NE(line.find("c_arm=still|swing"), std::string::npos) << wish;
            EXPECT_EQ(line.find('\n'), std::string::npos);
        }
    for (const auto* wish :
         {"dose=-1", "dose=much", "dose=nan", "lag=1", "lag=-0.1", "pedal=8", "pedal=0,4", "pedal=a,b", "tracker=on"}) {
        const auto line = line_for(std::string{"phantom?"} + wish, Modality::xray);
        EXPECT_NE(line.find("pedal=ON,OFF"), std::string::npos) << wish << ": " << line;
    }
    for (const auto* wish : {"tracker=yes", "tracker=", "flow=red", "dose=1", "lag=0.5", "pedal=8,4"}) {
        const auto line = line_for(std::string{"phantom?"} + wish, Modality::ultrasound);
        EXPECT_NE(line.find("tracker=on|off"), std::string::npos) << wish << ": " << line;
    }
    EXPECT_NE(line_for("phantom?width=1024&height=1024", Modality::xray, 240).find("MB of memory"), std::string::npos);
    EXPECT_NE(line_for("phantom", Modality::camera).find("no phantom camera"), std::string::npos);
}

}  // namespace

// The phantom out of a CT: what the volume shows moves as the truth says.
#include "devices/phantom_ct.hpp"
#include "devices/devices.hpp"
#include "devices/nifti_maker.hpp"
#include "devices/phantom_ct_motion.hpp"
#include "devices/phantom_echo.hpp"
#include "devices/phantom_slice.hpp"
#include "devices/phantom_xray.hpp"
#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include <unistd.h>

namespace devices {
namespace {
namespace ct_phantom {

using augment::Vec2;
using augment::Vec3;
using capture::Reading;
using transport::Modality;
using transport::timestamp;

constexpr std::array instants{0, 333'333, 1'270'000, 2'400'000, 3'100'000};
constexpr int columns = 64, rows = 64, slices = 84;
constexpr double voxel_mm = 3;

/// A volume of one stuff, along LPS, its middle at (7, -40, 300).
Nifti block_of(float hounsfield) {
    Nifti ct;
    ct.size = {columns, rows, slices};
    ct.step = augment::rows_of({voxel_mm, 0, 0}, {0, voxel_mm, 0}, {0, 0, voxel_mm});
    ct.first = Vec3{7, -40, 300} - 0.5 * voxel_mm * Vec3{columns - 1, rows - 1, slices - 1};
    ct.values.assign(static_cast<std::size_t>(columns) * rows * slices, hounsfield);
    return ct;
}

/// A ball with soft edges, so that its middle is as exact as wished.
void put_ball(Nifti& ct, Vec3 lps, double radius, float hounsfield) {
    for (std::size_t i = 0; i < ct.values.size(); ++i) {
        const auto at = static_cast<int>(i);
        const int x = at % columns, y = at / columns % rows, z = at / columns / rows;
        const Vec3 place{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
        const double off = length(ct.first + ct.step * place - lps) / radius;
        ct.values[i] += static_cast<float>(std::exp(-off * off)) * (hounsfield - ct.values[i]);
    }
}

/// A ball at the place where the landmark rests.
Nifti with_landmark(float stuff, std::size_t landmark, double radius, float hounsfield) {
    auto ct = block_of(stuff);
    put_ball(ct, PhantomCt{ct}.file_from_world(phantom_truth({}).landmarks[landmark]), radius, hounsfield);
    return ct;
}

template <typename Value>
Vec2 heaviest(Vec2 around, int reach, double floor, const Value& value) {
    const int x0 = static_cast<int>(std::lround(around.x)), y0 = static_cast<int>(std::lround(around.y));
    double sum = 0;
    Vec2 middle;
    for (int y = y0 - reach; y <= y0 + reach; ++y)
        for (int x = x0 - reach; x <= x0 + reach; ++x) {
            const double weight = std::max(0.0, static_cast<double>(value(x, y)) - floor);
            sum += weight;
            middle = middle + Vec2{weight * x, weight * y};
        }
    return {middle.x / sum, middle.y / sum};
}

Vec3 in_plane_of(const PhantomTruth& truth, Vec3 world) {
    const augment::Rigid array_from_plane{augment::turn_about_z(truth.multiplane_degrees * std::numbers::pi / 180), {}};
    return augment::inverse(truth.world_from_array * array_from_plane)(world);
}

TEST(CtMotion, landmarks_come_from_where_they_rest_to_the_last_digit) {
    const auto rest = phantom_truth({});
    for (int ms = 0; ms < 4000; ms += 20) {
        const auto truth = phantom_truth(timestamp(ms * 1000));
        const CtMotion motion{truth.moment};
        for (std::size_t i = 0; i < truth.landmarks.size(); ++i)
            ASSERT_LT(length(motion.rest_from_world(truth.landmarks[i]) - rest.landmarks[i]), 1e-9) << ms;
    }
}

TEST(CtMotion, nothing_folds_and_spine_and_skin_stand_still) {
    for (int ms = 0; ms < 4000; ms += 130) {
        const CtMotion motion{phantom_truth(timestamp(ms * 1000)).moment};
        const auto slope = [&](Vec3 at, Vec3 step) {
            return motion.rest_from_world(at + step) - motion.rest_from_world(at - step);
        };
        for (double z = -150; z <= 150; z += 7)
            for (double y = -120; y <= 130; y += 7)
                for (double x = -170; x <= 170; x += 7) {
                    const Vec3 at{x, y, z};
                    const double swells =
                        125 * dot(slope(at, {0.1, 0, 0}), cross(slope(at, {0, 0.1, 0}), slope(at, {0, 0, 0.1})));
                    ASSERT_GT(swells, 0.2) << x << ' ' << y << ' ' << z << ' ' << ms;
                    ASSERT_LT(swells, 3);
                    if (y > 66 || y < -95 || std::abs(x) > 118) {
                        ASSERT_LT(length(motion.rest_from_world(at) - at), 1) << x << ' ' << y << ' ' << z;
                    }
                }
    }
}

TEST(CtMotion, a_row_of_floats_is_taken_back_as_points_are) {
    for (const auto at : instants) {
        const CtMotion motion{phantom_truth(timestamp(at)).moment};
        for (int i = 0; i < 300; ++i) {
            const Vec3 point{0.9 * i - 140, 0.7 * (i % 290) - 110, 0.8 * (i * 7 % 300) - 120};
            auto x = static_cast<float>(point.x), y = static_cast<float>(point.y), z = static_cast<float>(point.z);
            motion.take_back(x, y, z);
            const Vec3 floats{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
            ASSERT_LT(length(floats - motion.rest_from_world(point)), 1e-3);
        }
    }
}

TEST(PhantomCt, its_middle_or_the_point_asked_for_lies_between_the_atria_and_the_sides_fade) {
    auto block = block_of(60);
    put_ball(block, {30, -60, 320}, 5, 2000);
    for (const auto& middle : {std::optional<Vec3>{}, std::optional{Vec3{20, -50, 310}}}) {
        const PhantomCt ct{block, middle};
        EXPECT_LT(length(ct.world_from_file(middle.value_or(Vec3{7, -40, 300})) - Vec3{1, 4, 18}), 1e-9);
        const auto ball = ct.world_from_file({30, -60, 320});
        EXPECT_LT(length(ct.file_from_world(ball) - Vec3{30, -60, 320}), 1e-9);
        EXPECT_GT(ct.hounsfield().sample(ball), 1500);
        EXPECT_NEAR(ct.hounsfield().sample(ball + Vec3{0, 0, 30}), 60, 5);
        EXPECT_EQ(ct.hounsfield().sample({0, -122, 0}), -1000);
    }
    EXPECT_THROW((PhantomCt{block, Vec3{500, 0, 0}}), std::runtime_error);
}

TEST(PhantomCt, finer_voxels_than_the_grids_are_averaged) {
    Nifti ct;
    ct.size = {100, 100, 100};
    ct.step = augment::rows_of({0.5, 0, 0}, {0, 0.5, 0}, {0, 0, 0.5});
    ct.values.resize(1'000'000);
    for (std::size_t i = 0; i < ct.values.size(); ++i) ct.values[i] = (i + i / 100 + i / 10'000) % 2 == 0 ? 140 : -60;
    const PhantomCt body{ct};
    for (int i = -4; i <= 4; ++i)
        EXPECT_NEAR(body.hounsfield().sample(Vec3{1, 4, 18} + 0.37 * i * Vec3{1, 1, 0.4}), 40, 15) << i;
}

TEST(PhantomCt, what_lies_at_a_landmark_casts_its_shadow_where_the_camera_projects_the_truth) {
    Fluoroscopy wishes;
    wishes.scene.c_arm_swings = true;
    wishes.ct = std::make_shared<PhantomCt>(block_of(-1000));
    const PhantomFluoroscope empty{wishes};
    for (const std::size_t landmark : {1U, 7U}) {
        wishes.ct = std::make_shared<PhantomCt>(with_landmark(-1000, landmark, 5, 3000));
        const PhantomFluoroscope fluoroscope{wishes};
        for (const auto at : instants) {
            const auto truth = phantom_truth(timestamp(at), wishes.scene);
            const PhantomParts body{true, false, false, false};
            const auto shadow = fluoroscope.attenuation(truth, body), without = empty.attenuation(truth, body);
            const auto expected =
                *phantom_camera(truth, wishes.width, wishes.height).project(truth.landmarks[landmark]);
            const auto seen =
                heaviest(expected, 40, 0, [&](int x, int y) { return shadow.at(x, y) - without.at(x, y); });
            EXPECT_LT(length(seen - expected), 0.3) << landmark << ", " << at;
        }
    }
}

TEST(PhantomCt, what_lies_at_a_landmark_gives_its_echo_where_the_planes_model_has_it) {
    int seen = 0;
    for (const std::size_t landmark : {0U, 2U, 4U}) {
        const PhantomCt ct{with_landmark(400, landmark, 3.2, 40)};
        const PhantomTissue tissue{1, &ct};
        for (int ms = 0; ms < 4000; ms += 250) {
            auto truth = phantom_truth(timestamp(ms * 1000));
            const auto landmark_at = truth.landmarks[landmark];
            const auto in_plane = in_plane_of(truth, landmark_at);
            if (std::abs(in_plane.y) > 1.5) continue;
            truth.landmarks = {};  // the volume's ball alone
            const auto grey = scan_phantom(tissue, truth, 0, 0);
            const double mm = 10 * static_cast<double>(phantom_fan.cm_per_sample());
            const Vec2 expected{std::hypot(in_plane.x, in_plane.z) / mm,
                                (std::atan2(in_plane.x, in_plane.z) + static_cast<double>(phantom_fan.half_angle)) /
                                    static_cast<double>(phantom_fan.radians_per_beam())};
            const auto spot = heaviest(expected, 18, 60, [&](int x, int y) {
                return x < 0 || y < 0 || x >= phantom_fan.samples || y >= phantom_fan.beams
                           ? 0
                           : static_cast<int>(grey.at(static_cast<std::size_t>(y) * phantom_fan.samples +
                                                      static_cast<std::size_t>(x)));
            });
            EXPECT_LT(std::abs(spot.x - expected.x) * mm, 2) << landmark << ", " << ms;
            ++seen;
        }
    }
    EXPECT_GE(seen, 6);
}

/// A file of one stuff; removed at the end.
struct CtFile {
    explicit CtFile(std::int16_t hounsfield) {
        NiftiMaker maker;
        maker.dim = {3, columns, rows, slices, 1, 1, 1, 1};
        maker.srow = {-3, 0, 0, 0, 0, -3, 0, 0, 0, 0, 3, 0};
        maker.voxels.resize(static_cast<std::size_t>(columns) * rows * slices * 2);
        for (std::size_t i = 0; i < maker.voxels.size(); i += 2) maker.put(maker.voxels, i, hounsfield);
        maker.write(path);
    }
    ~CtFile() { std::filesystem::remove(path); }
    CtFile(const CtFile&) = delete;
    CtFile& operator=(const CtFile&) = delete;
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("scialytic-ct-" + std::to_string(getpid()) + ".nii");
};

TEST(PhantomCt, beads_are_dark_in_the_picture_where_the_truth_of_its_time_says) {
    const CtFile file{-200};
    fakes::SteppedClock clock;
    SourceSettings settings;
    settings.frames_per_second = 2.5;
    const auto source = open_source("phantom?dose=0&lag=0&ct=" + file.path.string(), Modality::xray, settings, clock);
    int seen = 0;
    for (int i = 0; i < 10; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        const auto truth = phantom_truth(*frame.header.timeline.at(transport::Stage::acquired));
        ASSERT_EQ(frame.header.geometry.c_arm, truth.c_arm);
        const auto camera = phantom_camera(truth, frame.header.width, frame.header.height);
        for (const std::size_t landmark : {6U, 7U}) {
            const auto expected = *camera.project(truth.landmarks[landmark]);
            const auto dark = [&](int x, int y) { return 255.0 - frame.pixels->row(0, y)[x]; };
            double edge = 0;
            for (int step = -5; step <= 5; ++step)
                for (const auto& [x, y] : {std::pair{step, -5}, {step, 5}, {-5, step}, {5, step}})
                    edge = std::max(edge, dark(static_cast<int>(std::lround(expected.x)) + x,
                                               static_cast<int>(std::lround(expected.y)) + y));
            const auto bead = heaviest(expected, 4, edge, dark);
            if (!std::isfinite(bead.x)) continue;  // something crosses it
            EXPECT_LT(length(bead - expected), 0.5) << i << ", " << phantom_landmark_name(landmark);
            ++seen;
        }
    }
    EXPECT_GE(seen, 12);
}

TEST(PhantomCt, beads_shine_in_the_echo_where_the_planes_model_has_them) {
    constexpr int count = 16;
    int seen = 0;
    Echocardiography wishes;
    wishes.ct = std::make_shared<PhantomCt>(block_of(400));
    const auto film = draw_phantom_echo(wishes, count);
    for (int i = 0; i < count; ++i) {
        const auto truth = phantom_truth(phantom_frame_time(i, count));
        const auto& picture = *film.frames[static_cast<std::size_t>(i)];
        const auto plane = *augment::plane_of(film.geometries[static_cast<std::size_t>(i)]);
        for (const auto& landmark : truth.landmarks) {
            const auto in_plane = in_plane_of(truth, landmark);
            if (std::abs(in_plane.y) > 1.5) continue;
            const Vec2 expected{plane.apex.x + in_plane.x / plane.spacing.x_mm_per_pixel,
                                plane.apex.y + in_plane.z / plane.spacing.y_mm_per_pixel};
            const auto spot = heaviest(expected, 7, 225, [&](int x, int y) { return picture.row(0, y)[x]; });
            ASSERT_TRUE(std::isfinite(spot.x)) << "no spot";
            EXPECT_LT(length(spot - expected), 1.5) << i;
            ++seen;
        }
    }
    EXPECT_GE(seen, 8);
}

TEST(PhantomCt, names_what_it_does_not_understand) {
    const CtFile file{40};
    fakes::SteppedClock clock;
    const auto line_for = [&](const std::string& wishes, Modality modality) -> std::string {
        try {
            (void)open_source("phantom?" + wishes, modality, {}, clock);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    };
    const auto ct = "ct=" + file.path.string();
    for (const auto modality : {Modality::ultrasound, Modality::xray}) {
        EXPECT_NE(line_for("ct=/nowhere/ct.nii.gz", modality).find("/nowhere/ct.nii.gz: "), std::string::npos);
        EXPECT_NE(line_for("ct=", modality).find("ct=FILE"), std::string::npos);
        EXPECT_NE(line_for(ct + "&ct_at=1,2", modality).find("ct_at=X,Y,Z"), std::string::npos);
        EXPECT_NE(line_for(ct + "&ct_at=1,2,nan", modality).find("ct_at=X,Y,Z"), std::string::npos);
        EXPECT_NE(line_for("ct_at=1,2,3", modality).find("ct=FILE"), std::string::npos);
        EXPECT_NE(line_for(ct + "&ct_at=900,0,0", modality).find("lies outside"), std::string::npos);
    }
    EXPECT_NE(line_for(ct + "&flow=on", Modality::ultrasound).find("do not go together"), std::string::npos);
}

}  // namespace ct_phantom
}  // namespace
}  // namespace devices

// The projections against closed forms, against themselves backwards, and against differences.
#include "augment/geometry.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>

namespace augment {
namespace {
namespace projections {

using transport::CArmGeometry;
using transport::PixelSpacing;

constexpr double degree = std::numbers::pi / 180;
constexpr double sid = 1200, sod = 765, pitch = 0.2;
constexpr int size = 1024;

DetectorImage plain() {
    return DetectorImage::centred(size, size, {pitch, pitch}, sid);
}
XrayCamera camera_at(double primary, double secondary, double detector_rotation = 0) {
    return {{primary, secondary, sid, sod, detector_rotation / degree}, plain()};
}
const std::vector<std::array<double, 2>> gantry{{0, 0},    {30, 0},   {-30, 0},  {0, 30},  {0, -30},
                                                {45, -25}, {-40, 33}, {90, 0.5}, {12, 60}, {-179, 10}};
const std::vector<Vec3> points{{0, 0, 0}, {10, 0, 0}, {0, 10, 0}, {0, 0, 10}, {-31, 42, 17}, {60, -25, -48}};

void expect_near(Vec2 a, Vec2 b, double tolerance) {
    EXPECT_NEAR(a.x, b.x, tolerance);
    EXPECT_NEAR(a.y, b.y, tolerance);
}
void expect_near(Vec3 a, Vec3 b, double tolerance) {
    EXPECT_NEAR(length(a - b), 0, tolerance) << a.x << ' ' << a.y << ' ' << a.z;
}

TEST(XrayCamera, at_0_0_the_patient_faces_the_detector_left_is_right_and_the_head_is_up) {
    const auto camera = camera_at(0, 0);
    expect_near(camera.source(), {0, sod, 0}, 1e-9);  // below the table: posterior
    expect_near(transposed(camera.rotation()) * Vec3{0, 0, 1}, {0, -1, 0}, 1e-12);
    const auto centre = *camera.project({0, 0, 0});
    expect_near(centre, {(size - 1) / 2.0, (size - 1) / 2.0}, 1e-9);
    const double per_mm = sid / pitch / sod;
    expect_near(*camera.project({10, 0, 0}), centre + Vec2{10 * per_mm, 0}, 1e-9);
    expect_near(*camera.project({0, 0, 10}), centre - Vec2{0, 10 * per_mm}, 1e-9);
    EXPECT_NEAR(camera.magnification({0, 0, 0}), sid / sod, 1e-12);
}

TEST(Pose, survives_its_quaternion) {
    const auto usual = columns_of({-1, 0, 0}, {0, 0, -1}, {0, -1, 0});
    for (const auto& base : {identity(), usual})
        for (const double turn : {0.0, 1.0, 2.5, 3.1, -2.9}) {
            const Rigid rigid{base * turn_about_z(turn), {1, -2, 3}};
            const auto back = rigid_of(pose_of(rigid));
            for (std::size_t row = 0; row < 3; ++row)
                for (std::size_t column = 0; column < 3; ++column)
                    EXPECT_NEAR(back.rotation[row][column], rigid.rotation[row][column], 1e-12);
            EXPECT_EQ(back.translation, rigid.translation);
        }
}

TEST(Pose, of_a_quaternion_that_is_not_of_length_1_is_still_a_rotation) {
    const auto rotation = rigid_of({{2, 0, 0, 2}, {}}).rotation;
    EXPECT_NEAR(determinant(rotation), 1, 1e-12);
    EXPECT_NEAR(rotation[1][0], 1, 1e-12);
    EXPECT_EQ(rigid_of({{0, 0, 0, 0}, {}}).rotation, identity());
}

TEST(Outline, of_a_sector_is_closed_and_as_wide_as_its_angle) {
    const transport::EchoSector sector{100, 10, 5, 120, 40, 0, std::nullopt};
    const auto edge = outline_of(sector, {0.5, 0.25});
    EXPECT_GE(edge.size(), 128U);
    EXPECT_EQ(edge.front(), edge.back());
    for (const auto& point : edge) {
        const double x = (point.x - 100) * 0.5, y = (point.y - 10) * 0.25;
        const double depth = std::hypot(x, y);
        EXPECT_TRUE(std::abs(depth - 5) < 1e-9 || std::abs(depth - 120) < 1e-9);
        EXPECT_LE(std::abs(std::atan2(x, y)), 40 * degree + 1e-9);
    }
}

TEST(XrayCamera, plus_90_primary_looks_at_the_patients_left_plus_90_secondary_at_the_head) {
    expect_near(transposed(camera_at(90, 0).rotation()) * Vec3{0, 0, 1}, {1, 0, 0}, 1e-12);
    expect_near(transposed(camera_at(0, 90).rotation()) * Vec3{0, 0, 1}, {0, 0, 1}, 1e-12);
}

TEST(XrayCamera, agrees_with_a_detector_that_is_intersected_in_space) {
    // No matrices: source, detector plane and its two edges in W, from the angles by spherical trigonometry.
    for (const auto& [primary, secondary] : gantry)
        for (const auto& point : points) {
            const double a = primary * degree, b = secondary * degree;
            const Vec3 beam{std::cos(b) * std::sin(a), -std::cos(b) * std::cos(a), std::sin(b)};
            const Vec3 right{std::cos(a), std::sin(a), 0};
            const auto up = cross(beam, right);
            const auto source = -sod * beam;
            const auto line = point - source;
            const auto hit = source + (sid / dot(line, beam)) * line;
            const auto on_detector = hit - (sid - sod) * beam;
            const Vec2 expected{(size - 1) / 2.0 + dot(on_detector, right) / pitch,
                                (size - 1) / 2.0 - dot(on_detector, up) / pitch};
            expect_near(*camera_at(primary, secondary).project(point), expected, 1e-8);
        }
}

TEST(XrayCamera, its_rotation_is_one_at_every_angle) {
    for (const auto& [primary, secondary] : gantry) {
        const auto rotation = camera_at(primary, secondary, 0.3).rotation();
        EXPECT_NEAR(determinant(rotation), 1, 1e-12);
        const auto square = rotation * transposed(rotation);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(square[i][j], i == j ? 1 : 0, 1e-12);
    }
}

TEST(XrayCamera, a_ray_leads_back_through_the_point_that_was_projected) {
    for (const auto& [primary, secondary] : gantry) {
        const auto camera = camera_at(primary, secondary, 0.1);
        for (const auto& point : points) {
            const auto ray = camera.ray_through(*camera.project(point));
            EXPECT_NEAR(length(cross(point - ray.origin, ray.direction)), 0, 1e-9);
            EXPECT_GT(dot(point - ray.origin, ray.direction), 0);
        }
        EXPECT_FALSE(camera.project(2.0 * camera.source()));
    }
}

TEST(XrayCamera, its_jacobian_is_what_small_steps_do) {
    constexpr double step = 1e-3;
    const auto camera = camera_at(33, -21, 0.2);
    for (const auto& point : points) {
        const auto jacobian = camera.jacobian(point);
        const std::array<Vec3, 3> axes{Vec3{step, 0, 0}, Vec3{0, step, 0}, Vec3{0, 0, step}};
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const auto change = *camera.project(point + axes[axis]) - *camera.project(point - axes[axis]);
            EXPECT_NEAR(jacobian[0][axis], change.x / (2 * step), 1e-6);
            EXPECT_NEAR(jacobian[1][axis], change.y / (2 * step), 1e-6);
        }
    }
}

TEST(DetectorImage, what_is_done_to_the_picture_moves_pixels_as_it_moves_projections) {
    const CArmGeometry c_arm{25, -15, sid, sod};
    const auto whole = DetectorImage::centred(1000, 800, {pitch, pitch}, sid);
    const auto through = [&](const DetectorImage& image, Vec3 point) {
        return *XrayCamera{c_arm, image}.project(point);
    };
    for (const auto& point : points) {
        const auto pixel = through(whole, point);
        expect_near(through(whole.resized(0.5), point), {0.5 * (pixel.x + 0.5) - 0.5, 0.5 * (pixel.y + 0.5) - 0.5},
                    1e-9);
        expect_near(through(whole.cropped({100, 50, 600, 500}), point), pixel - Vec2{100, 50}, 1e-9);
        expect_near(through(whole.flipped(), point), {999 - pixel.x, pixel.y}, 1e-9);
        expect_near(through(whole.turned(1), point), {799 - pixel.y, pixel.x}, 1e-9);
        expect_near(through(whole.turned(2), point), {999 - pixel.x, 799 - pixel.y}, 1e-9);
        expect_near(through(whole.turned(-3), point), through(whole.turned(1), point), 1e-9);
        expect_near(through(whole.turned(1).turned(3), point), pixel, 1e-9);
        expect_near(through(whole.flipped().flipped(), point), pixel, 1e-9);
    }
    EXPECT_EQ(whole.turned(1).columns, 800);
    EXPECT_EQ(whole.resized(0.5).rows, 400);
}

/// Twice the signed area of what three points make in the picture; rows downwards.
double signed_area(const XrayCamera& camera, Vec3 a, Vec3 b, Vec3 c) {
    const auto first = *camera.project(b) - *camera.project(a), second = *camera.project(c) - *camera.project(a);
    return first.x * second.y - first.y * second.x;
}

TEST(DetectorImage, only_a_mirrored_picture_turns_three_points_over) {
    const CArmGeometry c_arm{25, -15, sid, sod};
    const auto area = [&](const DetectorImage& image) {
        return signed_area({c_arm, image}, {0, 0, 0}, {40, 0, 0}, {0, 0, 30});
    };
    EXPECT_LT(area(plain()), 0) << "left, then head: counter-clockwise as seen";
    EXPECT_LT(area(plain().turned(1).resized(2)), 0);
    EXPECT_GT(area(plain().flipped()), 0);
    EXPECT_GT(area(plain().turned(3).flipped()), 0);
}

TEST(Table, a_marker_moves_with_the_table) {
    const auto table = world_from_table(identity(), {5, -3, 20});
    expect_near(table({1, 2, 3}), {6, -1, 23}, 1e-12);
    expect_near(inverse(table)(table({7, 8, 9})), {7, 8, 9}, 1e-12);
}

TEST(CArmDefects, name_the_attribute) {
    const CArmGeometry good{30, 20, sid, sod};
    const PixelSpacing spacing{pitch, pitch};
    EXPECT_FALSE(defect_of(good, spacing));
    EXPECT_FALSE(defect_of(good, spacing, sid / sod * 1.0005));
    const auto expect = [&](const CArmGeometry& c_arm, std::optional<PixelSpacing> with, const char* tag,
                            std::optional<double> magnification = {}) {
        const auto defect = defect_of(c_arm, with, magnification);
        ASSERT_TRUE(defect) << tag;
        EXPECT_NE(defect->find(tag), std::string::npos) << *defect;
    };
    expect({181, 20, sid, sod}, spacing, "(0018,1510)");
    expect({std::nan(""), 20, sid, sod}, spacing, "(0018,1510)");
    expect({30, -91, sid, sod}, spacing, "(0018,1511)");
    expect({30, 20, sid, 0}, spacing, "(0018,1111)");
    expect({30, 20, sod, sid}, spacing, "(0018,1110)");
    expect(good, {}, "(0018,1164)");
    expect(good, PixelSpacing{pitch, 1.5}, "(0018,1164)");
    expect(good, spacing, "(0018,1114)", 1.5);
}

// ---- the echo plane ---------------------------------------------------------------------------------------------

const EchoPlane plane{{0.25, 0.25}, {400, 20}, 35 * degree};

/// The array at `where`, its depth axis and its elevation turned by these.
Rigid array_at(Vec3 where, double about_x, double about_y) {
    const Mat3 x =
        rows_of({1, 0, 0}, {0, std::cos(about_x), -std::sin(about_x)}, {0, std::sin(about_x), std::cos(about_x)});
    const Mat3 y =
        rows_of({std::cos(about_y), 0, std::sin(about_y)}, {0, 1, 0}, {-std::sin(about_y), 0, std::cos(about_y)});
    return {x * y, where};
}

TEST(EchoInXray, its_homography_is_the_projection_of_every_pixel) {
    for (const auto& [primary, secondary] : gantry)
        for (const double tilt : {0.2, 1.0, 2.4}) {
            const auto camera = camera_at(primary, secondary);
            const auto array = array_at({20, 30, 40}, tilt, 0.4);
            const EchoInXray echo{camera, array, plane};
            for (double column = 0; column < 800; column += 133)
                for (double row = 0; row < 600; row += 119)
                    expect_near(*echo.to_xray({column, row}), *camera.project(array(plane.in_array({column, row}))),
                                1e-6);
        }
}

TEST(EchoInXray, an_echo_pixel_comes_back_through_its_click_in_the_xray) {
    int answered = 0;
    for (const auto& [primary, secondary] : gantry)
        for (const double tilt : {0.0, 0.7, 1.5, 2.9}) {
            const EchoInXray echo{camera_at(primary, secondary), array_at({-10, 20, 5}, tilt, -0.3), plane};
            const Vec2 pixel{312, 287};
            const auto answer = echo.to_echo(*echo.to_xray(pixel), 5);
            ASSERT_TRUE(answer);
            if (std::abs(echo.facing(pixel)) < EchoInXray::least_facing) {
                EXPECT_FALSE(answer->point);
                continue;
            }
            ++answered;
            expect_near(*answer->point, pixel, 0.1);
            // The stretch is that of the slice: half of it, over the tangent, to each side.
            const double facing = std::abs(echo.facing(pixel));
            const double expected_mm = 5 * std::sqrt(1 - facing * facing) / facing;
            EXPECT_NEAR(length(answer->to - answer->from) * plane.spacing.x_mm_per_pixel, expected_mm, 1e-6);
        }
    EXPECT_GT(answered, 15);
}

TEST(EchoInXray, edge_on_a_click_is_a_line_and_beside_the_slice_nothing) {
    // Depth towards the head, lateral along the beam: the plane is edge-on to the 0/0 position.
    const Rigid array{columns_of({0, 1, 0}, {-1, 0, 0}, {0, 0, 1}), {0, 0, 0}};
    const EchoPlane upright{{0.5, 0.5}, {100, 0}, 0};
    const auto camera = camera_at(0, 0);
    const EchoInXray echo{camera, array, upright};
    EXPECT_NEAR(echo.facing({100, 0}), 0, 1e-9);
    const auto answer = echo.to_echo(*camera.project({0, 0, 20}), 4);
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->point);
    EXPECT_FALSE(echo.to_echo(*camera.project({30, 0, 20}), 4)) << "3 cm to the left of a slice of 4 mm";
}

TEST(EchoInXray, seen_from_behind_it_is_mirrored_and_says_so) {
    const auto turned_over = [](double primary) {
        const EchoInXray echo{camera_at(primary, 0), Rigid{rows_of({1, 0, 0}, {0, -1, 0}, {0, 0, -1}), {0, 0, 30}},
                              EchoPlane{{0.25, 0.25}, {400, 0}, 0}};
        const auto at = *echo.to_xray({400, 100});
        const auto right = *echo.to_xray({500, 100}) - at, down = *echo.to_xray({400, 200}) - at;
        return std::pair{right.x * down.y - right.y * down.x > 0, echo.facing({400, 100})};
    };
    const auto [upright, facing] = turned_over(0);
    const auto [upright_behind, facing_behind] = turned_over(180);
    EXPECT_NE(upright, upright_behind);
    EXPECT_EQ(upright, facing > 0);
    EXPECT_EQ(upright_behind, facing_behind > 0);
    EXPECT_NEAR(std::abs(facing), 1, 0.01);
}

TEST(TwoViews, give_a_point_in_space_and_tell_when_they_do_not_mean_the_same) {
    const auto first = camera_at(-20, 0), second = camera_at(20, 10);
    const Vec3 point{12, -7, 33};
    const auto seen =
        seen_by_both(first.ray_through(*first.project(point)), second.ray_through(*second.project(point)));
    ASSERT_TRUE(seen);
    expect_near(seen->point, point, 1e-9);
    EXPECT_NEAR(seen->residual_mm, 0, 1e-9);
    const auto other = seen_by_both(first.ray_through(*first.project(point)),
                                    second.ray_through(*second.project(point + Vec3{0, 0, 4})));
    EXPECT_NEAR(other->residual_mm, 4, 0.2);
    EXPECT_FALSE(seen_by_both(first.ray_through({5, 5}), first.ray_through({5, 5})));
}

// ---- doubt ------------------------------------------------------------------------------------------------------

TEST(Doubt, ninety_five_of_a_hundred_truths_lie_in_the_ellipse) {
    const auto camera = camera_at(28, -17);
    const Vec3 point{15, -20, 25};
    MarkerDoubt doubt;
    const std::array<double, 6> sigma{0.4, 0.5, 2.5, 0.004, 0.006, 0.003};
    for (std::size_t i = 0; i < 6; ++i) doubt.pose[i][i] = sigma[i] * sigma[i];
    const std::array<double, 3> own{0.8, 0.3, 0.5};
    for (std::size_t i = 0; i < 3; ++i) doubt.marker[i][i] = own[i] * own[i];
    doubt.calibration_px = 1.5;
    const auto ellipse = *doubt_of(camera, point, doubt);
    const auto centre = *camera.project(point);

    std::mt19937 random{7};
    std::normal_distribution<double> normal;
    int inside = 0, along = 0;
    constexpr int trials = 20'000;
    for (int i = 0; i < trials; ++i) {
        const Vec3 moved = point + Vec3{own[0] * normal(random), own[1] * normal(random), own[2] * normal(random)};
        const auto at = camera.in_camera(moved);
        const Vec3 turn{sigma[3] * normal(random), sigma[4] * normal(random), sigma[5] * normal(random)};
        const auto truth = at + Vec3{sigma[0] * normal(random), sigma[1] * normal(random), sigma[2] * normal(random)} +
                           cross(turn, at);
        const auto back = transposed(camera.rotation()) * (truth - Vec3{0, 0, sod});
        const auto off = *camera.project(back) - centre + Vec2{1.5 * normal(random), 1.5 * normal(random)};
        const double longer = off.x * std::cos(ellipse.angle) + off.y * std::sin(ellipse.angle);
        const double shorter = off.y * std::cos(ellipse.angle) - off.x * std::sin(ellipse.angle);
        inside += std::hypot(longer / ellipse.longer_px, shorter / ellipse.shorter_px) <= 1 ? 1 : 0;
        const auto beam = unit(camera.in_camera(point));
        along += std::abs(dot(truth - camera.in_camera(point), beam)) <= ellipse.along_beam_mm ? 1 : 0;
    }
    EXPECT_NEAR(static_cast<double>(inside) / trials, 0.95, 0.02);
    EXPECT_NEAR(static_cast<double>(along) / trials, 0.95, 0.02);
}

TEST(Doubt, five_ms_of_skew_is_a_millimetre_of_a_heart_wall_and_nothing_of_bone) {
    const auto camera = camera_at(0, 0);
    MarkerDoubt doubt;
    doubt.time_s = 0.005;
    const double per_mm = sid / sod / pitch;
    const auto heart = *doubt_of(camera, {}, doubt);
    EXPECT_NEAR(heart.longer_px, std::sqrt(5.991) * per_mm, 1e-9);
    EXPECT_NEAR(heart.shorter_px, heart.longer_px, 1e-9);
    doubt.speed_mm_per_s = 0;
    EXPECT_NEAR(doubt_of(camera, {}, doubt)->longer_px, 0, 1e-9);
    EXPECT_FALSE(doubt_of(camera, 3.0 * camera.source(), doubt));
}

}  // namespace projections
}  // namespace
}  // namespace augment

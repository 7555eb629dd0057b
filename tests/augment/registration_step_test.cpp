#include "augment/registration_step.hpp"

#include "augment/geometry.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace augment {
namespace {
namespace steps {

void expect_near(Vec3 a, Vec3 b, double tolerance) {
    EXPECT_NEAR(length(a - b), 0, tolerance) << a.x << ' ' << a.y << ' ' << a.z;
}

TEST(Step, a_turn_is_told_by_its_axis_and_angle) {
    expect_near(turn({0, 0, std::numbers::pi / 2}) * Vec3{1, 0, 0}, {0, 1, 0}, 1e-12);
    for (const Vec3 axis : {Vec3{0.3, -0.2, 0.1}, Vec3{1e-9, 0, 2e-9}, Vec3{0, 0, 0}, Vec3{-1.5, 2, 0.5}})
        expect_near(axis_of(turn(axis)), axis, 1e-9);
    const Vec3 half = std::numbers::pi * unit({1, 2, -2});
    EXPECT_NEAR(length(axis_of(turn(half))), std::numbers::pi, 1e-6);
    EXPECT_NEAR(std::abs(dot(unit(axis_of(turn(half))), unit(half))), 1, 1e-9);
}

TEST(Step, leads_from_one_pose_to_the_other) {
    const Rigid from{turn({0.4, 0.1, -0.9}), {10, -20, 700}}, to{turn({0.5, 0, -0.8}), {12, -19, 705}};
    const auto arrived = moved(from, step_between(from, to));
    for (const Vec3 point : {Vec3{0, 0, 0}, Vec3{5, -40, 60}}) expect_near(arrived(point), to(point), 1e-9);
}

Mat6 some_covariance(std::mt19937& random) {
    std::normal_distribution<double> normal;
    Mat6 root;
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j) root[i][j] = (i < 3 ? 1 : 0.01) * normal(random);
    return root * transposed(root);
}

TEST(Covariance, its_inverse_undoes_it_and_there_is_none_of_what_is_no_covariance) {
    std::mt19937 random{1};
    const auto covariance = some_covariance(random);
    const auto back = inverse(covariance);
    ASSERT_TRUE(back);
    const auto one = covariance * *back;
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j) EXPECT_NEAR(one[i][j], i == j ? 1 : 0, 1e-4);
    EXPECT_FALSE(inverse(Mat6{}));
}

TEST(Covariance, about_the_frames_origin_says_the_same_of_every_point) {
    std::mt19937 random{2};
    const auto about_body = some_covariance(random);
    const Vec3 body{20, -30, 800}, point{25, -10, 780};
    const auto spread = [](const Mat6& covariance, Vec3 arm) {
        Matrix<3, 6> by;
        const auto turned_by = cross_matrix(arm);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) {
                by[i][j] = i == j ? 1 : 0;
                by[i][j + 3] = -turned_by[i][j];
            }
        return by * covariance * transposed(by);
    };
    const auto a = spread(about_body, point - body), b = spread(about_frame(about_body, body), point);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(a[i][j], b[i][j], 1e-6);
}

}  // namespace steps
}  // namespace
}  // namespace augment

#include "augment/registration_step.hpp"

#include <algorithm>
#include <cmath>

namespace augment {

namespace {

/// Blocks [first, second; 0, first] of three rows.
Mat6 blocks_of(const Mat3& first, const Mat3& second) {
    Mat6 out;
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) {
            out[row][column] = out[row + 3][column + 3] = first[row][column];
            out[row][column + 3] = second[row][column];
        }
    return out;
}

}  // namespace

std::array<double, 6> Step::values() const {
    return {translation.x, translation.y, translation.z, rotation.x, rotation.y, rotation.z};
}

Step Step::of(const std::array<double, 6>& values) {
    return {{values[0], values[1], values[2]}, {values[3], values[4], values[5]}};
}

Mat3 turn(Vec3 rotation) {
    const double angle = length(rotation);
    if (angle < 1e-12) return identity() + cross_matrix(rotation);
    const auto skew = cross_matrix((1 / angle) * rotation);
    const double s = std::sin(angle), c = 1 - std::cos(angle);
    const auto square = skew * skew;
    auto out = identity();
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column)
            out[row][column] += s * skew[row][column] + c * square[row][column];
    return out;
}

Vec3 axis_of(const Mat3& r) {
    const Vec3 twice_sine{r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]};
    const double sine = length(twice_sine) / 2, cosine = (r[0][0] + r[1][1] + r[2][2] - 1) / 2;
    const double angle = std::atan2(sine, cosine);
    if (sine > 1e-6) return (angle / (2 * sine)) * twice_sine;
    if (cosine > 0) return 0.5 * twice_sine;
    // Half a turn: the axis is what stays; of R + 1 the longest column.
    Vec3 axis;
    for (std::size_t column = 0; column < 3; ++column) {
        const Vec3 candidate{r[0][column] + (column == 0 ? 1 : 0), r[1][column] + (column == 1 ? 1 : 0),
                             r[2][column] + (column == 2 ? 1 : 0)};
        if (length(candidate) > length(axis)) axis = candidate;
    }
    return angle * unit(axis);
}

Rigid moved(const Rigid& body, const Step& step) {
    return {turn(step.rotation) * body.rotation, body.translation + step.translation};
}

Step step_between(const Rigid& from, const Rigid& to) {
    return {to.translation - from.translation, axis_of(to.rotation * transposed(from.rotation))};
}

Mat6 turned(const Mat6& covariance, const Mat3& to_from) {
    const auto both = blocks_of(to_from, Mat3{});
    return both * covariance * transposed(both);
}

Mat6 about_frame(const Mat6& covariance, Vec3 body) {
    // X + τ + ω × (X − body) = X + (τ + body × ω) + ω × X.
    const auto shift = blocks_of(identity(), cross_matrix(body));
    return shift * covariance * transposed(shift);
}

std::optional<Mat6> inverse(const Mat6& matrix) {
    // Cholesky, scaled: millimetres and radians differ by orders of magnitude.
    std::array<double, 6> scale{};
    for (std::size_t i = 0; i < 6; ++i) {
        if (!(matrix[i][i] > 0)) return std::nullopt;
        scale[i] = 1 / std::sqrt(matrix[i][i]);
    }
    Mat6 lower;
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = matrix[i][j] * scale[i] * scale[j];
            for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
            if (i == j && !(sum > 1e-12)) return std::nullopt;
            lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
        }
    Mat6 back;  // of `lower`
    for (std::size_t column = 0; column < 6; ++column)
        for (std::size_t i = column; i < 6; ++i) {
            double sum = i == column ? 1 : 0;
            for (std::size_t k = column; k < i; ++k) sum -= lower[i][k] * back[k][column];
            back[i][column] = sum / lower[i][i];
        }
    auto out = transposed(back) * back;
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j) out[i][j] *= scale[i] * scale[j];
    return out;
}

std::array<double, 6> operator*(const Mat6& matrix, const std::array<double, 6>& vector) {
    std::array<double, 6> out{};
    for (std::size_t i = 0; i < 6; ++i)
        for (std::size_t j = 0; j < 6; ++j) out[i] += matrix[i][j] * vector[j];
    return out;
}

double weighed(const Step& step, const Mat6& information) {
    const auto values = step.values(), product = information * values;
    double sum = 0;
    for (std::size_t i = 0; i < 6; ++i) sum += values[i] * product[i];
    return sum;
}

}  // namespace augment

// As much linear algebra as projections need. Row-major, double; nothing is checked.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

namespace augment {

struct Vec2 {
    double x = 0;
    double y = 0;
    bool operator==(const Vec2&) const = default;
};
struct Vec3 {
    double x = 0;
    double y = 0;
    double z = 0;
    bool operator==(const Vec3&) const = default;
};
constexpr Vec2 operator+(Vec2 a, Vec2 b) {
    return {a.x + b.x, a.y + b.y};
}
constexpr Vec2 operator-(Vec2 a, Vec2 b) {
    return {a.x - b.x, a.y - b.y};
}
inline double length(Vec2 a) {
    return std::hypot(a.x, a.y);
}
constexpr Vec3 operator+(Vec3 a, Vec3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
constexpr Vec3 operator-(Vec3 a, Vec3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
constexpr Vec3 operator*(double k, Vec3 a) {
    return {k * a.x, k * a.y, k * a.z};
}
constexpr double dot(Vec3 a, Vec3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
constexpr Vec3 cross(Vec3 a, Vec3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline double length(Vec3 a) {
    return std::sqrt(dot(a, a));
}
inline Vec3 unit(Vec3 a) {
    return (1 / length(a)) * a;
}

/// Of `rows` by `columns`.
template <std::size_t rows, std::size_t columns>
struct Matrix {
    std::array<std::array<double, columns>, rows> at{};
    constexpr std::array<double, columns>& operator[](std::size_t row) { return at[row]; }
    constexpr const std::array<double, columns>& operator[](std::size_t row) const { return at[row]; }
    bool operator==(const Matrix&) const = default;
};
using Mat2 = Matrix<2, 2>;
using Mat3 = Matrix<3, 3>;

template <std::size_t n, std::size_t m, std::size_t k>
constexpr Matrix<n, k> operator*(const Matrix<n, m>& a, const Matrix<m, k>& b) {
    Matrix<n, k> out;
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < k; ++column)
            for (std::size_t i = 0; i < m; ++i) out[row][column] += a[row][i] * b[i][column];
    return out;
}
template <std::size_t n, std::size_t m>
constexpr Matrix<n, m> operator+(Matrix<n, m> a, const Matrix<n, m>& b) {
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < m; ++column) a[row][column] += b[row][column];
    return a;
}
template <std::size_t n, std::size_t m>
constexpr Matrix<m, n> transposed(const Matrix<n, m>& a) {
    Matrix<m, n> out;
    for (std::size_t row = 0; row < n; ++row)
        for (std::size_t column = 0; column < m; ++column) out[column][row] = a[row][column];
    return out;
}
constexpr Vec3 operator*(const Mat3& a, Vec3 v) {
    return {a[0][0] * v.x + a[0][1] * v.y + a[0][2] * v.z, a[1][0] * v.x + a[1][1] * v.y + a[1][2] * v.z,
            a[2][0] * v.x + a[2][1] * v.y + a[2][2] * v.z};
}
constexpr Vec2 operator*(const Mat2& a, Vec2 v) {
    return {a[0][0] * v.x + a[0][1] * v.y, a[1][0] * v.x + a[1][1] * v.y};
}
constexpr Mat3 rows_of(Vec3 a, Vec3 b, Vec3 c) {
    return {{{{a.x, a.y, a.z}, {b.x, b.y, b.z}, {c.x, c.y, c.z}}}};
}
constexpr Mat3 columns_of(Vec3 a, Vec3 b, Vec3 c) {
    return transposed(rows_of(a, b, c));
}
constexpr Mat3 identity() {
    return rows_of({1, 0, 0}, {0, 1, 0}, {0, 0, 1});
}
constexpr double determinant(const Mat3& a) {
    return dot({a[0][0], a[0][1], a[0][2]}, cross({a[1][0], a[1][1], a[1][2]}, {a[2][0], a[2][1], a[2][2]}));
}
constexpr double determinant(const Mat2& a) {
    return a[0][0] * a[1][1] - a[0][1] * a[1][0];
}
constexpr Mat3 inverse(const Mat3& a) {
    const Vec3 r{a[0][0], a[0][1], a[0][2]}, s{a[1][0], a[1][1], a[1][2]}, t{a[2][0], a[2][1], a[2][2]};
    const double k = 1 / determinant(a);
    return columns_of(k * cross(s, t), k * cross(t, r), k * cross(r, s));
}
constexpr Mat2 inverse(const Mat2& a) {
    const double k = 1 / determinant(a);
    return {{{{k * a[1][1], -k * a[0][1]}, {-k * a[1][0], k * a[0][0]}}}};
}
/// [v]×: cross_matrix(v) * w is v × w.
constexpr Mat3 cross_matrix(Vec3 v) {
    return rows_of({0, -v.z, v.y}, {v.z, 0, -v.x}, {-v.y, v.x, 0});
}
/// About z, counter-clockwise seen from its tip; radians.
inline Mat3 turn_about_z(double angle) {
    const double c = std::cos(angle), s = std::sin(angle);
    return rows_of({c, -s, 0}, {s, c, 0}, {0, 0, 1});
}

/// A_from_B: point of B in, the same point in A out. mm.
struct Rigid {
    Mat3 rotation = identity();
    Vec3 translation{};
    constexpr Vec3 operator()(Vec3 point) const { return rotation * point + translation; }
};
constexpr Rigid operator*(const Rigid& a, const Rigid& b) {
    return {a.rotation * b.rotation, a(b.translation)};
}
constexpr Rigid inverse(const Rigid& a) {
    const auto back = transposed(a.rotation);
    return {back, -1.0 * (back * a.translation)};
}

}  // namespace augment

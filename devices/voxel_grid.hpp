// Values on a grid along the axes of W.
#pragma once

#include "augment/linear.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace devices {

struct VoxelGrid {
    std::array<int, 3> size{};  ///< along x, y, z; at least 2 each
    augment::Vec3 first{};      ///< mm, W
    double mm = 1;              ///< from one to the next
    std::vector<float> values;  ///< x is the fastest

    [[nodiscard]] std::size_t index(int x, int y, int z) const {
        return (static_cast<std::size_t>(z) * static_cast<std::size_t>(size[1]) + static_cast<std::size_t>(y)) *
                   static_cast<std::size_t>(size[0]) +
               static_cast<std::size_t>(x);
    }
    [[nodiscard]] augment::Vec3 at(int x, int y, int z) const {
        return first + mm * augment::Vec3{static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)};
    }
    /// Trilinear; outside the nearest face's value.
    [[nodiscard]] float sample(augment::Vec3 point) const {
        const auto from = (1 / mm) * (point - first);
        return sample(static_cast<float>(from.x), static_cast<float>(from.y), static_cast<float>(from.z));
    }
    /// The same, in voxels.
    [[nodiscard]] float sample(float x, float y, float z) const {
        const auto within = [](float value, int count) {
            return std::min(std::max(value, 0.0F), static_cast<float>(count - 1));
        };
        x = within(x, size[0]), y = within(y, size[1]), z = within(z, size[2]);
        const int i = std::min(static_cast<int>(x), size[0] - 2), j = std::min(static_cast<int>(y), size[1] - 2),
                  k = std::min(static_cast<int>(z), size[2] - 2);
        const float u = x - static_cast<float>(i), v = y - static_cast<float>(j), w = z - static_cast<float>(k);
        const std::size_t row = static_cast<std::size_t>(size[0]), slice = row * static_cast<std::size_t>(size[1]);
        const float* low = &values[index(i, j, k)];
        const auto along = [u](const float* from) { return from[0] + u * (from[1] - from[0]); };
        const auto across = [&](const float* from) {
            const float near = along(from);
            return near + v * (along(from + row) - near);
        };
        const float below = across(low);
        return below + w * (across(low + slice) - below);
    }
};

}  // namespace devices

#include "augment/fusion_scale.hpp"
#include "augment/fusion_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace {

struct Sizes {
    int from_width, from_height, to_width, to_height;
};
constexpr std::array sizes{Sizes{1024, 1024, 1008, 1008}, Sizes{512, 512, 1008, 1008}, Sizes{800, 600, 904, 678},
                           Sizes{400, 300, 452, 340},     Sizes{100, 80, 61, 49},      Sizes{100, 80, 20, 16},
                           Sizes{7, 5, 50, 33},           Sizes{2, 2, 2, 2},           Sizes{1, 1, 9, 9},
                           Sizes{33, 17, 34, 18},         Sizes{640, 480, 2, 2}};

std::vector<std::uint8_t> noise(int count) {
    std::vector<std::uint8_t> out;
    std::uint32_t state = 7;
    for (int i = 0; i < count; ++i)
        out.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
    return out;
}

TEST(RowScaler, the_vector_loop_gives_the_portable_loops_bits_and_writes_no_column_more) {
    for (const auto& [from_width, from_height, to_width, to_height] : sizes) {
        const auto pixels = noise(from_width * from_height);
        const augment::PlaneView from{pixels.data(), from_width, from_width, from_height};
        augment::RowScaler scaler{from_width, from_height, to_width, to_height};
        std::vector<std::uint8_t> fast(static_cast<std::size_t>(to_width) + 32, 99);
        auto slow = fast;
        for (int y = 0; y < to_height; ++y) {
            scaler.row(fast.data(), from, y);
            scaler.row_portable(slow.data(), from, y);
            ASSERT_EQ(fast, slow) << from_width << " to " << to_width << ", row " << y;
        }
    }
}

TEST(RowScaler, equal_sizes_are_copied) {
    const auto pixels = noise(40 * 30);
    const augment::PlaneView from{pixels.data(), 40, 40, 30};
    augment::RowScaler scaler{40, 30, 40, 30};
    std::vector<std::uint8_t> out(40);
    for (int y = 0; y < 30; ++y) {
        scaler.row_portable(out.data(), from, y);
        ASSERT_TRUE(std::equal(out.begin(), out.end(), from.row(y)));
    }
}

TEST(RowScaler, positions_are_the_nearest_64th_between_the_borders) {
    for (const auto& size : sizes)
        for (int x = 0; x < size.to_width; ++x) {
            const double exact = (x + 0.5) * size.from_width / size.to_width - 0.5;
            const double inside = std::clamp(exact, 0.0, size.from_width - 1.0);
            ASSERT_NEAR(augment::scaled_position(x, size.to_width, size.from_width) / 64.0, inside, 0.5 / 64 + 1e-9);
        }
}

}  // namespace

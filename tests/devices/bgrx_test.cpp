#include "devices/bgrx.hpp"
#include "devices/changes.hpp"
#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace devices {
namespace {

using transport::PixelFormat;
using transport::Pixels;
using transport::Rect;

std::shared_ptr<Pixels> noise(int width, int height, unsigned seed) {
    static transport::PixelPool pool;
    auto out = pool.get(PixelFormat::i420, width, height);
    std::mt19937 random{seed};
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y)
            for (int x = 0; x < out->plane_width(plane); ++x)
                out->row(plane, y)[x] = static_cast<std::uint8_t>(random());
    return out;
}

std::shared_ptr<Pixels> copy_of(const Pixels& from) {
    auto out = noise(from.width, from.height, 0);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < from.plane_height(plane); ++y)
            std::copy_n(from.row(plane, y), from.plane_width(plane), out->row(plane, y));
    return out;
}

TEST(Bgrx, is_full_range_bt601_within_a_level_at_every_level_and_colour) {
    transport::PixelPool pool;
    const auto picture = pool.get(PixelFormat::i420, 512, 2);
    std::vector<std::uint8_t> out(512 * 2 * 4);
    for (int chroma = 0; chroma < 256 * 256; chroma += 37) {
        const int u = chroma / 256;
        const int v = chroma % 256;
        for (int row = 0; row < 2; ++row)
            for (int x = 0; x < 512; ++x) picture->row(0, row)[x] = static_cast<std::uint8_t>(x / 2);
        std::fill_n(picture->row(1, 0), 256, static_cast<std::uint8_t>(u));
        std::fill_n(picture->row(2, 0), 256, static_cast<std::uint8_t>(v));
        to_bgrx(*picture, {0, 0, 512, 2}, out.data(), 512 * 4);
        for (int x = 0; x < 512; x += 2) {
            const auto exact = [&](double value) { return std::clamp(x / 2 + value, 0.0, 255.0); };
            const auto* const pixel = out.data() + x * 4;
            ASSERT_NEAR(pixel[2], exact(1.402 * (v - 128)), 1.0);
            ASSERT_NEAR(pixel[1], exact(-0.344136 * (u - 128) - 0.714136 * (v - 128)), 1.5);
            ASSERT_NEAR(pixel[0], exact(1.772 * (u - 128)), 1.0);
        }
    }
}

TEST(Bgrx, the_vector_loop_gives_the_portable_loops_bits_and_writes_nothing_outside) {
    for (const int width : {2, 30, 32, 34, 62, 64, 96, 130}) {
        const auto picture = noise(160, 8, static_cast<unsigned>(width));
        std::vector<std::uint8_t> fast(160 * 8 * 4, 7);
        auto plain = fast;
        const Rect where{10, 2, width, 4};
        to_bgrx(*picture, where, fast.data(), 160 * 4);
        to_bgrx_portable(*picture, where, plain.data(), 160 * 4);
        EXPECT_EQ(fast, plain) << width;
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 160; ++x) {
                const bool inside = x >= 10 && x < 10 + width && y >= 2 && y < 6;
                ASSERT_EQ(fast[static_cast<std::size_t>((y * 160 + x) * 4 + 3)], inside ? 255 : 7) << x << ' ' << y;
            }
    }
}

TEST(Changes, equal_pictures_have_none) {
    const auto picture = noise(200, 40, 1);
    const auto same = copy_of(*picture);
    for (int y = 0; y < 40; y += change_band) EXPECT_TRUE(changed(*picture, *same, y).empty()) << y;
}

TEST(Changes, every_sample_that_differs_lies_inside_and_the_rest_of_the_picture_outside) {
    const auto before = noise(200, 40, 2);
    for (int plane = 0; plane < 3; ++plane) {
        const int part = plane == 0 ? 1 : 2;
        for (int y = 0; y < before->plane_height(plane); y += 3) {
            for (int x = 0; x < before->plane_width(plane); ++x) {
                const auto now = copy_of(*before);
                now->row(plane, y)[x] ^= 1;
                for (int band = 0; band < 40; band += change_band) {
                    const auto rect = changed(*before, *now, band);
                    if (y * part < band || y * part >= band + change_band) {
                        ASSERT_TRUE(rect.empty());
                        continue;
                    }
                    ASSERT_LE(rect.x, x * part);
                    ASSERT_GE(rect.x + rect.width, x * part + part);
                    ASSERT_LE(rect.width, change_column);
                    ASSERT_LE(rect.x + rect.width, 200);
                    ASSERT_EQ(rect.y, band);
                    ASSERT_LE(rect.y + rect.height, 40);
                }
            }
        }
    }
}

TEST(Changes, two_samples_far_apart_are_told_as_one_stretch) {
    const auto before = noise(400, 16, 3);
    const auto now = copy_of(*before);
    now->row(0, 9)[70] ^= 1;
    now->row(2, 1)[150] ^= 1;
    const auto rect = changed(*before, *now, 0);
    EXPECT_EQ(rect.x, 64);
    EXPECT_EQ(rect.x + rect.width, 320);
}

}  // namespace
}  // namespace devices

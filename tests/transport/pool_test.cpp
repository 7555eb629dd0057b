#include "transport/pool.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace {

using transport::PixelFormat;
using transport::PixelPool;
using transport::Pixels;

void paint(Pixels& picture, std::uint8_t value) {
    for (int plane = 0; plane < picture.plane_count(); ++plane)
        for (int y = 0; y < picture.plane_height(plane); ++y)
            std::memset(picture.row(plane, y), value + plane, static_cast<std::size_t>(picture.plane_width(plane)));
}

bool painted(const Pixels& picture, std::uint8_t value) {
    for (int plane = 0; plane < picture.plane_count(); ++plane)
        for (int y = 0; y < picture.plane_height(plane); ++y)
            for (int x = 0; x < picture.plane_width(plane); ++x)
                if (picture.row(plane, y)[x] != static_cast<std::uint8_t>(value + plane)) return false;
    return true;
}

TEST(PixelPool, planes_are_aligned_and_do_not_overlap) {
    PixelPool pool;
    const auto picture = pool.get(PixelFormat::i420, 802, 602);
    EXPECT_EQ(picture->width, 802);
    EXPECT_EQ(picture->height, 602);
    for (int plane = 0; plane < 3; ++plane) {
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(picture->row(plane, 0)) % 64, 0U);
        EXPECT_EQ(picture->planes[static_cast<std::size_t>(plane)].stride % 64, 0);
        EXPECT_GE(picture->planes[static_cast<std::size_t>(plane)].stride, picture->plane_width(plane));
    }
    paint(*picture, 10);
    EXPECT_TRUE(painted(*picture, 10));
}

TEST(PixelPool, grey_has_one_plane) {
    PixelPool pool;
    const auto picture = pool.get(PixelFormat::gray8, 33, 17);
    EXPECT_EQ(picture->plane_count(), 1);
    EXPECT_EQ(picture->planes[1].data, nullptr);
    paint(*picture, 200);
    EXPECT_TRUE(painted(*picture, 200));
}

TEST(PixelPool, memory_is_used_again_once_the_last_holder_lets_go) {
    PixelPool pool;
    auto first = pool.get(PixelFormat::i420, 640, 480);
    const auto* memory = first->row(0, 0);
    const transport::SharedPixels holder = first;
    first.reset();
    EXPECT_NE(pool.get(PixelFormat::i420, 640, 480)->row(0, 0), memory) << "given away while somebody held it";
}

TEST(PixelPool, a_returned_picture_is_the_next_one_of_its_size) {
    PixelPool pool;
    const auto* memory = pool.get(PixelFormat::i420, 640, 480)->row(0, 0);
    EXPECT_NE(pool.get(PixelFormat::i420, 320, 240)->row(0, 0), memory);
    EXPECT_EQ(pool.get(PixelFormat::i420, 640, 480)->row(0, 0), memory);
}

TEST(PixelPool, pictures_out_at_the_same_time_never_share_memory) {
    PixelPool pool;
    std::vector<std::shared_ptr<Pixels>> out;
    for (std::uint8_t i = 0; i < 20; ++i) {
        out.push_back(pool.get(PixelFormat::i420, 64, 64));
        paint(*out.back(), static_cast<std::uint8_t>(i * 10));
    }
    for (std::uint8_t i = 0; i < 20; ++i) EXPECT_TRUE(painted(*out[i], static_cast<std::uint8_t>(i * 10)));
}

TEST(PixelPool, a_picture_outlives_its_pool) {
    std::shared_ptr<Pixels> picture;
    {
        PixelPool pool;
        picture = pool.get(PixelFormat::gray8, 128, 128);
    }
    paint(*picture, 7);
    EXPECT_TRUE(painted(*picture, 7));
}

TEST(PixelPool, serves_several_threads) {
    PixelPool pool;
    std::vector<int> torn(4);
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < 4; ++t)
            threads.emplace_back([&pool, &torn, t] {
                for (int i = 0; i < 500; ++i) {
                    const auto picture = pool.get(PixelFormat::i420, 32 + 32 * (i % 2), 32);
                    const auto value = static_cast<std::uint8_t>(t * 50);
                    paint(*picture, value);
                    torn[t] += painted(*picture, value) ? 0 : 1;
                }
            });
    }
    EXPECT_EQ(torn, std::vector<int>(4));
}

}  // namespace

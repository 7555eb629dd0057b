// PSNR and SSIM on pictures whose values can be reckoned by hand.
#include "bench/quality.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace {

using namespace bench;

Luma flat(int width, int height, int value) {
    return {width, height,
            std::vector<std::uint8_t>(static_cast<std::size_t>(width * height), static_cast<std::uint8_t>(value))};
}

/// Black and white columns, four pixels wide.
Luma bars(int width, int height, int from) {
    auto out = flat(width, height, 0);
    for (int i = 0; i < width * height; ++i)
        if ((i % width + from) / 4 % 2 == 1) out.values[static_cast<std::size_t>(i)] = 255;
    return out;
}

TEST(Psnr, known_differences) {
    EXPECT_NEAR(psnr_db(flat(16, 8, 100), flat(16, 8, 101)), 48.1308, 1e-3);
    EXPECT_NEAR(psnr_db(flat(16, 8, 100), flat(16, 8, 110)), 28.1308, 1e-3);
    EXPECT_NEAR(psnr_db(flat(16, 8, 0), flat(16, 8, 255)), 0, 1e-9);
    auto one_wrong = flat(10, 10, 50);
    one_wrong.values[42] = 60;  // mean squared error 1
    EXPECT_NEAR(psnr_db(one_wrong, flat(10, 10, 50)), 48.1308, 1e-3);
}

TEST(Psnr, of_equal_pictures_is_100) {
    EXPECT_EQ(psnr_db(bars(32, 16, 0), bars(32, 16, 0)), 100);
}

TEST(Ssim, of_equal_pictures_is_1) {
    EXPECT_NEAR(ssim(bars(32, 16, 0), bars(32, 16, 0)), 1, 1e-12);
}

TEST(Ssim, flat_pictures_differ_in_brightness_alone) {
    const double c1 = 0.01 * 255 * 0.01 * 255;
    const double expected = (2 * 100.0 * 150.0 + c1) / (100.0 * 100.0 + 150.0 * 150.0 + c1);
    EXPECT_NEAR(ssim(flat(24, 16, 100), flat(24, 16, 150)), expected, 1e-9);
}

TEST(Ssim, of_a_picture_and_its_negative_is_below_0) {
    EXPECT_LT(ssim(bars(32, 16, 0), bars(32, 16, 4)), -0.9);
}

TEST(Ssim, blur_costs_more_than_a_shift_in_brightness_of_the_same_error) {
    auto sharp = flat(32, 32, 100);
    for (std::size_t i = 0; i < sharp.values.size(); ++i) sharp.values[i] = i % 2 == 0 ? 90 : 110;
    auto brighter = sharp;
    for (auto& value : brighter.values) value = static_cast<std::uint8_t>(value + 10);
    const auto blurred = flat(32, 32, 100);
    ASSERT_NEAR(psnr_db(blurred, sharp), psnr_db(brighter, sharp), 1e-9);
    EXPECT_LT(ssim(blurred, sharp), 0.5);
    EXPECT_GT(ssim(brighter, sharp), 0.95);
}

TEST(Quality, pictures_of_different_size_are_refused) {
    EXPECT_THROW((void)psnr_db(flat(16, 8, 1), flat(8, 16, 1)), std::invalid_argument);
    EXPECT_THROW((void)ssim(flat(16, 8, 1), flat(8, 16, 1)), std::invalid_argument);
    EXPECT_THROW((void)ssim(flat(7, 7, 1), flat(7, 7, 1)), std::invalid_argument);
    EXPECT_THROW((void)best_quality(flat(8, 8, 1), {}), std::invalid_argument);
}

TEST(Quality, the_frame_of_the_loop_is_found_by_its_pixels) {
    auto shown = bars(32, 16, 2);
    shown.values[0] = static_cast<std::uint8_t>(shown.values[0] ^ 4);
    const auto quality = best_quality(shown, {bars(32, 16, 0), bars(32, 16, 1), bars(32, 16, 2), flat(32, 16, 128)});
    EXPECT_NEAR(quality.psnr_db, 10 * std::log10(255.0 * 255 * 512 / 16), 1e-9);
    EXPECT_GT(quality.ssim, 0.99);
}

TEST(LumaFiles, come_back_as_they_were_written) {
    const auto path = std::filesystem::path{testing::TempDir()} / "luma_test.pgm";
    const auto picture = bars(30, 10, 3);
    write_pgm(path, picture);
    EXPECT_EQ(read_pgm(path), picture);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    EXPECT_THROW((void)read_pgm(path), std::runtime_error);
    std::ofstream{path} << "P6\n1 1\n255\nabc";
    EXPECT_THROW((void)read_pgm(path), std::runtime_error);
    std::filesystem::remove(path);
}

TEST(LumaFiles, a_crop_is_that_part_and_must_lie_inside) {
    auto picture = flat(8, 4, 0);
    picture.values[2 * 8 + 5] = 9;
    EXPECT_EQ(crop(picture, {5, 2, 1, 1}), flat(1, 1, 9));
    EXPECT_THROW((void)crop(picture, {5, 2, 4, 1}), std::invalid_argument);
    EXPECT_THROW((void)crop(picture, {-1, 0, 2, 2}), std::invalid_argument);
}

}  // namespace

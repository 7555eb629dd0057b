#include "transport/timecode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "transport/pool.hpp"

namespace {

using transport::PixelFormat;
using transport::Pixels;
using transport::read_timecode;
using transport::Rect;
using transport::Timecode;
using transport::timecode_height;
using transport::timecode_rect;
using transport::timecode_width;
using transport::write_timecode;

constexpr Timecode sample{0x1234, 0xDEADBEEF, 0x00123456789ABC};

std::shared_ptr<Pixels> picture(PixelFormat format, int width, int height, std::uint8_t luma = 90) {
    transport::PixelPool pool;
    auto pixels = pool.get(format, width, height);
    for (int plane = 0; plane < pixels->plane_count(); ++plane)
        for (int y = 0; y < pixels->plane_height(plane); ++y)
            std::fill_n(pixels->row(plane, y), pixels->plane_width(plane), plane == 0 ? luma : std::uint8_t{60});
    return pixels;
}

std::shared_ptr<Pixels> coded_picture(const Timecode& code, PixelFormat format = PixelFormat::i420) {
    auto pixels = picture(format, 320, 280);
    write_timecode(*pixels, 0, timecode_rect(240).y, code);
    return pixels;
}

/// The whole picture by bilinear sampling, each axis by its own factor, then a box blur of that radius.
std::shared_ptr<Pixels> scaled(const Pixels& from, double x_factor, double y_factor, int blur) {
    const int width = static_cast<int>(std::lround(from.width * x_factor));
    const int height = static_cast<int>(std::lround(from.height * y_factor));
    auto to = picture(PixelFormat::gray8, width, height);
    const auto at = [&](int x, int y) -> double {
        return from.row(0, std::clamp(y, 0, from.height - 1))[std::clamp(x, 0, from.width - 1)];
    };
    std::vector<double> sharp(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    const auto pixel = [&](int x, int y) -> double& {
        return sharp[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
    };
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const double fx = (x + 0.5) * from.width / width - 0.5;
            const double fy = (y + 0.5) * from.height / height - 0.5;
            const int left = static_cast<int>(std::floor(fx));
            const int top = static_cast<int>(std::floor(fy));
            const double u = fx - left;
            const double v = fy - top;
            pixel(x, y) = (at(left, top) * (1 - u) + at(left + 1, top) * u) * (1 - v) +
                          (at(left, top + 1) * (1 - u) + at(left + 1, top + 1) * u) * v;
        }
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            double sum = 0;
            for (int dy = -blur; dy <= blur; ++dy)
                for (int dx = -blur; dx <= blur; ++dx)
                    sum += pixel(std::clamp(x + dx, 0, width - 1), std::clamp(y + dy, 0, height - 1));
            to->row(0, y)[x] = static_cast<std::uint8_t>(std::lround(sum / ((2 * blur + 1) * (2 * blur + 1))));
        }
    return to;
}

TEST(Timecode, what_is_written_is_read) {
    std::mt19937_64 random{3};
    for (const auto format : {PixelFormat::i420, PixelFormat::gray8}) {
        EXPECT_EQ(read_timecode(*coded_picture(sample, format), timecode_rect(240)), sample);
        EXPECT_EQ(read_timecode(*coded_picture({}, format), timecode_rect(240)), Timecode{});
        const Timecode highest{0xFFFF, 0xFFFFFFFF, (std::int64_t{1} << 56) - 1};
        EXPECT_EQ(read_timecode(*coded_picture(highest, format), timecode_rect(240)), highest);
        for (int i = 0; i < 200; ++i) {
            const Timecode code{static_cast<transport::StreamId>(random()), static_cast<std::uint32_t>(random()),
                                static_cast<std::int64_t>(random() >> 8)};
            EXPECT_EQ(read_timecode(*coded_picture(code, format), timecode_rect(240)), code);
        }
    }
}

// Bytes computed apart from this code: magic B2, big endian fields, CRC-16/CCITT-FALSE (poly 1021, init FFFF).
TEST(Timecode, the_blocks_are_the_published_layout) {
    constexpr std::array<std::uint8_t, 16> golden{0xB2, 0x12, 0x34, 0xDE, 0xAD, 0xBE, 0xEF, 0x00,
                                                  0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0x32, 0xEE};
    const auto pixels = coded_picture(sample);
    for (int y = 0; y < timecode_height; ++y)
        for (int x = 0; x < timecode_width; ++x) {
            const int block = y / 8 * 32 + x / 8;
            const bool white = (golden[static_cast<std::size_t>(block / 8)] >> (7 - block % 8) & 1) != 0;
            ASSERT_EQ(pixels->row(0, 240 + y)[x], white ? 235 : 16) << x << "," << y;
        }
}

TEST(Timecode, only_the_strip_is_touched_and_its_colour_is_neutral) {
    const auto pixels = coded_picture(sample);
    for (int plane = 0; plane < 3; ++plane) {
        const int part = plane == 0 ? 1 : 2;
        for (int y = 0; y < pixels->plane_height(plane); ++y)
            for (int x = 0; x < pixels->plane_width(plane); ++x) {
                const bool in_strip = x < 256 / part && y >= 240 / part && y < 272 / part;
                const int value = pixels->row(plane, y)[x];
                if (in_strip && plane == 0) continue;
                const int untouched = plane == 0 ? 90 : 60;
                ASSERT_EQ(value, in_strip ? 128 : untouched) << plane << ": " << x << "," << y;
            }
    }
}

TEST(Timecode, padding_makes_room_for_the_strip_at_even_sizes) {
    EXPECT_EQ(transport::padded_width(800), 800);
    EXPECT_EQ(transport::padded_width(801), 802);
    EXPECT_EQ(transport::padded_width(100), 256);
    EXPECT_EQ(transport::padded_height(600), 632);
    EXPECT_EQ(transport::padded_height(601), 634);
    for (const int height : {1, 2, 33, 512, 601}) {
        const auto strip = timecode_rect(height);
        EXPECT_GE(strip.y, height);
        EXPECT_EQ(strip.y % 2, 0);
        EXPECT_EQ(strip.y + strip.height, transport::padded_height(height));
    }
}

TEST(Timecode, a_strip_that_does_not_fit_is_refused) {
    auto pixels = picture(PixelFormat::i420, 300, 40);
    EXPECT_THROW(write_timecode(*pixels, 46, 0, sample), std::invalid_argument);
    EXPECT_THROW(write_timecode(*pixels, 0, 10, sample), std::invalid_argument);
    EXPECT_THROW(write_timecode(*pixels, -2, 0, sample), std::invalid_argument);
    EXPECT_THROW(write_timecode(*pixels, 1, 0, sample), std::invalid_argument);
    EXPECT_NO_THROW(write_timecode(*pixels, 44, 8, sample));
}

TEST(Timecode, survives_noise) {
    std::mt19937_64 random{5};
    for (const double sigma : {5.0, 20.0, 60.0}) {
        std::normal_distribution<double> noise{0, sigma};
        for (int i = 0; i < 20; ++i) {
            auto pixels = coded_picture(sample);
            for (int y = 0; y < pixels->height; ++y)
                for (int x = 0; x < pixels->width; ++x) {
                    auto& value = pixels->row(0, y)[x];
                    value = static_cast<std::uint8_t>(std::clamp(value + noise(random), 0.0, 255.0));
                }
            EXPECT_EQ(read_timecode(*pixels, timecode_rect(240)), sample) << sigma;
        }
    }
}

TEST(Timecode, survives_a_change_of_brightness_and_contrast) {
    for (const double gain : {0.3, 0.6, 1.0})
        for (const double offset : {0.0, 60.0, 150.0}) {
            auto pixels = coded_picture(sample);
            for (int y = 0; y < pixels->height; ++y)
                for (int x = 0; x < pixels->width; ++x) {
                    auto& value = pixels->row(0, y)[x];
                    value = static_cast<std::uint8_t>(std::clamp(value * gain + offset, 0.0, 255.0));
                }
            EXPECT_EQ(read_timecode(*pixels, timecode_rect(240)), sample) << gain << " " << offset;
        }
}

TEST(Timecode, survives_uneven_scale_and_blur) {
    const auto original = coded_picture(sample);
    for (const double x_factor : {0.5, 0.8, 0.93, 1.0, 1.17, 1.5, 2.0})
        for (const double y_factor : {0.5, 0.8, 0.93, 1.0, 1.17, 1.5, 2.0})
            for (const int blur : {0, 1}) {
                const auto small = scaled(*original, x_factor, y_factor, blur);
                const auto place = [](double start, double factor) {
                    return static_cast<int>(std::lround(start * factor));
                };
                const Rect where{0, place(240, y_factor), place(256, x_factor), place(32, y_factor)};
                EXPECT_EQ(read_timecode(*small, where), sample) << x_factor << " x " << y_factor << " blur " << blur;
            }
}

TEST(Timecode, each_single_flipped_block_is_detected) {
    for (int block = 0; block < 128; ++block) {
        auto pixels = coded_picture(sample);
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 8; ++x) {
                auto& value = pixels->row(0, 240 + block / 32 * 8 + y)[block % 32 * 8 + x];
                value = static_cast<std::uint8_t>(251 - value);
            }
        EXPECT_EQ(read_timecode(*pixels, timecode_rect(240)), std::nullopt) << block;
    }
}

TEST(Timecode, each_burst_of_up_to_16_flipped_blocks_is_detected) {
    for (int length = 2; length <= 16; ++length)
        for (int first = 0; first + length <= 128; ++first) {
            auto pixels = coded_picture(sample);
            for (int block = first; block < first + length; ++block)
                for (int y = 0; y < 8; ++y)
                    for (int x = 0; x < 8; ++x) {
                        auto& value = pixels->row(0, 240 + block / 32 * 8 + y)[block % 32 * 8 + x];
                        value = static_cast<std::uint8_t>(251 - value);
                    }
            EXPECT_EQ(read_timecode(*pixels, timecode_rect(240)), std::nullopt) << first << " +" << length;
        }
}

TEST(Timecode, a_half_replaced_strip_is_never_read_as_either) {
    auto pixels = coded_picture(sample);
    const auto next = coded_picture({sample.stream, sample.sequence + 1, sample.time_us + 33'333});
    for (int y = 256; y < 272; ++y) std::copy_n(next->row(0, y), timecode_width, pixels->row(0, y));
    EXPECT_EQ(read_timecode(*pixels, timecode_rect(240)), std::nullopt);
}

TEST(Timecode, a_place_outside_the_picture_reads_nothing) {
    const auto pixels = coded_picture(sample);
    constexpr int huge = std::numeric_limits<int>::max();
    constexpr int tiny = std::numeric_limits<int>::min();
    for (const Rect where :
         {Rect{0, 249, 256, 32}, Rect{65, 240, 256, 32}, Rect{-1, 240, 256, 32}, Rect{0, -1, 256, 32},
          Rect{0, 240, 321, 32}, Rect{0, 0, 256, 281}, Rect{0, 240, 0, 0}, Rect{0, 240, 31, 32}, Rect{0, 240, 256, 3},
          Rect{0, 240, -256, -32}, Rect{huge, huge, huge, huge}, Rect{tiny, tiny, tiny, tiny}, Rect{huge, 0, 256, 32},
          Rect{0, tiny, huge, 32}})
        EXPECT_EQ(read_timecode(*pixels, where), std::nullopt) << where.x << "," << where.y;
    EXPECT_EQ(read_timecode(Pixels{}, {0, 0, 256, 32}), std::nullopt);
}

TEST(Timecode, a_flat_or_faint_picture_holds_no_code) {
    for (int luma = 0; luma < 256; ++luma)
        EXPECT_EQ(
            read_timecode(*picture(PixelFormat::gray8, 256, 32, static_cast<std::uint8_t>(luma)), {0, 0, 256, 32}),
            std::nullopt);
}

/// A strip of one pixel a block, so that a million of them take a second.
struct SmallStrip {
    std::shared_ptr<Pixels> pixels = picture(PixelFormat::gray8, 32, 4);
    void set(int block, std::uint8_t luma) { pixels->row(0, block / 32)[block % 32] = luma; }
    [[nodiscard]] std::optional<Timecode> read() const { return read_timecode(*pixels, {0, 0, 32, 4}); }
};

TEST(Timecode, garbage_is_read_no_oftener_than_magic_and_checksum_allow) {
    std::mt19937_64 random{99};
    SmallStrip strip;
    int grey_codes = 0;
    int black_and_white_codes = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        for (int block = 0; block < 128; block += 8) {
            const auto bits = random();
            for (int k = 0; k < 8; ++k) strip.set(block + k, static_cast<std::uint8_t>(bits >> (8 * k)));
        }
        grey_codes += strip.read() ? 1 : 0;
        for (int block = 0; block < 128; block += 64) {
            const auto bits = random();
            for (int k = 0; k < 64; ++k) strip.set(block + k, (bits >> k & 1) != 0 ? 235 : 16);
        }
        black_and_white_codes += strip.read() ? 1 : 0;
    }
    // 24 bits: 0.06 of a million black and white ones are expected, 0.2 grey ones (the levels come from the magic).
    EXPECT_LE(grey_codes, 2);
    EXPECT_LE(black_and_white_codes, 1);
}

TEST(Timecode, behind_a_true_magic_garbage_is_read_once_in_65536) {
    std::mt19937_64 random{100};
    SmallStrip strip;
    for (int k = 0; k < 8; ++k) strip.set(k, (0xB2 >> (7 - k) & 1) != 0 ? 235 : 16);
    int codes = 0;
    for (int i = 0; i < 1'000'000; ++i) {
        for (int block = 8; block < 128; block += 60) {
            const auto bits = random();
            for (int k = 0; k < 60; ++k) strip.set(block + k, (bits >> k & 1) != 0 ? 235 : 16);
        }
        codes += strip.read() ? 1 : 0;
    }
    EXPECT_LE(codes, 40);  // 15 are expected
}

}  // namespace

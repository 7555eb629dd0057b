// Pictures through the real codec: one in, one out, near enough to the original, and no surprise.
#include "transport/codec.hpp"
#include "transport/pool.hpp"
#include "transport/stamp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

namespace {

using namespace transport;

SharedPixels picture(PixelPool& pool, PixelFormat format, int width, int height, int step) {
    auto pixels = pool.get(format, width, height);
    for (int plane = 0; plane < pixels->plane_count(); ++plane)
        for (int y = 0; y < pixels->plane_height(plane); ++y)
            for (int x = 0; x < pixels->plane_width(plane); ++x)
                pixels->row(plane, y)[x] =
                    static_cast<std::uint8_t>(128 + 100 * std::sin(0.05 * (x + step)) * std::cos(0.07 * y + plane));
    return pixels;
}

double mean_square_error(const Pixels& a, const Pixels& b) {
    double sum = 0;
    for (int y = 0; y < a.height; ++y)
        for (int x = 0; x < a.width; ++x) sum += std::pow(a.row(0, y)[x] - b.row(0, y)[x], 2);
    return sum / (a.width * a.height);
}

class Codec : public testing::TestWithParam<std::tuple<PixelFormat, CodecProfile>> {};

TEST_P(Codec, every_picture_comes_back_at_once_in_order_and_looks_the_same) {
    const auto [format, profile] = GetParam();
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.profile = profile;
    settings.format = format;
    settings.width = 320;
    settings.height = 240;
    const auto encoder = make_encoder(settings);
    const auto decoder = make_decoder();
    PixelPool pool;
    for (int i = 0; i < 70; ++i) {
        const auto original = picture(pool, format, 320, 240, 4 * i);
        const auto encoded = encoder->encode(original, i == 40);
        ASSERT_TRUE(encoded.has_value()) << "no look-ahead: picture " << i;
        EXPECT_EQ(encoded->keyframe, is_keyframe(encoded->bytes));
        if (i == 0 || i == 40) {
            EXPECT_TRUE(encoded->keyframe) << i;
        }
        if (i != 0 && i < 30) {
            EXPECT_FALSE(encoded->keyframe) << "refreshed column by column, not by an IDR: " << i;
        }
        SharedPixels decoded;
        ASSERT_EQ(decoder->decode(encoded->bytes, decoded), Decoding::ready) << "no reordering: picture " << i;
        ASSERT_EQ(decoded->width, 320);
        ASSERT_EQ(decoded->height, 240);
        EXPECT_EQ(decoded->format, PixelFormat::i420);
        EXPECT_LT(mean_square_error(*original, *decoded), 6.5) << "40 dB, picture " << i;
        if (format == PixelFormat::gray8) {
            EXPECT_EQ(decoded->row(1, 60)[80], 128) << "grey stays grey";
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Formats, Codec,
                         testing::Values(std::tuple{PixelFormat::i420, CodecProfile::intra_refresh},
                                         std::tuple{PixelFormat::gray8, CodecProfile::intra_refresh},
                                         std::tuple{PixelFormat::i420, CodecProfile::browser}));

TEST(Decoder, garbage_and_truncation_are_corrupt_and_the_next_keyframe_is_fine) {
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.width = 320;
    settings.height = 240;
    const auto encoder = make_encoder(settings);
    const auto decoder = make_decoder();
    PixelPool pool;
    const auto encoded = encoder->encode(picture(pool, PixelFormat::i420, 320, 240, 0), true);
    SharedPixels decoded;
    EXPECT_NE(decoder->decode({}, decoded), Decoding::ready);
    const std::vector<std::byte> garbage(1000, std::byte{0x5A});
    EXPECT_NE(decoder->decode(garbage, decoded), Decoding::ready);
    EXPECT_NE(decoder->decode(std::span{encoded->bytes}.first(20), decoded), Decoding::ready);
    const auto next = encoder->encode(picture(pool, PixelFormat::i420, 320, 240, 9), true);
    EXPECT_EQ(decoder->decode(next->bytes, decoded), Decoding::ready);
}

TEST(Encoder, a_picture_of_another_size_is_refused_not_stretched) {
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.width = 320;
    settings.height = 240;
    PixelPool pool;
    EXPECT_FALSE(make_encoder(settings)->encode(picture(pool, PixelFormat::i420, 160, 240, 0), false).has_value());
}

TEST(Encoder, the_probe_always_finds_x264_and_says_why_hardware_was_refused) {
    const auto probes = probe_encoders();
    ASSERT_EQ(probes.size(), 3U);
    EXPECT_EQ(probes.back().kind, EncoderKind::x264);
    EXPECT_TRUE(probes.back().works);
    for (const auto& probe : probes) EXPECT_FALSE(probe.reason.empty()) << name(probe.kind);
}

}  // namespace

// A ceiling that changes while the encoder runs, on content that has more to say than the ceiling allows.
#include "transport/codec.hpp"
#include "transport/emulator/random.hpp"
#include "transport/pool.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace {

using namespace transport;

constexpr int limited_width = 640;
constexpr int limited_height = 480;
constexpr double limited_rate = 30;

/// Speckle that is new in each picture over a shape that moves, as an echo's.
SharedPixels speckle(PixelPool& pool, Random& random, int step) {
    auto pixels = pool.get(PixelFormat::gray8, limited_width, limited_height);
    for (int y = 0; y < limited_height; ++y)
        for (int x = 0; x < limited_width; ++x) {
            const double shape = 100 + 60 * std::sin(0.03 * (x + 3 * step)) * std::cos(0.05 * y);
            const double grain = static_cast<double>(random.next() & 31U) - 16;
            pixels->row(0, y)[x] = static_cast<std::uint8_t>(std::clamp(shape + grain, 0.0, 255.0));
        }
    return pixels;
}

EncoderSettings limited_settings(CodecProfile profile, int kbit_per_s) {
    EncoderSettings settings;
    settings.kind = EncoderKind::x264;
    settings.profile = profile;
    settings.format = PixelFormat::gray8;
    settings.width = limited_width;
    settings.height = limited_height;
    settings.frames_per_second = limited_rate;
    settings.max_kbit_per_s = kbit_per_s;
    return settings;
}

/// Bytes of each picture, as a multiple of its share of the ceiling.
std::vector<double> shares_of(Encoder& encoder, Random& random, int kbit_per_s, int pictures, int& keyframes) {
    PixelPool pool;
    std::vector<double> shares;
    for (int i = 0; i < pictures; ++i) {
        const auto encoded = encoder.encode(speckle(pool, random, i), false);
        if (!encoded) return {};
        keyframes += encoded->keyframe ? 1 : 0;
        EXPECT_GE(encoded->quantiser, 1);
        shares.push_back(static_cast<double>(encoded->bytes.size()) / (kbit_per_s * 125 / limited_rate));
    }
    return shares;
}

double mean_of(const std::vector<double>& values, std::ptrdiff_t from) {
    return std::accumulate(values.begin() + from, values.end(), 0.0) /
           static_cast<double>(values.end() - values.begin() - from);
}

class EncoderLimit : public testing::TestWithParam<CodecProfile> {};

TEST_P(EncoderLimit, follows_within_ten_pictures_and_costs_no_keyframe) {
    const auto encoder = make_encoder(limited_settings(GetParam(), 20'000));
    Random random{7};
    int keyframes = 0;
    shares_of(*encoder, random, 20'000, 40, keyframes);
    EXPECT_EQ(keyframes, 1) << "the first one";
    keyframes = 0;
    for (const int kbit_per_s : {3'000, 10'000}) {
        ASSERT_TRUE(encoder->limit(kbit_per_s));
        const auto shares = shares_of(*encoder, random, kbit_per_s, 60, keyframes);
        ASSERT_EQ(shares.size(), 60U);
        const double largest = *std::ranges::max_element(shares);
        fmt::print("  {} kbit/s: first ten {:.2f} of their share, then {:.2f}, largest {:.2f}\n", kbit_per_s,
                   mean_of({shares.begin(), shares.begin() + 10}, 0), mean_of(shares, 10), largest);
        EXPECT_LE(mean_of({shares.begin() + 5, shares.begin() + 15}, 0), 1.1) << kbit_per_s;
        EXPECT_LE(mean_of(shares, 10), 1.02) << kbit_per_s;
        EXPECT_GE(mean_of(shares, 10), 0.7) << kbit_per_s;
        EXPECT_LE(largest, 2.5) << "a picture of three shares is a queue of three pictures";
    }
    EXPECT_EQ(keyframes, 0);
}

INSTANTIATE_TEST_SUITE_P(Profiles, EncoderLimit, testing::Values(CodecProfile::intra_refresh, CodecProfile::browser));

TEST(EncoderLimits, keyframes_on_a_thin_link_are_coarser_and_no_queue_of_many_pictures) {
    constexpr int thin = 4'000;
    const auto encoder = make_encoder(limited_settings(CodecProfile::browser, thin));
    Random random{7};
    PixelPool pool;
    for (int i = 0; i < 90; ++i) {
        const bool wanted = i % 30 == 0;
        const auto encoded = encoder->encode(speckle(pool, random, i), wanted);
        ASSERT_TRUE(encoded.has_value());
        const double share = static_cast<double>(encoded->bytes.size()) / (thin * 125 / limited_rate);
        if (wanted) {
            fmt::print("  keyframe {}: {:.2f} shares, quantiser {}\n", i / 30, share, encoded->quantiser);
            // The first is guessed from the size of the picture; later ones from the one before.
            EXPECT_LE(share, i == 0 ? 8 : 3.5);
        }
    }
}

TEST(EncoderLimits, far_above_the_content_changes_nothing) {
    const auto settings = limited_settings(CodecProfile::browser, 400'000);
    const auto free = make_encoder(settings);
    const auto limited = make_encoder(settings);
    Random random{7};
    PixelPool pool;
    for (int i = 0; i < 20; ++i) {
        const bool taken = i != 10 || limited->limit(300'000);
        EXPECT_TRUE(taken);
        const auto picture = speckle(pool, random, i);
        const auto one = free->encode(picture, i == 15);
        const auto other = limited->encode(picture, i == 15);
        ASSERT_TRUE(one && other);
        EXPECT_EQ(one->bytes, other->bytes) << i;
        EXPECT_EQ(one->quantiser, settings.quality) << i;
    }
}

}  // namespace

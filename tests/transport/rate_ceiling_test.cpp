// A ceiling over three pictures, for a picture whose size follows its quantiser as H.264's does.
#include "transport/rate_ceiling.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace {

using transport::RateCeiling;

constexpr int kbit_per_s = 12000;
constexpr double rate = 60;
constexpr double share = kbit_per_s * 125.0 / rate;  // bytes of a picture

/// Bytes that a picture takes which would take `at_20` with quantiser 20.
std::size_t size(double at_20, int quantiser) {
    return static_cast<std::size_t>(at_20 * std::pow(2.0, (20 - quantiser) / 6.0));
}

std::vector<std::size_t> run(RateCeiling& ceiling, double at_20, int pictures) {
    std::vector<std::size_t> sizes;
    for (int i = 0; i < pictures; ++i) {
        sizes.push_back(size(at_20, ceiling.quantiser()));
        ceiling.made(sizes.back());
    }
    return sizes;
}

TEST(RateCeiling, below_the_ceiling_the_quantiser_stays_as_it_was_chosen) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(ceiling.quantiser(), 20);
        ceiling.made(static_cast<std::size_t>(share * (i % 2 == 0 ? 0.5 : 0.99)));
    }
}

TEST(RateCeiling, a_picture_that_is_three_times_too_heavy_is_paid_back_within_six) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    const auto sizes = run(ceiling, 3 * share, 60);
    double sum = 0;
    for (int i = 0; i < 6; ++i) sum += static_cast<double>(sizes[static_cast<std::size_t>(i)]);
    EXPECT_LE(sum, (6 + 3) * share) << "never more than three pictures ahead of the ceiling";
    for (std::size_t i = 6; i < sizes.size(); ++i) EXPECT_LE(static_cast<double>(sizes[i]), share) << i;
    EXPECT_GE(static_cast<double>(sizes.back()), 0.7 * share) << "and no coarser than it must be";
}

TEST(RateCeiling, holds_still_when_the_content_does) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    run(ceiling, 2 * share, 20);
    const int settled = ceiling.quantiser();
    for (int i = 0; i < 50; ++i) {
        run(ceiling, 2 * share, 1);
        EXPECT_EQ(ceiling.quantiser(), settled) << i;
    }
}

TEST(RateCeiling, is_fine_again_as_soon_as_the_content_is_easy_again) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    run(ceiling, 8 * share, 30);
    EXPECT_GT(ceiling.quantiser(), 30);
    run(ceiling, 0.4 * share, 8);
    EXPECT_EQ(ceiling.quantiser(), 20);
}

TEST(RateCeiling, one_heavy_keyframe_does_not_blur_what_follows_for_long) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    run(ceiling, 0.6 * share, 10);
    ceiling.made_keyframe(static_cast<std::size_t>(2.5 * share), ceiling.keyframe_quantiser());
    run(ceiling, 0.6 * share, 4);
    EXPECT_EQ(ceiling.quantiser(), 20);
}

TEST(RateCeiling, twice_the_pictures_share_the_same_bits) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    ceiling.pace(2 * rate);
    const auto sizes = run(ceiling, share, 60);
    EXPECT_LE(static_cast<double>(sizes.back()), share / 2);
}

TEST(RateCeiling, never_leaves_what_h264_allows) {
    RateCeiling ceiling{0, 100, 240};
    EXPECT_EQ(ceiling.quantiser(), 1);
    for (int i = 0; i < 100; ++i) ceiling.made(50'000'000);
    EXPECT_EQ(ceiling.quantiser(), 51);
    for (int i = 0; i < 40; ++i) ceiling.made(0);
    EXPECT_EQ(ceiling.quantiser(), 1);
}

TEST(RateCeiling, another_ceiling_holds_for_the_next_picture) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    run(ceiling, 0.9 * share, 20);
    EXPECT_EQ(ceiling.quantiser(), 20);
    ceiling.limit(kbit_per_s / 4);
    EXPECT_LE(static_cast<double>(run(ceiling, 0.9 * share, 1).front()), share / 4);
    ceiling.limit(kbit_per_s);
    run(ceiling, 0.9 * share, 8);
    EXPECT_EQ(ceiling.quantiser(), 20);
}

/// Grain: nothing is left of it with a coarse quantiser, all of it with a finer one.
std::size_t grain(int quantiser) {
    return static_cast<std::size_t>(quantiser < 35 ? 6 * share : 0.1 * share);
}

TEST(RateCeiling, grain_that_comes_back_all_at_once_is_not_let_back_again_and_again) {
    RateCeiling ceiling{20, kbit_per_s, rate};
    int heavy = 0;
    for (int i = 0; i < 120; ++i) {
        const auto bytes = grain(ceiling.quantiser());
        ceiling.made(bytes);
        if (i >= 5 && static_cast<double>(bytes) > share) ++heavy;
    }
    EXPECT_LE(heavy, 12) << "of two seconds, a tenth";
}

TEST(RateCeiling, a_keyframe_is_made_coarser_where_the_ceiling_asks_for_it_and_only_there) {
    RateCeiling thin{20, kbit_per_s, rate, 12 * share};
    EXPECT_EQ(thin.keyframe_quantiser(), 32) << "a quarter: three pictures' bits";
    thin.made_keyframe(static_cast<std::size_t>(3 * share), 32);
    EXPECT_EQ(thin.keyframe_quantiser(), std::max(32, thin.quantiser()));
    const RateCeiling wide{20, kbit_per_s, rate, 2.9 * share};
    EXPECT_EQ(wide.keyframe_quantiser(), 20);
}

}  // namespace

// Slices that leave early make the same picture.
#include "bench/cathlab_pictures.hpp"
#include "bench/slice_path.hpp"
#include "transport/codec.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace {

using namespace bench;
using transport::Modality;

SliceSettings echo_slices(int threads, int slices) {
    return {256, 192, 20, threads, slices};
}

const CathlabPictures& small_pictures() {
    static const CathlabPictures pictures{{256, 192, 128, 128, 320, 240}, false};
    return pictures;
}

bool same_luma(const transport::Pixels& one, const transport::Pixels& other) {
    if (one.width != other.width || one.height != other.height) return false;
    for (int y = 0; y < one.height; ++y)
        if (std::memcmp(one.row(0, y), other.row(0, y), static_cast<std::size_t>(one.width)) != 0) return false;
    return true;
}

TEST(Slices, leave_in_order_as_many_as_were_asked_for_and_the_last_says_so) {
    for (const int threads : {1, 2}) {
        const auto encoder = make_sliced_encoder(echo_slices(threads, 4));
        for (std::size_t i = 0; i < 5; ++i) {
            int slices = 0;
            int last = 0;
            encoder->encode(small_pictures().source({Modality::ultrasound, i}), [&](auto bytes, bool is_last) {
                EXPECT_FALSE(bytes.empty());
                EXPECT_EQ(last, 0) << "after the last";
                ++slices;
                last += is_last ? 1 : 0;
            });
            EXPECT_EQ(slices, 4) << threads << " threads";
            EXPECT_EQ(last, 1);
        }
    }
}

TEST(Slices, decoded_one_by_one_make_the_picture_that_the_whole_makes) {
    const auto encoder = make_sliced_encoder(echo_slices(1, 8));
    const auto chunks = make_sliced_decoder(2);
    const auto whole = transport::make_decoder();
    for (std::size_t i = 0; i < 10; ++i) {
        std::vector<std::byte> all;
        transport::SharedPixels sliced;
        encoder->encode(small_pictures().source({Modality::ultrasound, i}), [&](auto bytes, bool is_last) {
            all.insert(all.end(), bytes.begin(), bytes.end());
            sliced = chunks->decode(bytes);
            EXPECT_EQ(sliced != nullptr, is_last) << "picture " << i;
        });
        transport::SharedPixels expected;
        ASSERT_EQ(whole->decode(all, expected), transport::Decoding::ready);
        ASSERT_NE(sliced, nullptr);
        EXPECT_TRUE(same_luma(*sliced, *expected)) << "picture " << i;
    }
}

TEST(Slices, over_a_thin_link_take_at_least_the_time_of_their_bits) {
    for (const bool early : {false, true}) {
        SlicePath path{{"any", 2, 8, early, early}, echo_slices(2, 8), 5};
        for (std::size_t i = 0; i < 3; ++i) {
            const auto times = path.show(small_pictures().source({Modality::ultrasound, i}));
            EXPECT_GE(times.decoded, static_cast<double>(times.bytes) * 8 / 5000 - 0.1);
            EXPECT_LE(times.first_slice, times.encoded);
            EXPECT_GE(times.decoded, times.first_slice);
        }
    }
}

}  // namespace

// Codes at places that nobody told, in pictures that hold other things too.
#include "bench/code_search.hpp"
#include "fakes/coded_picture.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace {

using namespace bench;
using namespace transport;

/// What a compositor may blend around a strip: noise and edges.
std::shared_ptr<Pixels> busy_picture(int width, int height) {
    auto out = fakes::plain_picture(width, height);
    std::minstd_rand random{7};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            out->row(0, y)[x] = static_cast<std::uint8_t>(((x / 9 + y / 5) % 3) * 90 + random() % 40);
    return out;
}

void expect_near(const Rect& found, const Rect& put) {
    EXPECT_LE(std::abs(found.x - put.x), 2);
    EXPECT_LE(std::abs(found.y - put.y), 2);
    EXPECT_LE(std::abs(found.width - put.width), 3);
    EXPECT_LE(std::abs(found.height - put.height), 3);
}

TEST(CodeSearch, finds_two_codes_as_they_were_written) {
    auto picture = busy_picture(1280, 752);
    const Rect left{0, 720, timecode_width, timecode_height};
    const Rect right{272, 720, timecode_width, timecode_height};
    const Timecode ultrasound{1, 4711, 1'234'567'890};
    const Timecode xray{2, 0xFFFFFFFE, (std::int64_t{1} << 55) + 3};
    write_timecode(*picture, left.x, left.y, ultrasound);
    write_timecode(*picture, right.x, right.y, xray);
    const auto found = find_codes(*picture);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].code, ultrasound);
    EXPECT_EQ(found[1].code, xray);
    expect_near(found[0].where, left);
    expect_near(found[1].where, right);
}

TEST(CodeSearch, finds_a_code_at_every_scale_from_blocks_of_3_pixels_on) {
    for (const double scale : {0.4, 0.5, 0.757, 0.9, 1.0, 1.1, 1.5, 2.0, 3.3}) {
        auto picture = busy_picture(1000, 400);
        const Rect where{61, 83, static_cast<int>(std::lround(timecode_width * scale)),
                         static_cast<int>(std::lround(timecode_height * scale))};
        const Timecode code{1, 99, 88'000'000};
        fakes::put_code(*picture, where, code);
        const auto found = find_codes(*picture);
        ASSERT_EQ(found.size(), 1U) << "at " << scale;
        EXPECT_EQ(found[0].code, code) << "at " << scale;
        expect_near(found[0].where, where);
    }
}

TEST(CodeSearch, finds_a_code_that_was_stretched) {
    auto picture = busy_picture(1000, 400);
    const Rect where{400, 200, timecode_width * 3 / 2, timecode_height};
    fakes::put_code(*picture, where, {3, 5, 1});
    const auto found = find_codes(*picture);
    ASSERT_EQ(found.size(), 1U);
    expect_near(found[0].where, where);
}

TEST(CodeSearch, what_it_found_reads_every_later_code_too) {
    std::minstd_rand random{3};
    auto first = busy_picture(640, 200);
    const Rect where{33, 57, 194, 25};
    fakes::put_code(*first, where, {1, 1, 1});
    const auto found = find_codes(*first);
    ASSERT_EQ(found.size(), 1U);
    for (int i = 0; i < 200; ++i) {
        auto next = busy_picture(640, 200);
        const Timecode code{1, static_cast<std::uint32_t>(random()), static_cast<std::int64_t>(random()) << 20};
        fakes::put_code(*next, where, code);
        EXPECT_EQ(read_timecode(*next, found[0].where), code);
    }
}

TEST(CodeSearch, finds_nothing_where_there_is_nothing) {
    EXPECT_TRUE(find_codes(*busy_picture(1280, 720)).empty());
    EXPECT_TRUE(find_codes(*fakes::plain_picture(2, 2)).empty());
    auto damaged = fakes::plain_picture(400, 100);
    write_timecode(*damaged, 16, 16, {1, 2, 3});
    for (int y = 24; y < 32; ++y) std::memset(damaged->row(0, y) + 100, 235, 16);
    EXPECT_TRUE(find_codes(*damaged).empty()) << "the checksum is wrong";
}

}  // namespace

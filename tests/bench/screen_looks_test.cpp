// When did a code appear? Looks with known times in, presentations and their bounds out.
#include "bench/screen_looks.hpp"

#include <gtest/gtest.h>

namespace {

using namespace bench;
using namespace transport;
using namespace std::chrono_literals;

ScreenLook look_at(std::int64_t us, std::vector<std::optional<Timecode>> codes, bool redrawn = false) {
    return {timestamp(us), timestamp(us + 40), std::move(codes), redrawn};
}
Timecode frame_of(StreamId stream, std::uint32_t sequence) {
    return {stream, sequence, 1000 * sequence};
}

TEST(ScreenLooks, a_code_appeared_between_the_look_without_it_and_the_look_with_it) {
    ScreenLooks looks{1};
    EXPECT_TRUE(looks.take(look_at(1000, {frame_of(1, 5)})).empty()) << "nobody knows since when it has stood there";
    EXPECT_TRUE(looks.take(look_at(2000, {frame_of(1, 5)})).empty());
    const auto seen = looks.take(look_at(3000, {frame_of(1, 6)}));
    ASSERT_EQ(seen.size(), 1U);
    // After 2000, when the last look without it began, and before 3040.
    EXPECT_EQ(seen[0].code, (SeenCode{2520, 1, 6, 6000}));
    EXPECT_EQ(seen[0].bound, 520us);
}

TEST(ScreenLooks, looks_that_could_not_be_read_widen_the_bound) {
    ScreenLooks looks{1};
    (void)looks.take(look_at(1000, {frame_of(1, 5)}));
    EXPECT_TRUE(looks.take(look_at(2000, {std::nullopt})).empty());
    EXPECT_TRUE(looks.take(look_at(3000, {std::nullopt})).empty());
    const auto seen = looks.take(look_at(4000, {frame_of(1, 6)}));
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].code.presented_us, 2520);
    EXPECT_EQ(seen[0].bound, 1520us);
}

TEST(ScreenLooks, all_codes_of_a_picture_are_told_at_one_time) {
    ScreenLooks looks{2};
    (void)looks.take(look_at(1000, {frame_of(1, 5), frame_of(2, 8)}));
    const auto first = looks.take(look_at(2000, {frame_of(1, 6), frame_of(2, 8)}));
    ASSERT_EQ(first.size(), 1U) << "when the other one appeared is not known yet";
    EXPECT_EQ(first[0].code.stream, 1);
    (void)looks.take(look_at(3000, {frame_of(1, 6), frame_of(2, 9)}));
    const auto both = looks.take(look_at(4000, {frame_of(1, 7), frame_of(2, 9)}));
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0].code, (SeenCode{3520, 1, 7, 7000}));
    EXPECT_EQ(both[1].code, (SeenCode{3520, 2, 9, 9000}));
}

TEST(ScreenLooks, a_picture_that_is_drawn_again_is_told_again) {
    ScreenLooks looks{1};
    (void)looks.take(look_at(1000, {frame_of(1, 5)}));
    EXPECT_TRUE(looks.take(look_at(2000, {frame_of(1, 5)}, true)).empty()) << "since when it stands there is not known";
    (void)looks.take(look_at(3000, {frame_of(1, 6)}, true));
    EXPECT_TRUE(looks.take(look_at(4000, {frame_of(1, 6)})).empty());
    const auto again = looks.take(look_at(5000, {frame_of(1, 6)}, true));
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].code, (SeenCode{4520, 1, 6, 6000}));
}

TEST(ScreenLooks, another_place_begins_anew) {
    ScreenLooks looks;
    looks.begin(0);
    (void)looks.take(look_at(1000, {frame_of(1, 5)}));
    EXPECT_EQ(looks.stream_at(0), 1);
    EXPECT_EQ(looks.last_read(0), timestamp(1000));
    looks.begin(0);
    EXPECT_FALSE(looks.last_read(0));
    EXPECT_TRUE(looks.take(look_at(900'000, {frame_of(1, 50)})).empty());
    EXPECT_EQ(looks.take(look_at(901'000, {frame_of(1, 51)})).size(), 1U);
}

}  // namespace

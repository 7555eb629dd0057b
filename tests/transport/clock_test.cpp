#include "transport/clock.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <type_traits>

namespace {

using transport::ClockOffset;
using transport::Microseconds;
using transport::remote_timestamp;
using transport::RemoteTimestamp;
using transport::SystemClock;
using transport::Timestamp;
using transport::timestamp;

static_assert(!std::is_convertible_v<RemoteTimestamp, Timestamp>, "a remote time must pass through ClockOffset");
static_assert(!std::is_constructible_v<Timestamp, RemoteTimestamp>, "a remote time must pass through ClockOffset");

TEST(ClockOffset, not_yet_is_an_answer) {
    const ClockOffset offset;
    EXPECT_FALSE(offset.convert(remote_timestamp(1)));
}

TEST(ClockOffset, what_is_learnt_is_converted_and_widens_by_100_ppm_of_its_age) {
    ClockOffset offset;
    offset.learn({timestamp(1'000), remote_timestamp(501'000), Microseconds{50}});
    EXPECT_EQ(offset.convert(remote_timestamp(501'000))->time, timestamp(1'000));
    EXPECT_EQ(offset.convert(remote_timestamp(501'000))->bound, Microseconds{50});
    EXPECT_EQ(offset.convert(remote_timestamp(20'501'000))->bound, Microseconds{2'050});
    EXPECT_EQ(offset.reading()->theirs, remote_timestamp(501'000));
    offset.forget();
    EXPECT_FALSE(offset.convert(remote_timestamp(501'000)));
}

TEST(ClockOffset, a_known_rate_is_followed_and_widens_by_its_own_doubt_for_ten_minutes) {
    ClockOffset offset;
    offset.learn({timestamp(0), remote_timestamp(0), Microseconds{10}}, {50, 12});
    const auto after_a_minute = offset.convert(remote_timestamp(60'003'000));
    EXPECT_LE(std::chrono::abs(after_a_minute->time - timestamp(60'000'000)), Microseconds{1});
    EXPECT_EQ(after_a_minute->bound, Microseconds{730});
    EXPECT_GE(offset.convert(remote_timestamp(601'000'000))->bound, Microseconds{90'000}) << "150 ppm";
}

TEST(ClockOffset, one_machine_needs_nothing_and_has_no_error) {
    ClockOffset offset;
    offset.same_machine();
    offset.learn({timestamp(0), remote_timestamp(77'000), Microseconds{10}});
    const auto converted = offset.convert(remote_timestamp(1'234));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, timestamp(1'234));
    EXPECT_EQ(converted->bound, Microseconds{0});
    EXPECT_EQ(converted->basis, transport::ClockBasis::same_machine);
    EXPECT_FALSE(offset.reading());
}

TEST(ClockOffset, speaks_for_one_boot_when_it_is_told_which) {
    ClockOffset offset;
    EXPECT_TRUE(offset.speaks_for(7));
    offset.belongs_to(7);
    EXPECT_TRUE(offset.speaks_for(7));
    EXPECT_FALSE(offset.speaks_for(8)) << "another machine behind the same name";
}

TEST(SystemClock, runs_forward_and_agrees_with_the_steady_clock) {
    SystemClock clock;
    const auto before = std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now().time_since_epoch());
    const auto first = clock.now();
    const auto second = clock.now();
    const auto after = std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now().time_since_epoch());
    EXPECT_LE(before, first.time_since_epoch());
    EXPECT_LE(first, second);
    EXPECT_LE(second.time_since_epoch(), after);
}

TEST(SystemClock, a_due_time_in_the_past_returns_at_once) {
    SystemClock clock;
    EXPECT_TRUE(clock.wait_until(clock.now() - std::chrono::hours{1}, {}));
}

TEST(SystemClock, waiting_ends_at_the_due_time_not_before) {
    SystemClock clock;
    const auto due = clock.now() + std::chrono::milliseconds{3};
    EXPECT_TRUE(clock.wait_until(due, {}));
    EXPECT_GE(clock.now(), due);
}

TEST(SystemClock, stopping_ends_a_wait_and_says_so) {
    SystemClock clock;
    bool due = true;
    {
        std::jthread waiter{
            [&](const std::stop_token& stop) { due = clock.wait_until(clock.now() + std::chrono::hours{1}, stop); }};
    }  // asks to stop and joins
    EXPECT_FALSE(due);
}

TEST(BootId, is_known_and_the_same_every_time) {
    EXPECT_NE(transport::boot_id(), 0U);
    EXPECT_EQ(transport::boot_id(), transport::boot_id());
}

}  // namespace

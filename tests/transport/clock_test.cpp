#include "transport/clock.hpp"

#include <gtest/gtest.h>

#include <random>
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

TEST(ClockOffset, a_symmetric_exchange_finds_the_offset) {
    ClockOffset offset;
    offset.exchange(timestamp(1'000), remote_timestamp(501'500), timestamp(2'000));
    const auto converted = offset.convert(remote_timestamp(501'500));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, timestamp(1'500));
    EXPECT_GE(converted->bound, Microseconds{500});
    EXPECT_LE(converted->bound, Microseconds{502});
}

TEST(ClockOffset, the_fastest_exchange_wins) {
    ClockOffset offset;
    offset.exchange(timestamp(0), remote_timestamp(100'400), timestamp(1'000));
    offset.exchange(timestamp(200'000), remote_timestamp(300'050), timestamp(200'100));
    offset.exchange(timestamp(400'000), remote_timestamp(509'000), timestamp(420'000));
    const auto converted = offset.convert(remote_timestamp(300'050));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, timestamp(200'050));
    EXPECT_LE(converted->bound, Microseconds{52});
}

TEST(ClockOffset, what_is_learnt_replaces_what_was_known_and_has_the_same_bound) {
    ClockOffset offset;
    EXPECT_FALSE(offset.reading());
    offset.exchange(timestamp(0), remote_timestamp(100'050), timestamp(100));
    ClockOffset learner;
    learner.learn({timestamp(5), remote_timestamp(900), Microseconds{0}});
    const auto reading = offset.reading();
    ASSERT_TRUE(reading);
    learner.learn(*reading);
    for (const std::int64_t theirs : {0, 100'050, 5'000'000}) {
        EXPECT_EQ(learner.convert(remote_timestamp(theirs))->time, offset.convert(remote_timestamp(theirs))->time);
        EXPECT_EQ(learner.convert(remote_timestamp(theirs))->bound, offset.convert(remote_timestamp(theirs))->bound);
    }
}

TEST(ClockOffset, an_answer_before_its_question_is_ignored) {
    ClockOffset offset;
    offset.exchange(timestamp(2'000), remote_timestamp(5), timestamp(1'000));
    EXPECT_FALSE(offset.convert(remote_timestamp(5)));
}

TEST(ClockOffset, one_machine_needs_no_exchange_and_has_no_error) {
    ClockOffset offset;
    offset.same_machine();
    offset.exchange(timestamp(0), remote_timestamp(77'000), timestamp(10));
    const auto converted = offset.convert(remote_timestamp(1'234));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, timestamp(1'234));
    EXPECT_EQ(converted->bound, Microseconds{0});
}

TEST(ClockOffset, an_exchange_older_than_half_a_minute_gives_way_to_a_slower_one) {
    ClockOffset offset;
    offset.exchange(timestamp(0), remote_timestamp(1'000'050), timestamp(100));
    const std::int64_t later = 31'000'000;
    offset.exchange(timestamp(later), remote_timestamp(later + 1'007'000), timestamp(later + 10'000));
    const auto converted = offset.convert(remote_timestamp(later + 1'007'000));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, timestamp(later + 5'000));
}

/// What the class promises: whatever the path's delays and the quartz do, the true time is within the bound.
void expect_truth_within_bound(double drift_ppm, std::uint64_t seed) {
    SCOPED_TRACE(drift_ppm);
    std::mt19937_64 random{seed};
    std::exponential_distribution<double> queue{1.0 / 4'000};
    const auto remote_clock = [&](std::int64_t here) {
        return remote_timestamp(7'000'000 + here +
                                static_cast<std::int64_t>(static_cast<double>(here) * drift_ppm / 1e6));
    };
    ClockOffset offset;
    ClockOffset at_the_other_end;
    for (std::int64_t now = 0; now < 120'000'000; now += 200'000) {
        const auto up = 300 + static_cast<std::int64_t>(queue(random));
        const auto down = 300 + static_cast<std::int64_t>(queue(random));
        offset.exchange(timestamp(now), remote_clock(now + up), timestamp(now + up + down));
        for (const std::int64_t age : {0, 50'000, 199'000}) {
            const auto truth = now + age;
            const auto converted = offset.convert(remote_clock(truth));
            ASSERT_TRUE(converted);
            const auto error = converted->time > timestamp(truth) ? converted->time - timestamp(truth)
                                                                  : timestamp(truth) - converted->time;
            ASSERT_LE(error, converted->bound) << "at " << truth;

            const auto learnt = offset.reading().value();
            at_the_other_end.learn({Timestamp{learnt.theirs.time_since_epoch()},
                                    RemoteTimestamp{learnt.ours.time_since_epoch()}, learnt.bound});
            const auto there = at_the_other_end.convert(remote_timestamp(truth));
            ASSERT_TRUE(there);
            const auto there_error = there->time.time_since_epoch() - remote_clock(truth).time_since_epoch();
            ASSERT_LE(std::chrono::abs(there_error), there->bound) << "at the other end, at " << truth;
        }
    }
}

TEST(ClockOffset, the_truth_lies_within_the_bound_for_any_delays) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) expect_truth_within_bound(0, seed);
}

TEST(ClockOffset, the_bound_widens_with_the_age_of_the_exchange_as_quartzes_drift) {
    for (const double drift : {-95.0, -20.0, 20.0, 95.0}) expect_truth_within_bound(drift, 11);
    ClockOffset offset;
    offset.exchange(timestamp(0), remote_timestamp(50), timestamp(100));
    EXPECT_GE(offset.convert(remote_timestamp(20'000'000))->bound, Microseconds{2'000});
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

#include "transport/clock_exchanges.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000;

/// What one exchange of that many µs each way leads to.
void exchange(ClockExchanges& clocks, std::int64_t sent, std::int64_t up, std::int64_t down, std::int64_t ahead) {
    clocks.exchange(timestamp(sent), remote_timestamp(sent + up + ahead), timestamp(sent + up + down));
}

TEST(ClockExchanges, a_symmetric_exchange_finds_the_offset) {
    ClockExchanges clocks;
    EXPECT_FALSE(clocks.offset().convert(remote_timestamp(0))) << "not yet";
    clocks.exchange(timestamp(1'000), remote_timestamp(501'500), timestamp(2'000));
    const auto converted = clocks.offset().convert(remote_timestamp(501'500));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, timestamp(1'500));
    EXPECT_EQ(converted->bound, 501us);
    EXPECT_EQ(converted->basis, ClockBasis::exchanges);
}

TEST(ClockExchanges, the_fastest_exchange_wins) {
    ClockExchanges clocks;
    exchange(clocks, 0, 400, 600, 100'000);
    exchange(clocks, 200'000, 50, 50, 100'000);
    exchange(clocks, 400'000, 9'000, 11'000, 100'000);
    const auto converted = clocks.offset().convert(remote_timestamp(300'050));
    ASSERT_TRUE(converted);
    EXPECT_LE(std::chrono::abs(converted->time - timestamp(200'050)), 10us);
    EXPECT_LE(converted->bound, 100us) << "50, and 100 ppm of 0.2 s there and back";
}

TEST(ClockExchanges, a_quick_way_there_and_a_quick_way_back_need_not_fall_together) {
    ClockExchanges clocks;
    exchange(clocks, 0, 1'000, 9'000, 70 * second);
    exchange(clocks, 200'000, 9'000, 1'000, 70 * second);
    const auto reading = clocks.offset().reading();
    ASSERT_TRUE(reading);
    EXPECT_LE(reading->bound, 1'050us) << "either exchange alone gives 5 ms";
}

TEST(ClockExchanges, what_is_told_is_as_good_as_what_was_measured) {
    ClockExchanges clocks;
    exchange(clocks, 0, 50, 50, 100'000);
    ClockOffset learner;
    learner.learn(clocks.offset().reading().value());
    for (const std::int64_t theirs : {0, 100'050, 5'000'000}) {
        const auto here = clocks.offset().convert(remote_timestamp(theirs));
        EXPECT_EQ(learner.convert(remote_timestamp(theirs))->time, here->time);
        EXPECT_EQ(learner.convert(remote_timestamp(theirs))->bound, here->bound);
    }
}

TEST(ClockExchanges, an_answer_before_its_question_is_ignored) {
    ClockExchanges clocks;
    clocks.exchange(timestamp(2'000), remote_timestamp(5), timestamp(1'000));
    EXPECT_FALSE(clocks.offset().reading());
}

TEST(ClockExchanges, an_exchange_older_than_half_a_minute_gives_way_to_a_slower_one) {
    ClockExchanges clocks;
    exchange(clocks, 0, 50, 50, second);
    exchange(clocks, 31 * second, 5'000, 5'000, second);
    EXPECT_LE(clocks.offset().reading()->bound, 5'002us);
    EXPECT_GE(clocks.offset().reading()->bound, 5'000us);
}

TEST(ClockExchanges, an_unknown_asymmetry_errs_by_half_of_it_within_the_bound) {
    ClockExchanges clocks;
    exchange(clocks, 0, 8'000, 2'000, 3'600 * second);
    const auto reading = clocks.offset().reading().value();
    EXPECT_EQ(microseconds(reading.theirs) - microseconds(reading.ours) - 3'600 * second, 3'000);
    EXPECT_EQ(reading.bound, 5'002us)
        << "half the round trip, cut to whole microseconds, and what clocks drift meanwhile";
}

TEST(ClockExchanges, a_configured_asymmetry_leaves_half_of_the_rest) {
    for (const bool there : {true, false}) {
        ClockExchanges clocks{there ? 6ms : -6ms};
        exchange(clocks, 0, there ? 8'000 : 2'000, there ? 2'000 : 8'000, 3'600 * second);
        const auto reading = clocks.offset().reading().value();
        EXPECT_LE(std::abs(microseconds(reading.theirs) - microseconds(reading.ours) - 3'600 * second), 1);
        EXPECT_LE(reading.bound, 2'002us);
        EXPECT_GE(reading.bound, 2'000us);
        EXPECT_EQ(reading.basis, ClockBasis::known_asymmetry);
    }
}

TEST(ClockExchanges, a_configured_asymmetry_that_an_exchange_refutes_is_given_up_for_good) {
    ClockExchanges clocks{6ms};
    exchange(clocks, 0, 8'000, 2'000, second);
    exchange(clocks, 200'000, 2'000, 2'000, second);
    EXPECT_FALSE(clocks.offset().reading()) << "4 ms for a way that takes 6 ms longer";
    exchange(clocks, 400'000, 2'000, 2'000, second);
    exchange(clocks, 600'000, 8'000, 2'000, second);
    EXPECT_EQ(clocks.offset().reading()->basis, ClockBasis::exchanges);
    EXPECT_GE(clocks.offset().reading()->bound, 2'000us);
}

// ---- disciplined host clocks -------------------------------------------------------------------------------

constexpr Microseconds real_ahead{1'700'000'000 * second};

/// Their monotonic clock is `ahead` of ours; both clocks of the day are right within 200 µs.
HostTimes hosts(std::int64_t ahead, std::int64_t error_us = 0) {
    return {{real_ahead, 200us}, {real_ahead - Microseconds{ahead + error_us}, 200us}};
}

TEST(ClockExchanges, two_disciplined_hosts_are_believed_where_they_are_better_than_half_the_round_trip) {
    ClockExchanges clocks;
    clocks.exchange(timestamp(0), remote_timestamp(8'000 + 7 * second), timestamp(10'000), hosts(7 * second, 150));
    const auto reading = clocks.offset().reading().value();
    EXPECT_EQ(microseconds(reading.theirs) - microseconds(reading.ours), 7 * second + 150);
    EXPECT_EQ(reading.bound, 401us);
    EXPECT_EQ(reading.basis, ClockBasis::host_clocks);
}

TEST(ClockExchanges, an_exchange_quicker_than_the_hosts_bounds_is_better_than_they) {
    ClockExchanges clocks;
    clocks.exchange(timestamp(0), remote_timestamp(50 + 7 * second), timestamp(100), hosts(7 * second));
    EXPECT_EQ(clocks.offset().reading()->bound, 51us);
    EXPECT_EQ(clocks.offset().reading()->basis, ClockBasis::exchanges);
}

TEST(ClockExchanges, hosts_that_an_exchange_contradicts_are_not_believed) {
    ClockExchanges clocks;
    clocks.exchange(timestamp(0), remote_timestamp(8'000 + 7 * second), timestamp(10'000), hosts(8 * second));
    EXPECT_EQ(clocks.offset().reading()->basis, ClockBasis::exchanges) << "one of them missed a leap second, say";
    EXPECT_EQ(clocks.hosts_refuted(), 1U);
    exchange(clocks, 200'000, 8'000, 2'000, 7 * second);
    EXPECT_EQ(clocks.offset().reading()->basis, ClockBasis::exchanges);
}

TEST(ClockExchanges, hosts_that_are_no_longer_disciplined_leave_the_exchanges) {
    ClockExchanges clocks;
    clocks.exchange(timestamp(0), remote_timestamp(8'000 + 7 * second), timestamp(10'000), hosts(7 * second));
    exchange(clocks, 200'000, 8'000, 2'000, 7 * second);
    EXPECT_EQ(clocks.offset().reading()->basis, ClockBasis::exchanges);
    EXPECT_GE(clocks.offset().reading()->bound, 5'001us);
}

// ---- the promise: the truth lies within the bound ----------------------------------------------------------

/// A link, two clocks, and what is checked after every exchange.
struct World {
    std::mt19937_64 random;
    double up_us = 300;
    double down_us = 300;
    double jitter_us = 4'000;  ///< mean of what each way takes longer, exponential
    double drift_ppm = 0;
    double wander_ppm = 0;  ///< amplitude of a slow swing of the drift, as of a room that warms up
    double lost = 0;        ///< share of exchanges
    double ahead_us = 7.0 * 3600 * second;
    ClockExchanges clocks{};
    ClockOffset told{};  // at the other end
    Microseconds widest{0};
    std::uint64_t answers = 0;

    static constexpr double swing_us = 300.0 * second;
    [[nodiscard]] RemoteTimestamp remote(std::int64_t here) const {
        const auto at = static_cast<double>(here);
        constexpr double turn = 2 * 3.141592653589793 / swing_us;
        const double swung = wander_ppm / 1e6 * (1 - std::cos(at * turn)) / turn;
        return remote_timestamp(here + static_cast<std::int64_t>(std::floor(ahead_us + at * drift_ppm / 1e6 + swung)));
    }
    std::int64_t way(double least) {
        return static_cast<std::int64_t>(least + std::exponential_distribution{1 / jitter_us}(random));
    }
    void check(std::int64_t truth) {
        const auto converted = clocks.offset().convert(remote(truth));
        if (!converted) return;
        ++answers;
        widest = std::max(widest, converted->bound);
        ASSERT_LE(std::chrono::abs(converted->time - timestamp(truth)), converted->bound) << "at " << truth;
        const auto there = told.convert(remote_timestamp(truth));
        if (!there) return;
        ASSERT_LE(std::chrono::abs(there->time.time_since_epoch() - remote(truth).time_since_epoch()), there->bound)
            << "at the other end, at " << truth;
    }
    void run(std::int64_t from, std::int64_t to) {
        for (auto now = from; now < to; now += second / 5) {
            const auto up = way(up_us);
            const auto down = way(down_us);
            if (std::uniform_real_distribution{}(random) >= lost)
                clocks.exchange(timestamp(now), remote(now + up), timestamp(now + up + down));
            told.forget();
            if (const auto reading = clocks.offset().reading())
                told.learn({Timestamp{reading->theirs.time_since_epoch()},
                            RemoteTimestamp{reading->ours.time_since_epoch()}, reading->bound});
            for (const std::int64_t age : {-50'000, 0, 50'000, 199'000}) {
                check(now + up + down + age);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
    }
};

TEST(ClockExchanges, the_truth_lies_within_the_bound_for_any_delays_and_any_quartz) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        World world{.random = std::mt19937_64{seed}};
        world.drift_ppm = std::uniform_real_distribution{-100.0, 100.0}(world.random);
        if (seed % 4 == 0) world.drift_ppm = seed % 8 == 0 ? 100 : -100;
        world.run(0, 120 * second);
        ASSERT_FALSE(HasFatalFailure());
        EXPECT_EQ(world.clocks.steps(), 0U) << "a sound clock is never dropped";
        EXPECT_EQ(world.answers, 2'400U);
    }
}

TEST(ClockExchanges, the_truth_lies_within_the_bound_over_8_ms_up_and_2_ms_down) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE(seed);
        World world{.random = std::mt19937_64{seed}, .up_us = 8'000, .down_us = 2'000, .jitter_us = 2'000};
        world.drift_ppm = seed % 2 == 0 ? 100 : -100;
        if (seed % 3 == 0) world.clocks = ClockExchanges{6ms};
        world.run(0, 90 * second);
        ASSERT_FALSE(HasFatalFailure());
        EXPECT_EQ(world.clocks.steps(), 0U);
        const auto bound = world.clocks.offset().reading()->bound;
        EXPECT_LT(bound, seed % 3 == 0 ? 4'000us : 7'000us);
        EXPECT_GT(bound, seed % 3 == 0 ? 2'000us : 5'000us) << "never narrower than what is proven";
    }
}

TEST(ClockExchanges, the_truth_lies_within_the_bound_while_pongs_are_lost) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        World world{.random = std::mt19937_64{seed}, .drift_ppm = 97, .lost = 0.9};
        world.run(0, 120 * second);
        world.lost = 1;
        world.run(120 * second, 180 * second);
        ASSERT_FALSE(HasFatalFailure());
        world.lost = 0;
        world.run(180 * second, 240 * second);
        ASSERT_FALSE(HasFatalFailure());
        EXPECT_EQ(world.clocks.steps(), 0U);
    }
}

TEST(ClockExchanges, the_rate_is_known_after_minutes_and_silence_costs_less) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(seed);
        World world{.random = std::mt19937_64{seed}, .up_us = 3'700, .down_us = 3'000, .jitter_us = 2'500};
        world.drift_ppm = seed % 2 == 0 ? 60 : -60;
        world.wander_ppm = seed < 4 ? 4 : 9;  // either way
        world.run(0, 620 * second);
        ASSERT_FALSE(HasFatalFailure());
        const auto rate = world.clocks.rate();
        EXPECT_LE(std::abs(rate.ppm - world.drift_ppm), rate.bound_ppm);
        EXPECT_LT(rate.bound_ppm, 38) << "20 ppm of wander, and two spans of 7 ms ten minutes apart";
        EXPECT_GE(rate.bound_ppm, 20) << "never narrower than what is proven";
        const auto before = world.clocks.offset().convert(world.remote(620 * second))->bound;
        const auto after = world.clocks.offset().convert(world.remote(650 * second))->bound;
        EXPECT_LT(after - before, 1'200us) << "at 100 ppm it would be 3 ms";
        world.lost = 1;
        world.run(620 * second, 680 * second);
        ASSERT_FALSE(HasFatalFailure()) << "and still the truth is within";
    }
}

// ---- clocks that step --------------------------------------------------------------------------------------

TEST(ClockExchanges, a_step_is_noticed_by_the_first_exchange_and_nothing_is_said_until_two_agree) {
    for (const std::int64_t step : {3'600 * second, -3'600 * second, second, -50'000L, 15'000L}) {
        SCOPED_TRACE(step);
        ClockExchanges clocks;
        for (int i = 0; i < 50; ++i) exchange(clocks, i * 200'000, 4'000, 3'000, 70 * second);
        const std::int64_t now = 50 * 200'000;
        exchange(clocks, now, 4'000, 3'000, 70 * second + step);
        EXPECT_EQ(clocks.steps(), 1U);
        EXPECT_FALSE(clocks.offset().convert(remote_timestamp(now + 70 * second))) << "not yet";
        exchange(clocks, now + 200'000, 4'000, 3'000, 70 * second + step);
        EXPECT_FALSE(clocks.offset().reading()) << "one exchange could have another step inside";
        exchange(clocks, now + 400'000, 4'000, 3'000, 70 * second + step);
        const auto converted = clocks.offset().convert(remote_timestamp(now + 400'000 + 70 * second + step));
        ASSERT_TRUE(converted);
        EXPECT_LE(std::chrono::abs(converted->time - timestamp(now + 400'000)), converted->bound);
        EXPECT_LE(converted->bound, 3'600us);
    }
}

TEST(ClockExchanges, exchanges_that_began_before_a_step_was_noticed_do_not_count_afterwards) {
    ClockExchanges clocks;
    exchange(clocks, 0, 1'000, 1'000, 70 * second);
    exchange(clocks, 200'000, 1'000, 1'000, 90 * second);
    EXPECT_FALSE(clocks.offset().reading());
    // Three questions of before: our own clock has stood still while they were on their way.
    for (const std::int64_t sent : {150'000, 160'000, 170'000})
        clocks.exchange(timestamp(sent), remote_timestamp(sent + 60 * second), timestamp(sent + 100'000));
    EXPECT_FALSE(clocks.offset().reading());
    exchange(clocks, 400'000, 1'000, 1'000, 90 * second);
    exchange(clocks, 600'000, 1'000, 1'000, 90 * second);
    EXPECT_TRUE(clocks.offset().reading());
}

TEST(ClockExchanges, a_stepped_clock_gives_a_true_time_or_none_after_the_first_exchange_that_can_see_it) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        World world{.random = std::mt19937_64{seed}, .up_us = 8'000, .down_us = 2'000, .drift_ppm = 40};
        for (int leg = 0; leg < 4; ++leg) {
            const auto begin = leg * 30 * second;
            world.run(begin, begin + 30 * second);
            ASSERT_FALSE(HasFatalFailure());
            EXPECT_EQ(world.clocks.steps(), static_cast<std::uint64_t>(leg));
            world.ahead_us += std::uniform_real_distribution{0.2, 1.0}(world.random) * 3600 * second *
                              (world.random() % 2 == 0 ? 1 : -1);
        }
    }
}

TEST(ClockExchanges, a_clock_that_runs_away_is_not_believed_for_long) {
    World world{.random = std::mt19937_64{5}, .jitter_us = 500};
    for (std::int64_t now = 0; now < 60 * second; now += 200'000) {
        world.ahead_us += 200;  // 1000 ppm: somebody slews it
        const auto up = world.way(300), down = world.way(300);
        world.clocks.exchange(timestamp(now), world.remote(now + up), timestamp(now + up + down));
        const auto converted = world.clocks.offset().convert(world.remote(now));
        if (!converted) continue;
        ASSERT_LE(std::chrono::abs(converted->time - timestamp(now)), converted->bound + 1ms);
    }
    EXPECT_GT(world.clocks.steps(), 3U);
}

}  // namespace
}  // namespace transport

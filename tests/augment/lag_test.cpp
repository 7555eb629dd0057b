#include "augment/lag.hpp"
#include "bench/lag_scene.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

namespace {

using augment::bend_s;
using augment::find_lag;
using augment::LagSearch;
using augment::Motion;
using bench::LagScene;
using bench::LagScenery;
using testing::HasSubstr;

struct Watched {
    Motion reference;
    Motion second;
};
Watched watched(const LagScene& scene) {
    LagScenery scenery{scene};
    auto reference = scenery.reference();
    return {std::move(reference), scenery.second()};
}

Motion moved(Motion motion, double seconds) {
    for (double& t : motion.seconds) t += seconds;
    return motion;
}

TEST(Lag, is_found_within_its_bound_and_5_ms_over_many_hearts_rates_and_lags) {
    int within = 0;
    constexpr int count = 60;
    for (int i = 0; i < count; ++i) {
        const double lag = -0.3 + 0.01 * i;
        const auto two = watched({.seed = static_cast<std::uint32_t>(i), .lag_s = lag});
        const auto answer = find_lag(two.reference, two.second);
        ASSERT_TRUE(answer.lag) << i << ": " << answer.refusal;
        EXPECT_NEAR(answer.lag->seconds, lag, 0.005) << i;
        EXPECT_LT(answer.lag->bound_s, 0.02);
        EXPECT_GT(answer.lag->periods, 10);
        within += std::abs(answer.lag->seconds - lag) <= answer.lag->bound_s ? 1 : 0;
    }
    EXPECT_GE(within, count * 95 / 100);
}

TEST(Lag, tells_whether_the_second_goes_the_other_way) {
    auto two = watched({.lag_s = 0.1});
    const auto one_way = find_lag(two.reference, two.second);
    for (double& value : two.second.values) value *= -3;
    const auto other_way = find_lag(two.reference, two.second);
    ASSERT_TRUE(one_way.lag && other_way.lag);
    EXPECT_NE(one_way.lag->opposed, other_way.lag->opposed);
    EXPECT_NEAR(one_way.lag->seconds, other_way.lag->seconds, 1e-6);
}

TEST(Lag, of_exchanged_motions_is_the_opposite) {
    const auto two = watched({.lag_s = 0.1});
    const auto there = find_lag(two.reference, two.second), back = find_lag(two.second, two.reference);
    ASSERT_TRUE(there.lag && back.lag);
    EXPECT_NEAR(there.lag->seconds, -back.lag->seconds, 0.002);
}

TEST(Lag, another_time_base_is_the_callers_to_put_into_the_search) {
    const auto two = watched({.lag_s = 0.07});
    const auto second = moved(two.second, 5000);
    EXPECT_THAT(find_lag(two.reference, second).refusal, HasSubstr("less than 10 s in common"));
    const auto answer = find_lag(two.reference, second, {.from_s = 4996, .to_s = 5004});
    ASSERT_TRUE(answer.lag) << answer.refusal;
    EXPECT_NEAR(answer.lag->seconds, 5000.07, 0.005);
}

TEST(Lag, a_breath_that_one_device_alone_shows_does_not_draw_it_away) {
    const auto two = watched({.lag_s = 0.1, .unshared = 0.8});
    const auto answer = find_lag(two.reference, two.second);
    ASSERT_TRUE(answer.lag) << answer.refusal;
    EXPECT_NEAR(answer.lag->seconds, 0.1, 0.005);
}

TEST(Lag, more_noise_makes_the_bound_wider) {
    const auto quiet = watched({.noise_mm = 0.1}), loud = watched({.noise_mm = 1.5});
    const auto sure = find_lag(quiet.reference, quiet.second), unsure = find_lag(loud.reference, loud.second);
    ASSERT_TRUE(sure.lag && unsure.lag);
    EXPECT_GT(unsure.lag->bound_s, 2 * sure.lag->bound_s);
}

TEST(Lag, seconds_without_samples_are_left_out) {
    auto two = watched({.lag_s = 0.1, .seconds = 20});
    Motion gappy;
    for (std::size_t i = 0; i < two.second.seconds.size(); ++i) {
        if (const double t = two.second.seconds[i]; t > 8 && t < 11) continue;
        gappy.seconds.push_back(two.second.seconds[i]);
        gappy.values.push_back(two.second.values[i]);
    }
    const auto answer = find_lag(two.reference, gappy);
    ASSERT_TRUE(answer.lag) << answer.refusal;
    EXPECT_NEAR(answer.lag->seconds, 0.1, 0.005);
    EXPECT_LT(answer.lag->overlap_s, 17.2);
}

/// A probe on an ellipse in the plane of x and z, not too evenly; `sideways` is its short axis as a share of its long
/// one.
Watched positions_of(double sideways, double seen_from, std::vector<augment::Vec3>& positions) {
    Watched out;
    for (double t = 0; t < 20; t += 0.03) {
        const double phase = 2 * std::numbers::pi * 1.25 * t + 0.6 * std::sin(2 * std::numbers::pi * 0.11 * t);
        const augment::Vec3 at{300 + 10 * std::cos(phase), 5, 10 * sideways * std::sin(phase)};
        positions.push_back(at);
        out.reference.seconds.push_back(t);
        out.second.values.push_back(std::cos(seen_from) * at.x + std::sin(seen_from) * at.z);
    }
    out.second.seconds = out.reference.seconds;
    out.reference.values = augment::principal_motion(positions);
    return out;
}

TEST(Lag, of_an_ellipse_is_told_wrong_from_beside_and_bend_tells_by_how_much) {
    for (const double sideways : {0.0, 0.05, 0.1, 0.3, 0.5}) {
        std::vector<augment::Vec3> positions;
        const auto two = positions_of(sideways, std::numbers::pi / 6, positions);
        const auto answer = find_lag(two.reference, two.second, {.from_s = -0.15, .to_s = 0.15});
        ASSERT_TRUE(answer.lag) << answer.refusal;
        const double bend = bend_s(two.reference.seconds, positions);
        EXPECT_NEAR(bend, std::abs(answer.lag->seconds), 0.003) << sideways;
        EXPECT_NEAR(bend, std::atan(sideways * std::tan(std::numbers::pi / 6)) / (2 * std::numbers::pi * 1.25), 0.003);
    }
}

TEST(Lag, a_breath_from_side_to_side_is_no_bend) {
    std::vector<double> seconds;
    std::vector<augment::Vec3> positions;
    for (double t = 0; t < 20; t += 0.03) {
        seconds.push_back(t);
        positions.push_back({4 * std::sin(2 * std::numbers::pi * 0.25 * t), 0, 10 * std::sin(8 * t)});
    }
    EXPECT_LT(bend_s(seconds, positions), 0.002);
    EXPECT_EQ(bend_s({}, {}), 0);
    EXPECT_EQ(bend_s(seconds, std::vector<augment::Vec3>(seconds.size())), 0);
}

TEST(Lag, is_found_in_a_search_as_narrow_as_its_own_lobe) {
    const auto two = watched({.lag_s = 0.01});
    const auto answer = find_lag(two.reference, two.second, {.from_s = -0.03, .to_s = 0.03});
    ASSERT_TRUE(answer.lag) << answer.refusal;
    EXPECT_NEAR(answer.lag->seconds, 0.01, 0.005);
}

TEST(Lag, pictures_that_come_in_bunches_are_taken_as_one) {
    const auto two = watched({.lag_s = 0.1, .least_hz = 20, .most_hz = 25});
    Motion bunched;
    for (std::size_t i = 0; i < two.second.seconds.size(); ++i) {
        const double t = two.second.seconds[i], value = two.second.values[i];
        bunched.seconds.push_back(t);
        bunched.values.push_back(value);
        if (i % 3 != 0) continue;
        bunched.seconds.push_back(t + 0.0001);
        bunched.values.push_back(value + (i % 2 == 0 ? 2 : -2));
    }
    const auto answer = find_lag(two.reference, bunched), clean = find_lag(two.reference, two.second);
    ASSERT_TRUE(answer.lag) << answer.refusal;
    EXPECT_NEAR(answer.lag->seconds, 0.1, 0.005);
    EXPECT_LT(answer.lag->bound_s, 2 * clean.lag->bound_s);
}

TEST(Lag, hopeless_motions_are_refused_with_the_reason) {
    const LagScene scene;
    const auto two = watched(scene);
    const auto refusal = [](const Motion& a, const Motion& b, const LagSearch& search = {}) {
        const auto answer = find_lag(a, b, search);
        EXPECT_FALSE(answer.lag);
        EXPECT_EQ(answer.refusal.find('\n'), std::string::npos);
        return answer.refusal;
    };
    auto still = scene, brief = scene, breath = scene, even = scene, stranger = scene;
    still.heart_mm = still.breath_mm = 0;
    brief.seconds = 8;
    breath.heart_mm = 0;
    even.breath_mm = even.wander = 0;
    even.heart_hz = 2.4;
    stranger.seed = 5;
    stranger.heart_hz = 1.7;
    auto rare = scene;
    rare.least_hz = rare.most_hz = 2;
    EXPECT_THAT(refusal({}, two.second), HasSubstr("reference motion has 0 samples"));
    EXPECT_THAT(refusal(two.reference, watched(brief).second), HasSubstr("second motion lasts 8.0 s, 10 are needed"));
    EXPECT_THAT(refusal(two.reference, watched(still).second),
                testing::ContainsRegex("do not move alike: correlation 0.[0-7][0-9], 0.8 is needed"));
    EXPECT_THAT(refusal(two.reference, watched(rare).second), HasSubstr("second motion lie over 0.35 s apart"));
    EXPECT_THAT(refusal(watched(breath).reference, watched(breath).second), HasSubstr("periods"));
    EXPECT_THAT(refusal(watched(even).reference, watched(even).second), HasSubstr("two lags fit nearly as well"));
    EXPECT_THAT(refusal(two.reference, watched(stranger).second, {.from_s = -0.1, .to_s = 0.1}),
                Not(testing::IsEmpty()));
    EXPECT_THAT(refusal(two.reference, moved(two.second, 0.22), {.from_s = -0.2, .to_s = 0.2}),
                HasSubstr("end of the search"));
}

TEST(Lag, motions_that_are_none_are_refused) {
    const auto two = watched({});
    auto back = two.second, unknown = two.second;
    std::swap(back.seconds[3], back.seconds[4]);
    unknown.values[7] = std::nan("");
    EXPECT_THAT(find_lag(two.reference, back).refusal, HasSubstr("do not ascend"));
    EXPECT_THAT(find_lag(two.reference, unknown).refusal, HasSubstr("second motion is no number"));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(find_lag(two.reference, two.second, {}, stop.get_token()).refusal, "stopped");
    Motion constant{two.second.seconds, std::vector<double>(two.second.seconds.size(), 0.0)};
    EXPECT_THAT(find_lag(constant, two.second).refusal, HasSubstr("nothing moves in the reference motion"));
    const auto ages = watched({.seconds = 700});
    EXPECT_THAT(find_lag(ages.reference, two.second).refusal, HasSubstr("600 are the most"));
}

}  // namespace

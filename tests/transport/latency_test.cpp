#include "transport/latency.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace {

using transport::Histogram;
using transport::Microseconds;

std::int64_t exact(const std::vector<std::int64_t>& sorted, double percent) {
    // In whole thousandths of a percent, so that the reference has no rounding of its own.
    const auto thousandths = static_cast<std::uint64_t>(std::llround(percent * 1000));
    const auto rank = (thousandths * sorted.size() + 99'999) / 100'000;
    return sorted[std::max<std::size_t>(1, rank) - 1];
}

void expect_as_exact_sort(const std::string& name, const std::function<double(std::mt19937_64&)>& draw) {
    SCOPED_TRACE(name);
    std::mt19937_64 random{1234};
    Histogram histogram;
    std::vector<std::int64_t> values;
    for (int i = 0; i < 100'000; ++i) {
        const auto us = std::clamp<std::int64_t>(std::llround(draw(random)), 0, 60'000'000);
        values.push_back(us);
        histogram.record(Microseconds{us});
    }
    std::ranges::sort(values);
    for (const double percent : {0.0, 0.01, 1.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0}) {
        const auto truth = exact(values, percent);
        const auto read = histogram.at_percent(percent);
        EXPECT_GE(read, truth) << percent;
        EXPECT_LE(static_cast<double>(read - truth), 0.001 * static_cast<double>(truth)) << percent;
    }
    EXPECT_EQ(histogram.percentiles().max, values.back());
}

TEST(Latency, percentiles_are_within_a_thousandth_of_an_exact_sort) {
    std::uniform_real_distribution<double> uniform{0, 60'000'000};
    std::uniform_real_distribution<double> short_times{0, 5'000};
    std::lognormal_distribution<double> lognormal{9.2, 0.6};
    std::exponential_distribution<double> exponential{1.0 / 12'000};
    std::normal_distribution<double> fast{8'000, 300};
    std::normal_distribution<double> slow{41'000, 2'000};
    std::bernoulli_distribution repaired{0.02};
    expect_as_exact_sort("uniform", [&](auto& random) { return uniform(random); });
    expect_as_exact_sort("short", [&](auto& random) { return short_times(random); });
    expect_as_exact_sort("lognormal", [&](auto& random) { return lognormal(random); });
    expect_as_exact_sort("exponential", [&](auto& random) { return exponential(random); });
    expect_as_exact_sort("two humps", [&](auto& random) { return repaired(random) ? slow(random) : fast(random); });
    expect_as_exact_sort("constant", [](auto&) { return 16'667.0; });
}

TEST(Latency, every_power_of_two_and_its_neighbours_are_read_back_within_a_thousandth) {
    for (std::int64_t power = 1; power < 60'000'000; power *= 2) {
        for (const auto us : {power - 1, power, power + 1}) {
            Histogram histogram;
            histogram.record(Microseconds{us});
            histogram.record(Microseconds{60'000'000});  // so that the largest value does not cut the answer
            EXPECT_GE(histogram.at_percent(50), us);
            EXPECT_LE(static_cast<double>(histogram.at_percent(50) - us), 0.001 * static_cast<double>(us));
        }
    }
}

TEST(Latency, short_times_are_exact) {
    Histogram histogram;
    for (int us = 1; us <= 1000; ++us) histogram.record(Microseconds{us});
    const auto percentiles = histogram.percentiles();
    EXPECT_EQ(percentiles.count, 1000U);
    EXPECT_EQ(percentiles.p50, 500);
    EXPECT_EQ(percentiles.p95, 950);
    EXPECT_EQ(percentiles.p99, 990);
    EXPECT_EQ(percentiles.p999, 999);
    EXPECT_EQ(percentiles.max, 1000);
}

TEST(Latency, values_outside_are_clamped_and_still_counted) {
    Histogram histogram;
    histogram.record(Microseconds{-5});
    histogram.record(std::chrono::hours{1});
    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.at_percent(50), 0);
    EXPECT_EQ(histogram.percentiles().max, 60'000'000);
    EXPECT_EQ(histogram.at_percent(100), 60'000'000);
}

TEST(Latency, merging_equals_recording_everything_in_one) {
    std::mt19937_64 random{7};
    std::lognormal_distribution<double> distribution{9, 1};
    Histogram one;
    Histogram other;
    Histogram all;
    for (int i = 0; i < 10'000; ++i) {
        const Microseconds value{std::llround(distribution(random))};
        (i % 3 == 0 ? one : other).record(value);
        all.record(value);
    }
    one.merge(other);
    EXPECT_EQ(one.count(), all.count());
    for (const double percent : {1.0, 50.0, 99.0, 99.9, 100.0})
        EXPECT_EQ(one.at_percent(percent), all.at_percent(percent));
}

TEST(Latency, a_histogram_is_made_again_of_its_buckets) {
    std::mt19937_64 random{7};
    std::lognormal_distribution<double> distribution{9, 1};
    Histogram all;
    for (int i = 0; i < 10'000; ++i) all.record(Microseconds{std::llround(distribution(random))});
    Histogram again;
    std::int64_t last = -1;
    for (const auto& bucket : all.buckets()) {
        EXPECT_GT(bucket.us, last);
        EXPECT_GT(bucket.count, 0U);
        last = bucket.us;
        again.record(Microseconds{bucket.us}, bucket.count);
    }
    EXPECT_EQ(again.buckets(), all.buckets());
    EXPECT_EQ(again.count(), 10'000U);
    EXPECT_EQ(again.percentiles().max, all.percentiles().max);
    for (const double percent : {1.0, 50.0, 99.0, 99.9}) EXPECT_EQ(again.at_percent(percent), all.at_percent(percent));
    again.record(Microseconds{59'000'000}, 0);
    EXPECT_EQ(again.buckets(), all.buckets()) << "no times is nothing";
    again.clear();
    EXPECT_TRUE(again.buckets().empty());
}

TEST(Latency, an_empty_or_cleared_histogram_counts_nothing) {
    Histogram histogram;
    EXPECT_EQ(histogram.percentiles().count, 0U);
    histogram.record(Microseconds{500});
    histogram.clear();
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.at_percent(99), 0);
    EXPECT_EQ(histogram.percentiles().max, 0);
    histogram.record(Microseconds{3});
    EXPECT_EQ(histogram.at_percent(100), 3);
}

}  // namespace

#include "bench/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace bench {

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Sample whole(const BenchResult& result) {
    Sample sample;
    for (const auto& repeat : result.repeats) sample.push_back(&repeat);
    return sample;
}

Statistics statistics_of(const Sample& sample, const std::string& key) {
    Statistics out;
    out.fill(no_number);
    static thread_local transport::Histogram all;  // a thousand times the same: its memory is kept
    all.clear();
    for (const auto* repeat : sample)
        if (const auto found = repeat->distributions.find(key); found != repeat->distributions.end())
            found->second.add_to(all);
    if (all.count() == 0) return out;
    const auto buckets = all.buckets();
    const auto count = static_cast<double>(all.count());
    double mean = 0;
    double variance = 0;
    for (const auto& bucket : buckets)
        mean += static_cast<double>(bucket.us) * static_cast<double>(bucket.count) / count;
    for (const auto& bucket : buckets) {
        const double off = static_cast<double>(bucket.us) - mean;
        variance += off * off * static_cast<double>(bucket.count) / count;
    }
    const auto put = [&](Statistic statistic, double us) { out[static_cast<std::size_t>(statistic)] = us / 1000; };
    put(Statistic::mean, mean);
    put(Statistic::std, std::sqrt(variance));
    for (const auto statistic : {Statistic::p50, Statistic::p90, Statistic::p95, Statistic::p99, Statistic::p999})
        put(statistic, static_cast<double>(all.at_percent(percent(statistic))));
    put(Statistic::max, static_cast<double>(buckets.back().us));
    return out;
}

double number_of(const Sample& sample, const std::string& key, Pool pool) {
    if (sample.empty()) return no_number;
    double out = pool == Pool::most ? -std::numeric_limits<double>::infinity() : 0;
    for (const auto* repeat : sample) {
        const auto found = repeat->numbers.find(key);
        if (found == repeat->numbers.end()) return no_number;
        out = pool == Pool::most ? std::max(out, found->second) : out + found->second;
    }
    return pool == Pool::mean ? out / static_cast<double>(sample.size()) : out;
}

Resampler::Resampler(const BenchResult& result, std::uint64_t seed) : samples_(resample_count) {
    std::mt19937_64 random{seed};
    for (auto& sample : samples_)
        for (std::size_t i = 0; i < result.repeats.size(); ++i)
            sample.push_back(&result.repeats[random() % result.repeats.size()]);
}

std::vector<double> Resampler::values(const Recipe& recipe) {
    std::vector<double> out;
    out.reserve(samples_.size());
    if (!recipe.statistic) {
        for (const auto& sample : samples_) out.push_back(number_of(sample, recipe.key, recipe.pool));
        return out;
    }
    if (recipe.key != key_) {
        key_ = recipe.key;
        statistics_.clear();
        for (const auto& sample : samples_) statistics_.push_back(statistics_of(sample, key_));
    }
    for (const auto& statistics : statistics_)
        out.push_back(statistics[static_cast<std::size_t>(*recipe.statistic)] * recipe.per_ms);
    return out;
}

Interval middle_95(std::vector<double> values) {
    std::erase_if(values, [](double value) { return std::isnan(value); });  // a sample of repeats that had none
    if (values.empty()) return {no_number, no_number};
    std::ranges::sort(values);
    const auto last = static_cast<double>(values.size() - 1);
    return {values[static_cast<std::size_t>(std::lround(0.025 * last))],
            values[static_cast<std::size_t>(std::lround(0.975 * last))]};
}

void add_intervals(std::vector<Told>& figures, const BenchResult& result) {
    if (result.repeats.size() < least_repeats) return;
    Resampler resampler{result, result.seed};
    for (auto& figure : figures)
        if (figure.value) figure.interval = middle_95(resampler.values(figure.recipe));
}

}  // namespace bench

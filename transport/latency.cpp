#include "transport/latency.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace transport {

namespace {
// Log-linear: each power of two is cut into 1024 equal buckets, so none is wider than 1/1024 of its values.
constexpr int fine_bits = 10;
constexpr std::int64_t fine = std::int64_t{1} << fine_bits;
constexpr std::int64_t longest_us = 60'000'000;

constexpr int shift_of(std::int64_t value) {
    return std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))) - (fine_bits + 1));
}
}  // namespace

std::size_t Histogram::bucket(std::int64_t value) {
    const int shift = shift_of(value);
    return static_cast<std::size_t>(shift * fine + (value >> shift));
}

std::int64_t Histogram::highest_in(std::size_t bucket) {
    const auto index = static_cast<std::int64_t>(bucket);
    if (index < 2 * fine) return index;
    const std::int64_t shift = index / fine - 1;
    return ((index - shift * fine + 1) << shift) - 1;
}

void Histogram::record(Microseconds value, std::uint64_t times) {
    if (times == 0) return;
    const auto us = std::clamp<std::int64_t>(value.count(), 0, longest_us);
    if (buckets_.empty()) buckets_.resize(bucket(longest_us) + 1);  // 140 kB: not for durations that never come
    buckets_[bucket(us)] += times;
    count_ += times;
    max_ = std::max(max_, us);
    sum_ += us;
}

void Histogram::merge(const Histogram& other) {
    if (buckets_.size() < other.buckets_.size()) buckets_.resize(other.buckets_.size());
    for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
    sum_ += other.sum_;
}

void Histogram::clear() {
    std::fill_n(buckets_.begin(), used(), 0U);
    count_ = 0;
    max_ = 0;
    sum_ = 0;
}

std::uint64_t Histogram::count_up_to(Microseconds value) const {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size() && highest_in(i) <= value.count(); ++i) seen += buckets_[i];
    return seen;
}

std::int64_t Histogram::at_percent(double percent) const {
    if (count_ == 0) return 0;
    // The small term keeps 99.9 % of 1000 at the 999th value: 0.999 has no exact binary form.
    const double rank = std::ceil(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count_) - 1e-6);
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::max(0.0, rank)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted) return std::min(highest_in(i), max_);
    }
    return max_;
}

std::vector<Histogram::Bucket> Histogram::buckets() const {
    std::vector<Bucket> out;
    for (std::size_t i = 0; i < used(); ++i)
        if (buckets_[i] > 0) out.push_back({std::min(highest_in(i), max_), buckets_[i]});
    return out;
}

Percentiles Histogram::percentiles() const {
    return {count_, at_percent(50), at_percent(95), at_percent(99), at_percent(99.9), max_};
}

}  // namespace transport

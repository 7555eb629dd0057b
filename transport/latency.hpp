// How long things take: log-linear histograms in microseconds, and the report made from finished timelines.
#pragma once

#include "transport/clock.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace transport {

struct Percentiles {
    std::uint64_t count = 0;
    std::int64_t p50 = 0, p95 = 0, p99 = 0, p999 = 0, max = 0;  ///< µs
};

/// 0 µs to 60 s, exact below 2048 µs, above it within 0.1 %. Values outside are clamped and still counted.
class Histogram {
public:
    /// Values that cannot be told apart.
    struct Bucket {
        std::int64_t us = 0;  ///< the highest of them
        std::uint64_t count = 0;
        bool operator==(const Bucket&) const = default;
    };

    void record(Microseconds value, std::uint64_t times = 1);
    void merge(const Histogram& other);
    void clear();
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// Values up to and including that one, as exact as the buckets are.
    [[nodiscard]] std::uint64_t count_up_to(Microseconds value) const;
    [[nodiscard]] Microseconds sum() const { return Microseconds{sum_}; }
    /// The smallest recorded value that at least `percent` of the values do not exceed; 0 when empty.
    [[nodiscard]] std::int64_t at_percent(double percent) const;
    [[nodiscard]] Percentiles percentiles() const;
    /// By rising value, none empty. Recorded into another histogram they make the same one.
    [[nodiscard]] std::vector<Bucket> buckets() const;

private:
    static std::size_t bucket(std::int64_t value);
    static std::int64_t highest_in(std::size_t bucket);
    [[nodiscard]] std::size_t used() const { return count_ == 0 ? 0 : bucket(max_) + 1; }
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
    std::int64_t sum_ = 0;
};

}  // namespace transport

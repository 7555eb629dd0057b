// How often something took how long, in few buckets that a scrape can carry; the fine ones are transport/latency.hpp's.
#pragma once

#include "transport/clock.hpp"
#include "transport/latency.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

namespace transport {

/// Upper limits of the buckets, inclusive, in µs: 0.1 ms to 1 s; 17 and 33 ms are a frame at 60/s and 30/s, 100 and
/// 200 ms are LATE and STALE. What took longer than the last is only in the count.
inline constexpr std::array<std::int64_t, 17> duration_limits_us{100,    200,     500,     1'000,   2'000,    4'000,
                                                                 7'000,  10'000,  17'000,  25'000,  33'000,   50'000,
                                                                 75'000, 100'000, 200'000, 500'000, 1'000'000};

/// What was counted up to one instant.
struct DurationCounts {
    std::array<std::uint64_t, duration_limits_us.size() + 1> buckets{};  ///< each by itself; the last: longer than all
    std::int64_t sum_us = 0;
};
/// The same of a fine histogram: above 2 ms within 0.1 % of each limit.
[[nodiscard]] DurationCounts duration_counts(const Histogram& histogram);

/// Thread safe without a lock: two additions for a record, no memory is taken.
class Durations {
public:
    void record(Microseconds duration) noexcept {
        const auto us = std::max<std::int64_t>(0, duration.count());
        const auto* const limit = std::ranges::lower_bound(duration_limits_us, us);
        buckets_[static_cast<std::size_t>(limit - duration_limits_us.begin())].fetch_add(1, std::memory_order_relaxed);
        sum_us_.fetch_add(us, std::memory_order_relaxed);
    }
    [[nodiscard]] DurationCounts counts() const {
        DurationCounts out;
        for (std::size_t i = 0; i < buckets_.size(); ++i) out.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
        out.sum_us = sum_us_.load(std::memory_order_relaxed);
        return out;
    }

private:
    std::array<std::atomic<std::uint64_t>, duration_limits_us.size() + 1> buckets_{};
    std::atomic<std::int64_t> sum_us_{0};
};

}  // namespace transport

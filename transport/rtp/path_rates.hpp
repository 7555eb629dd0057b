// How much a stream may send when it goes by several paths at once. Pure.
#pragma once

#include "transport/link.hpp"
#include "transport/rtp/rate_estimator.hpp"
#include "transport/rtp/stream.hpp"

#include <array>
#include <optional>
#include <span>
#include <vector>

namespace transport {

/// One estimate for each path. A path too thin for the stream is left out, so that it does not hold back the others; it
/// is tried again now and then. Not thread safe.
class PathRates {
public:
    PathRates(const RateLimits& limits, Priority priority) : limits_{limits}, priority_{priority} {}

    void sent(std::size_t bytes, std::span<const std::size_t> paths, Timestamp now);
    void feedback(std::size_t path, std::span<const PacketReport> packets, Timestamp now);
    /// Of these paths, those that media should go by.
    [[nodiscard]] std::vector<std::size_t> wide_enough(std::span<const std::size_t> paths, Timestamp now);
    /// All that leaves by these paths at once, repairs too.
    [[nodiscard]] Allowance allowance(std::span<const std::size_t> paths, Timestamp now);
    /// Padding that is to be sent now, bytes.
    [[nodiscard]] std::size_t probe_bytes(std::span<const std::size_t> paths, Timestamp now);
    /// What the widest of them carries; nothing before the first feedback.
    [[nodiscard]] std::optional<int> target_kbit_per_s(std::span<const std::size_t> paths) const;
    [[nodiscard]] Microseconds queueing(std::span<const std::size_t> paths) const;

private:
    RateEstimator& at(std::size_t path);

    RateLimits limits_;
    Priority priority_;
    std::array<std::optional<RateEstimator>, most_paths> paths_;
    double sent_bytes_ = 0;  ///< of the last second, fading
    Timestamp sent_at_{};
};

}  // namespace transport

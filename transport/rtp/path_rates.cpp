#include "transport/rtp/path_rates.hpp"

#include <algorithm>
#include <cmath>

namespace transport {

namespace {

using namespace std::chrono_literals;

constexpr double thin = 0.9;  // of what the stream sends: a path that carries less would only hold a queue
constexpr Microseconds trial_every{10'000'000};
constexpr Microseconds trial{500'000};

}  // namespace

RateEstimator& PathRates::at(std::size_t path) {
    auto& place = paths_.at(path);
    if (!place) place.emplace(limits_, priority_);
    return *place;
}

void PathRates::sent(std::size_t bytes, std::span<const std::size_t> paths, Timestamp now) {
    for (const auto path : paths) at(path).sent(bytes, now);
    const auto passed = std::chrono::duration<double>(now - sent_at_).count();
    sent_bytes_ = sent_bytes_ * std::exp(-std::max(0.0, passed)) + static_cast<double>(bytes);
    sent_at_ = now;
}

void PathRates::feedback(std::size_t path, std::span<const PacketReport> packets, Timestamp now) {
    at(path).feedback(packets, now);
}

std::vector<std::size_t> PathRates::wide_enough(std::span<const std::size_t> paths, Timestamp now) {
    const double wanted = thin * sent_bytes_ * 8 / 1000;
    std::vector<std::size_t> out;
    for (const auto path : paths)
        if (at(path).target_kbit_per_s() >= wanted || now.time_since_epoch() % trial_every < trial) out.push_back(path);
    if (!out.empty() || paths.empty()) return out;
    return {*std::ranges::max_element(paths, {}, [this](std::size_t path) { return at(path).target_kbit_per_s(); })};
}

Allowance PathRates::allowance(std::span<const std::size_t> paths, Timestamp now) {
    Allowance out{paths.empty() ? std::numeric_limits<int>::max() : 0, paths.empty(), false};
    for (const auto path : paths) {
        auto& rate = at(path);
        rate.pass(now);
        out.kbit_per_s = std::max(out.kbit_per_s, rate.target_kbit_per_s());
        out.room = out.room || rate.room(now);
        out.answered = out.answered || rate.state() != RateState::silent;
    }
    return out;
}

std::size_t PathRates::probe_bytes(std::span<const std::size_t> paths, Timestamp now) {
    std::size_t most = 0;
    for (const auto path : paths) most = std::max(most, at(path).probe_bytes(now));
    return most;
}

std::optional<int> PathRates::target_kbit_per_s(std::span<const std::size_t> paths) const {
    std::optional<int> most;
    for (const auto path : paths)
        if (const auto& rate = paths_.at(path); rate && rate->state() != RateState::silent)
            most = std::max(most.value_or(0), rate->target_kbit_per_s());
    return most;
}

Microseconds PathRates::queueing(std::span<const std::size_t> paths) const {
    Microseconds most{0};
    for (const auto path : paths)
        if (const auto& rate = paths_.at(path)) most = std::max(most, rate->queueing());
    return most;
}

}  // namespace transport

#include "transport/emulator/rate_trace.hpp"

#include <algorithm>
#include <stdexcept>

namespace transport {

namespace {

constexpr std::int64_t packet_per_ms = 1500 * 8;  // kbit/s of one delivery in a millisecond
constexpr Microseconds longest_period{std::chrono::hours{24}};
// One hour as a trace: its sums stay small and it is never asked for long ago.
constexpr Microseconds constant_period{std::chrono::hours{1}};

Intervals gaps_of(const std::vector<RateStep>& steps, Microseconds period) {
    std::vector<Interval> gaps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].kbit_per_s >= RateTrace::gap_kbit_per_s) continue;
        const auto from = steps[i].at;
        while (i + 1 < steps.size() && steps[i + 1].kbit_per_s < RateTrace::gap_kbit_per_s) ++i;
        const auto to = i + 1 < steps.size() ? steps[i + 1].at : period;
        if (to - from >= RateTrace::shortest_gap) gaps.push_back({from, to});
    }
    return Intervals{std::move(gaps), period};
}

}  // namespace

RateTrace::RateTrace(std::vector<RateStep> steps, Microseconds period, Microseconds window)
    : steps_{std::move(steps)}, period_{period}, window_{window} {
    if (steps_.empty() || steps_.size() > most_steps)
        throw std::invalid_argument("rate: from 1 to 1000000 steps are allowed");
    if (steps_.front().at != Microseconds{0}) throw std::invalid_argument("rate: the first step must be at 0");
    if (period_ <= steps_.back().at || period_ > longest_period)
        throw std::invalid_argument("rate: a trace ends after its last step and within 24 hours");
    Millibits sum = 0;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const auto end = i + 1 < steps_.size() ? steps_[i + 1].at : period_;
        if (end <= steps_[i].at) throw std::invalid_argument("rate: the steps' times must rise");
        if (steps_[i].kbit_per_s < 0 || steps_[i].kbit_per_s > most_kbit_per_s)
            throw std::invalid_argument("rate: from 0 to 10000000 kbit/s are allowed");
        sums_.push_back(sum);
        sum += steps_[i].kbit_per_s * (end - steps_[i].at).count();
    }
    sums_.push_back(sum);
    if (sum == 0) throw std::invalid_argument("rate: the trace carries nothing");
    gaps_ = gaps_of(steps_, period_);
}

RateTrace RateTrace::constant(std::int64_t kbit_per_s) {
    return RateTrace{{{Microseconds{0}, kbit_per_s}}, constant_period};
}

RateTrace RateTrace::deliveries(std::span<const std::int64_t> times_ms) {
    std::vector<RateStep> steps;
    const auto add = [&steps](std::int64_t ms, std::int64_t rate) {
        if (steps.empty() || steps.back().kbit_per_s != rate) steps.push_back({Microseconds{ms * 1000}, rate});
    };
    std::int64_t next = 0;
    for (std::size_t i = 0; i < times_ms.size();) {
        const auto ms = times_ms[i];
        if (ms < next) throw std::invalid_argument("rate: delivery times must be in order and not negative");
        std::int64_t count = 0;
        for (; i < times_ms.size() && times_ms[i] == ms; ++i) ++count;
        if (ms > next) add(next, 0);
        add(ms, count * packet_per_ms);
        next = ms + 1;
    }
    return RateTrace{std::move(steps), Microseconds{next * 1000}, Microseconds{100'000}};
}

std::size_t RateTrace::step_at(Microseconds within) const {
    return static_cast<std::size_t>(std::ranges::upper_bound(steps_, within, {}, &RateStep::at) - steps_.begin()) - 1;
}

Millibits RateTrace::until(Microseconds within) const {
    const auto i = step_at(within);
    return sums_[i] + steps_[i].kbit_per_s * (within - steps_[i].at).count();
}

Millibits RateTrace::carried(Microseconds from, Microseconds to) const {
    if (to <= from) return 0;
    const auto turns = to / period_ - from / period_;
    return turns * sums_.back() + until(to % period_) - until(from % period_);
}

Microseconds RateTrace::carried_by(Microseconds from, Millibits amount) const {
    if (amount <= 0) return from;
    const auto goal = until(from % period_) + amount;
    auto turn = goal / sums_.back();
    auto rest = goal % sums_.back();
    if (rest == 0) {  // at the end of what a turn carries, not after the silence that may follow it
        --turn;
        rest = sums_.back();
    }
    const auto after = std::ranges::lower_bound(sums_, rest);
    const auto i = static_cast<std::size_t>(after - sums_.begin()) - 1;
    const auto rate = steps_[i].kbit_per_s;
    const Microseconds part{(rest - sums_[i] + rate - 1) / rate};
    return (from / period_ + turn) * period_ + steps_[i].at + part;
}

double RateTrace::kbit_per_s(Microseconds time) const {
    if (window_ == Microseconds{0}) return static_cast<double>(steps_[step_at(time % period_)].kbit_per_s);
    const auto from = std::max(Microseconds{0}, time - window_ / 2);
    return static_cast<double>(carried(from, from + window_)) / static_cast<double>(window_.count());
}

double RateTrace::mean_kbit_per_s() const {
    return static_cast<double>(sums_.back()) / static_cast<double>(period_.count());
}

}  // namespace transport

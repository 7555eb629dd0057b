#include "transport/clock_exchanges.hpp"

#include <algorithm>
#include <cmath>

namespace transport {

namespace {

using namespace std::chrono_literals;

constexpr auto exchange_window = 30s;
constexpr auto milestone_spacing = 10s;
constexpr auto milestones_kept = 10min;
// Within milestones_kept: a quartz that warms up, and a daemon that corrects it.
constexpr double rate_wander_ppm = 20;
constexpr std::size_t needed_after_step = 2;
constexpr Microseconds clock_tick{1};  // times are cut to whole microseconds

Microseconds clock_drift(Microseconds time, double ppm) {
    return Microseconds{std::llround(static_cast<double>(time.count()) * ppm / 1e6)};
}

}  // namespace

ClockExchanges::Span ClockExchanges::proven(Timestamp sent, RemoteTimestamp remote, Timestamp received) const {
    const auto there = remote.time_since_epoch();
    const auto earliest = sent + std::max(longer_there_, Microseconds{0});
    const auto latest = received - std::max(-longer_there_, Microseconds{0});
    return {sent, received, there - latest.time_since_epoch() - clock_tick,
            there - earliest.time_since_epoch() + clock_tick};
}

ClockExchanges::Span ClockExchanges::moved(Span span, Timestamp to) const {
    const double slowest = rate_.ppm - rate_.bound_ppm;
    const double fastest = rate_.ppm + rate_.bound_ppm;
    const auto least = to - span.to;
    const auto most = to - span.from;
    return {to, to, span.low + std::min(clock_drift(least, slowest), clock_drift(most, slowest)),
            span.high + std::max(clock_drift(least, fastest), clock_drift(most, fastest))};
}

ClockExchanges::Span ClockExchanges::overlap(Timestamp now) const {
    auto left = moved(recent_.back(), now);
    for (const auto& span : recent_) {
        const auto there = moved(span, now);
        left.low = std::max(left.low, there.low);
        left.high = std::min(left.high, there.high);
    }
    return left;
}

void ClockExchanges::exchange(Timestamp sent, RemoteTimestamp remote, Timestamp received,
                              const std::optional<HostTimes>& hosts) {
    if (received < sent || sent < not_before_) return;
    const auto fresh = proven(sent, remote, received);
    if (fresh.low > fresh.high) {  // quicker than the configured asymmetry allows
        longer_there_ = Microseconds{0};
        return drop(received);
    }
    if (known_) {
        const auto before = moved(*known_, received);
        const auto now = moved(fresh, received);
        if (now.low > before.high || now.high < before.low) return drop(received);
    }
    recent_.push_back(fresh);
    while (received - recent_.front().to > exchange_window) recent_.pop_front();
    const auto measured = overlap(received);
    if (measured.low > measured.high || !estimate_rate(measured)) return drop(received);
    known_ = measured;
    if (recent_.size() < needed_) return;
    needed_ = 1;
    publish(measured, hosts);
}

/// False when the milestones leave no rate: one of them is not true.
bool ClockExchanges::estimate_rate(const Span& now) {
    double slowest = -ClockRate::most_ppm;
    double fastest = ClockRate::most_ppm;
    for (const auto& then : milestones_) {
        const auto apart = static_cast<double>((now.to - then.to).count());
        const auto ppm = [apart](Microseconds change) { return static_cast<double>(change.count()) / apart * 1e6; };
        slowest = std::max(slowest, ppm(now.low - then.high) - rate_wander_ppm);
        fastest = std::min(fastest, ppm(now.high - then.low) + rate_wander_ppm);
    }
    if (slowest > fastest) return false;
    rate_ = {(slowest + fastest) / 2, (fastest - slowest) / 2};
    const bool due = milestones_.empty() || now.to - milestones_.back().to >= milestone_spacing;
    if (due) milestones_.push_back(now);
    while (now.to - milestones_.front().to > milestones_kept) milestones_.pop_front();
    return true;
}

void ClockExchanges::publish(const Span& measured, const std::optional<HostTimes>& hosts) {
    const auto low = measured.low;
    const auto half = (measured.high - low + Microseconds{1}) / 2;
    const auto middle = low + (measured.high - low) / 2;
    const auto now = measured.to;
    const auto at = [now](Microseconds ahead) { return RemoteTimestamp{now.time_since_epoch() + ahead}; };
    if (hosts) {
        const auto ahead = hosts->ours.ahead - hosts->theirs.ahead;
        const auto bound = hosts->ours.bound + hosts->theirs.bound + clock_tick;
        const bool possible = std::chrono::abs(ahead - middle) <= bound + half;
        if (!possible) ++hosts_refuted_;
        if (possible && bound < half) return offset_.learn({now, at(ahead), bound, ClockBasis::host_clocks}, rate_);
    }
    const auto basis = longer_there_ == Microseconds{0} ? ClockBasis::exchanges : ClockBasis::known_asymmetry;
    offset_.learn({now, at(middle), half, basis}, rate_);
}

void ClockExchanges::drop(Timestamp now) {
    recent_.clear();
    milestones_.clear();
    known_.reset();
    rate_ = {};
    offset_.forget();
    not_before_ = now;
    needed_ = needed_after_step;
    ++steps_;
}

}  // namespace transport

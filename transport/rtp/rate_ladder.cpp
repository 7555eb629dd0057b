#include "transport/rtp/rate_ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace transport {

namespace {

using namespace std::chrono_literals;

struct Rung {
    int every;
    int size_quarters;
};
constexpr std::array<Rung, 5> rungs{{{1, 4}, {2, 4}, {3, 4}, {3, 3}, {3, 2}}};

constexpr double steps_per_halving = 6;  // H.264: six quantiser steps about halve the bits
constexpr double need_gain = 8;          // pictures
constexpr double headroom = 0.75;        // of the target: what a higher step may need before it is tried
constexpr auto down_after = 150ms;       // more is needed than there is
constexpr auto smaller_after = 1s;
constexpr auto up_after = 700ms;
constexpr auto larger_after = 5s;
constexpr auto size_lasts = 5s;    // before a smaller one
constexpr auto small_lasts = 10s;  // before a larger one
constexpr auto rate_up_after = 200ms;
constexpr double rate_up_by = 1.05;

/// Of what all pictures in full size need.
double cost(const Rung& rung) {
    return rung.size_quarters * rung.size_quarters / 16.0 / rung.every;
}

}  // namespace

RateLadder::RateLadder(const LadderSettings& settings) : settings_{settings} {
    step_.kbit_per_s = settings.most_kbit_per_s;
}

void RateLadder::made(std::size_t bytes, int quantiser) {
    const double shown = settings_.frames_per_second / step_.every;
    const double sent = static_cast<double>(bytes) * shown / 125;
    double coarsest = sent;
    if (quantiser > 0) {
        coarsest = sent * std::exp2((quantiser - settings_.coarsest_quantiser) / steps_per_halving);
    } else if (sent < step_.kbit_per_s) {
        coarsest = std::min(sent, need_ * cost(rungs[rung_]));
    }
    const double need = coarsest / cost(rungs[rung_]);
    need_ = need_ == 0 ? need : need_ + (need - need_) / need_gain;
}

/// The highest whose need fits; the last one where none does.
std::size_t RateLadder::rung_for(double kbit_per_s) const {
    std::size_t last = 0;
    for (std::size_t i = 0; i < rungs.size(); ++i) {
        const bool allowed =
            rungs[i].every <= settings_.most_skipping && (settings_.may_shrink || rungs[i].size_quarters == 4);
        if (!allowed) continue;
        last = i;
        if (need_ * cost(rungs[i]) <= kbit_per_s) break;
    }
    return last;
}

const LadderStep& RateLadder::decide(int target_kbit_per_s, Timestamp now) {
    climb(target_kbit_per_s, now);
    set_rate(target_kbit_per_s, now);
    const bool too_thin = need_ * cost(rungs[rung_]) > 1.5 * target_kbit_per_s;
    step_.degraded = target_kbit_per_s < settings_.least_kbit_per_s || too_thin;
    return step_;
}

void RateLadder::climb(int target, Timestamp now) {
    const auto lower = rung_for(target);
    const auto higher = rung_for(headroom * target);
    if (lower <= rung_) too_much_since_.reset();
    if (higher >= rung_) room_since_.reset();
    const auto& current = rungs[rung_];
    std::size_t next = rung_;
    if (lower > rung_) {
        if (!too_much_since_) too_much_since_ = now;
        const bool smaller = rungs[lower].size_quarters < current.size_quarters;
        next = lower;
        if (smaller && (now - *too_much_since_ < smaller_after || now - size_changed_ < size_lasts))
            while (next > rung_ && rungs[next].size_quarters < current.size_quarters) --next;
        if (now - *too_much_since_ < down_after) next = rung_;
    } else if (higher < rung_) {
        if (!room_since_) room_since_ = now;
        next = rung_ - 1;  // one at a time
        while (next > 0 && rungs[next].every > settings_.most_skipping) --next;
        const bool larger = rungs[next].size_quarters > current.size_quarters;
        const auto wait = larger ? larger_after : up_after;
        if (now - *room_since_ < wait || (larger && now - size_changed_ < small_lasts)) next = rung_;
    }
    if (next == rung_) return;
    if (rungs[next].size_quarters != current.size_quarters) size_changed_ = now;
    rung_ = next;
    too_much_since_.reset();
    room_since_.reset();
    step_.every = rungs[next].every;
    step_.size_quarters = rungs[next].size_quarters;
}

/// Down at once, up in steps that are worth telling an encoder.
void RateLadder::set_rate(int target, Timestamp now) {
    const int wanted = std::clamp(target, 1, settings_.most_kbit_per_s);
    const bool down = wanted < step_.kbit_per_s;
    const bool up = wanted > rate_up_by * step_.kbit_per_s || wanted == settings_.most_kbit_per_s;
    if (!down && !(up && now - rate_changed_ >= rate_up_after)) return;
    if (wanted != step_.kbit_per_s) rate_changed_ = now;
    step_.kbit_per_s = wanted;
}

bool RateLadder::takes() {
    if (++skipped_ < step_.every) return false;
    skipped_ = 0;
    return true;
}

}  // namespace transport

#include "transport/rtp/path_delay.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace transport {

namespace {

using namespace std::chrono_literals;

constexpr auto burst_gap = 2ms;  // packets further apart were not sent as one burst
constexpr auto kept = 2s;
constexpr auto trend_window = 250ms;
constexpr auto capacity_window = 500ms;
constexpr auto train_memory = 300ms;
constexpr int train_packets = 3;    // fewer tell more about the clock than about the link
constexpr double jitter_gain = 16;  // tenths of a second
constexpr double most_jitter_us = 10'000;

/// Of two clocks: only differences mean anything.
Microseconds delay_of(const PacketReport& packet) {
    return packet.arrived->time_since_epoch() - packet.sent.time_since_epoch();
}

double kbit_per_s_of(std::size_t bytes, Microseconds time) {
    return static_cast<double>(bytes) * 8000 / static_cast<double>(std::max<Microseconds::rep>(1, time.count()));
}

}  // namespace

void WindowedMinimum::add(Timestamp time, Microseconds value) {
    while (!values_.empty() && values_.back().second >= value) values_.pop_back();
    values_.emplace_back(time, value);
    while (time - values_.front().first > window_) values_.pop_front();
}

void PathDelay::take(const PacketReport& packet) {
    const auto delay = delay_of(packet);
    if (bursts_.empty() || packet.sent - bursts_.back().last_sent > burst_gap) {
        begin(packet, delay);
    } else if (packet.sent < bursts_.back().sent) {
        return;
    } else {
        auto& burst = bursts_.back();
        burst.last_sent = std::max(burst.last_sent, packet.sent);
        burst.first = std::min(burst.first, *packet.arrived);
        burst.last = std::max(burst.last, *packet.arrived);
        burst.delay = std::min(burst.delay, delay);
        burst.bytes += packet.bytes;
        burst.bytes_behind += packet.bytes + std::exchange(missing_, 0);
        ++burst.packets;
    }
    base_.add(packet.sent, delay);
    standing_.add(packet.sent, delay);
    latest_.add(packet.sent, delay);
    tenth_least_ = std::min(tenth_least_, delay);
}

void PathDelay::begin(const PacketReport& packet, Microseconds delay) {
    if (!tenth_ || packet.sent - *tenth_ >= 100ms) {
        if (tenth_) watch_jitter();
        tenth_ = packet.sent;
        tenth_least_ = delay;
    }
    while (!bursts_.empty() && packet.sent - bursts_.front().sent > kept) bursts_.pop_front();
    bursts_.push_back(
        {packet.sent, packet.sent, *packet.arrived, *packet.arrived, delay, packet.bytes + unreported_, 0, 1});
    unreported_ = 0;
    missing_ = 0;
}

void PathDelay::take_missing(const PacketReport& packet) {
    const bool same =
        !bursts_.empty() && packet.sent >= bursts_.back().sent && packet.sent - bursts_.back().last_sent <= burst_gap;
    if (same) missing_ += packet.bytes;
}

/// A queue moves delays too: only what stays near the base counts.
void PathDelay::watch_jitter() {
    const double step =
        tenth_before_ ? static_cast<double>(std::chrono::abs(tenth_least_ - *tenth_before_).count()) : most_jitter_us;
    tenth_before_ = tenth_least_;
    if (step < most_jitter_us) jitter_us_ += (step - jitter_us_) / jitter_gain;
}

void PathDelay::rebase() {
    const auto last = bursts_.empty() ? Burst{} : bursts_.back();
    base_.forget();
    standing_.forget();
    latest_.forget();
    for (auto* minimum : {&base_, &standing_, &latest_}) minimum->add(last.sent, last.delay);
}

Microseconds PathDelay::queueing() const {
    return base_.empty() ? Microseconds{0} : standing_.least() - base_.least();
}

Microseconds PathDelay::latest() const {
    return base_.empty() ? Microseconds{0} : latest_.least() - base_.least();
}

double PathDelay::growth() const {
    auto first = bursts_.end();
    while (first != bursts_.begin() && bursts_.back().sent - std::prev(first)->sent <= trend_window) --first;
    const auto count = bursts_.end() - first;
    if (count < 3) return 0;
    double time = 0;
    double delay = 0;
    for (auto burst = first; burst != bursts_.end(); ++burst) {
        time += static_cast<double>((burst->sent - first->sent).count());
        delay += static_cast<double>((burst->delay - first->delay).count());
    }
    time /= static_cast<double>(count);
    delay /= static_cast<double>(count);
    double both = 0;
    double square = 0;
    for (auto burst = first; burst != bursts_.end(); ++burst) {
        const double t = static_cast<double>((burst->sent - first->sent).count()) - time;
        both += t * (static_cast<double>((burst->delay - first->delay).count()) - delay);
        square += t * t;
    }
    return square > 0 ? 1000 * both / square : 0;
}

double PathDelay::delivered_kbit_per_s(Microseconds window) const {
    if (bursts_.size() < 3) return 0;
    const auto last = bursts_.end() - 2;  // the very last may still grow
    std::size_t bytes = 0;
    auto first = last;
    while (first != bursts_.begin() && (last->last - first->last < window || last - first < 2)) {
        bytes += first->bytes;
        --first;
    }
    return first == last ? 0 : kbit_per_s_of(bytes, last->last - first->last);
}

double PathDelay::capacity_kbit_per_s() const {
    std::size_t bytes = 0;
    Microseconds time{0};
    for (auto burst = bursts_.rbegin(); burst != bursts_.rend(); ++burst) {
        if (bursts_.back().sent - burst->sent > capacity_window) break;
        if (burst->packets < train_packets) continue;
        bytes += burst->bytes_behind;
        time += burst->last - burst->first;
    }
    return bytes == 0 ? 0 : kbit_per_s_of(bytes, time);
}

const PathDelay::Burst* PathDelay::newest_train() const {
    for (auto burst = bursts_.rbegin(); burst != bursts_.rend(); ++burst) {
        if (bursts_.back().sent - burst->sent > train_memory) break;
        if (burst->packets >= train_packets) return &*burst;
    }
    return nullptr;
}

double PathDelay::newest_capacity_kbit_per_s() const {
    const auto* burst = newest_train();
    return burst ? kbit_per_s_of(burst->bytes_behind, burst->last - burst->first) : 0;
}

Microseconds PathDelay::lateness(double kbit_per_s) const {
    const auto* burst = newest_train();
    if (!burst) return Microseconds{0};
    const double due = static_cast<double>(burst->bytes_behind) * 8000 / kbit_per_s;
    return burst->last - burst->first - Microseconds{static_cast<std::int64_t>(due)};
}

}  // namespace transport

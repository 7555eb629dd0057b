#include "transport/rtp/rate_estimator.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace transport {

namespace {

using namespace std::chrono_literals;

/// What sets the classes apart.
struct Manners {
    Microseconds queue;     ///< that is borne, beside jitter
    double back;            ///< share given up when that is exceeded, by a flow that fills the link
    Microseconds patience;  ///< before it rises again
    double rise;            ///< share of the link's capacity, per second
};
constexpr std::array<Manners, priority_count> manners_of{
    {{14ms, 0.15, 0ms, 0.6}, {11ms, 0.20, 100ms, 0.5}, {6ms, 0.40, 1000ms, 0.25}, {3ms, 0.50, 2000ms, 0.15}}};

constexpr double jitters = 2.5;        // of the radio between tenths of a second, before it is called a queue
constexpr auto most_threshold = 30ms;  // whatever the jitter
constexpr auto foresight = 100ms;      // a queue that grows is taken for what it will be then
constexpr auto drain_time = 250ms;     // in which a queue shall be gone
constexpr double least_drain = 0.25;   // of the rate, however long the queue
constexpr double near_knee = 0.85;     // from there on the rate rises slowly
constexpr double past_knee = 1.1;      // the link carries more than it did
constexpr double slow_rise = 0.1;      // of the class's own
constexpr double far_below = 0.4;
constexpr double fast_rise = 2.5;
constexpr double most_rise = 1.6;
constexpr double less_with_share = 1.2;
constexpr double fastest = 4;  // of itself a second, whatever a burst without length seems to say
constexpr auto knee_memory = 8s;
constexpr double much_less = 0.7;  // of the rate: a picture takes half as long again as pictures may
constexpr double much_more = 1.3;  // of what the link could carry at the knee
constexpr auto jam = 100ms;        // a queue that new pictures must not join
constexpr auto jam_slack = 20ms;   // of the rate: what may be on the way when the next picture goes into a jam
constexpr auto long_silence = 1s;
constexpr double proven_twice = 2;  // an encoder's next picture may be twice the last ones
constexpr auto proven_memory = 2s;
constexpr auto delivery_window = 300ms;
constexpr auto short_window = 120ms;
constexpr double full_link_loss = 0.03;
constexpr double congestion_loss = 0.15;  // radios lose less than that over a second
constexpr auto loss_window = 1s;
constexpr auto another_path = 3s;  // a queue that outlasts this while little is sent is no queue
constexpr auto half_life = 30ms;   // of the rate, while nobody answers
constexpr double least_fade = 1.0 / 256;
constexpr std::size_t remembered = 1U << 14U;  // sequences: more than a second at 100 Mbit/s
constexpr std::size_t knock_bytes = 100;
constexpr auto knock_every = 20ms;
constexpr std::size_t probe_train = 2'500;  // three packets
constexpr auto probe_every = 500ms;

std::size_t place(std::int64_t sequence) {
    return static_cast<std::size_t>(sequence) % remembered;
}

double seconds(Microseconds time) {
    return static_cast<double>(time.count()) * 1e-6;
}

const Manners& manners(Priority priority) {
    return manners_of[static_cast<std::size_t>(priority)];
}

}  // namespace

std::string_view name(RateState state) {
    switch (state) {
        case RateState::increase: return "increase";
        case RateState::hold: return "hold";
        case RateState::decrease: return "decrease";
        case RateState::silent: return "silent";
    }
    return "unknown";
}

RateEstimator::RateEstimator(const RateLimits& limits, Priority priority)
    : limits_{limits}, priority_{priority}, rate_{static_cast<double>(limits.start)}, seen_(remembered) {}

void RateEstimator::sent(std::size_t bytes, Timestamp now) {
    unanswered_.push_back({now, bytes});
    unanswered_bytes_ += bytes;
}

void RateEstimator::feedback(std::span<const PacketReport> packets, Timestamp now) {
    if (packets.empty()) return;
    Count count{now};
    auto newest = packets.front().sent;
    for (const auto& packet : packets) {
        note(packet, count);
        newest = std::max(newest, packet.sent);
    }
    while (!counts_.empty() && now - counts_.front().time > loss_window) counts_.pop_front();
    counts_.push_back(count);
    answered(newest, now);
    const double delivered = delay_.delivered_kbit_per_s(delivery_window);
    while (!proven_.empty() && proven_.back().second <= delivered) proven_.pop_back();
    while (!proven_.empty() && now - proven_.front().first > proven_memory) proven_.pop_front();
    proven_.emplace_back(now, delivered);
    decide(now);
}

void RateEstimator::note(const PacketReport& packet, Count& count) {
    if (!highest_) highest_ = packet.sequence - 1;
    const auto sequence =
        *highest_ +
        static_cast<std::int16_t>(static_cast<std::uint16_t>(packet.sequence - static_cast<std::uint16_t>(*highest_)));
    if (*highest_ - sequence >= static_cast<std::int64_t>(remembered)) return;
    const auto ahead = sequence - *highest_;
    for (auto next = *highest_ + 1; next <= sequence; ++next) seen_[place(next)] = Seen::unknown;
    if (ahead > 1) delay_.take_unreported(static_cast<std::size_t>(ahead - 1) * usual_bytes_);
    highest_ = std::max(*highest_, sequence);
    auto& seen = seen_[place(sequence)];
    if (packet.arrived && seen != Seen::arrived) {
        if (seen == Seen::unknown) ++count.packets;
        if (seen == Seen::missing) --count.lost;
        seen = Seen::arrived;
        usual_bytes_ = packet.bytes;
        delay_.take(packet);
    } else if (!packet.arrived && seen == Seen::unknown) {
        ++count.packets;
        ++count.lost;
        seen = Seen::missing;
        delay_.take_missing(packet);
    }
}

void RateEstimator::answered(Timestamp newest_sent, Timestamp now) {
    while (!unanswered_.empty() && unanswered_.front().time <= newest_sent) {
        unanswered_bytes_ -= unanswered_.front().bytes;
        unanswered_.pop_front();
    }
    const auto response = std::clamp<Microseconds>(now - newest_sent, 1ms, 300ms);
    response_ = std::max(response, response_ + (response - response_) / 32);
    if (last_feedback_) interval_ += (std::clamp<Microseconds>(now - *last_feedback_, 1ms, 200ms) - interval_) / 8;
    last_feedback_ = now;
    // What was known before a long silence is half of what is known.
    if (fade_ < 0.01) rate_ = std::max(rate_ / 2, static_cast<double>(limits_.least));
    fade_ = 1;
}

void RateEstimator::pass(Timestamp now) {
    const auto late = lateness(now);
    if (late <= 0us) return;
    state_ = RateState::silent;
    fade_ = std::max(least_fade, std::exp2(-seconds(late) / seconds(half_life)));
}

/// For how long the report on the oldest packet that nobody spoke of is overdue. One that is lost makes none late: the
/// next one speaks of later packets.
Microseconds RateEstimator::lateness(Timestamp now) const {
    if (unanswered_.empty()) return 0us;
    return now - unanswered_.front().time - response_ - interval_ * 2 - 10ms;
}

double RateEstimator::loss() const {
    int packets = 0;
    int lost = 0;
    for (const auto& count : counts_) packets += count.packets, lost += count.lost;
    return packets > 0 ? std::clamp(static_cast<double>(lost) / packets, 0.0, 1.0) : 0;
}

Microseconds RateEstimator::threshold() const {
    const auto jitter = static_cast<std::int64_t>(jitters * static_cast<double>(delay_.jitter().count()));
    return std::min<Microseconds>(manners(priority_).queue + Microseconds{jitter}, most_threshold);
}

bool RateEstimator::congested() const {
    const auto bound = threshold();
    if (delay_.queueing() > bound) return true;
    const double to_come = delay_.growth() * seconds(foresight) * 1000;  // us
    return delay_.latest() > bound &&
           static_cast<double>(delay_.latest().count()) + to_come > 2 * static_cast<double>(bound.count());
}

/// The newest picture took longer than pictures may.
bool RateEstimator::thin() const {
    const double newest = delay_.newest_capacity_kbit_per_s();
    return newest > 0 && newest < much_less * rate_ && delay_.lateness(rate_) > threshold();
}

void RateEstimator::decide(Timestamp now) {
    const auto since = std::min<Microseconds>(now - decided_, 100ms);
    const bool less = thin();
    const bool queue = congested() || less;
    decided_ = now;
    const double to_come =
        static_cast<double>(unanswered_bytes_) / (125 * std::max(1.0, delay_.newest_capacity_kbit_per_s()));
    jammed_ = delay_.queueing() > (jammed_ ? threshold() : jam) || (less && to_come > seconds(2 * jam));
    if (!queue) queue_since_.reset();
    if (queue && !queue_since_) queue_since_ = now;
    // A full link that loses has no room left for its queue; one that is not full is a bad radio.
    const bool full = rate_ > near_knee * delay_.capacity_kbit_per_s() && delay_.capacity_kbit_per_s() > 0;
    const bool lossy = loss() > (full ? full_link_loss : congestion_loss);
    if (queue || lossy) {
        state_ = RateState::decrease;
        if (queue && now - *queue_since_ > another_path) {
            delay_.rebase();
            queue_since_.reset();
        }
        yielded_ = now;
        const bool draining = delay_.growth() < -30;
        if (now - decreased_ >= response_ + 50ms && (less || !(queue && draining))) decrease(now);
        return;
    }
    if (delay_.queueing() > threshold() / 2 || now - yielded_ < manners(priority_).patience) {
        state_ = RateState::hold;
        return;
    }
    increase(since, now);
}

void RateEstimator::decrease(Timestamp now) {
    double delivered = delay_.delivered_kbit_per_s(short_window);
    if (delivered == 0) delivered = rate_;
    const bool less = thin();
    if (less) delivered = std::min(delivered, delay_.newest_capacity_kbit_per_s());
    const double capacity = std::max(delay_.capacity_kbit_per_s(), 1.0);
    const double share = std::clamp(rate_ / capacity, 0.0, 1.0);
    // Whoever has less gives up less: two of the same class meet.
    const double back = manners(priority_).back * (0.3 + 0.7 * share);
    knee_ = delivered;
    knee_at_ = now;
    knee_capacity_ = capacity;
    decreased_ = now;
    rate_ = std::max(std::min(rate_, delivered) * (1 - back), rate_ / (less ? 8 : 3));
    rate_ = std::clamp(rate_, static_cast<double>(limits_.least), static_cast<double>(limits_.most));
}

double RateEstimator::most_proven() const {
    const double delivered = proven_.empty() ? 0 : proven_.front().second;
    return std::max(proven_twice * delivered, static_cast<double>(limits_.start));
}

void RateEstimator::increase(Microseconds since, Timestamp now) {
    const double most = std::min(static_cast<double>(limits_.most), most_proven());
    if (rate_ >= most) {
        rate_ = std::max(most, static_cast<double>(limits_.least));
        state_ = RateState::hold;
        return;
    }
    double capacity = delay_.capacity_kbit_per_s();
    if (now - knee_at_ > knee_memory || rate_ > past_knee * knee_ || capacity > much_more * knee_capacity_) knee_ = 0;
    double bend = knee_ > 0 ? knee_ : most;
    if (capacity > 0) bend = std::min(bend, capacity);
    capacity = std::max(capacity, rate_);
    double rise = manners(priority_).rise * capacity;
    if (rate_ > near_knee * bend) rise *= slow_rise;
    if (rate_ < far_below * bend) rise *= fast_rise;
    // Whoever has less rises faster: two of the same class meet.
    rise *= most_rise - less_with_share * rate_ / capacity;
    rate_ = std::min(rate_ + std::min(rise, fastest * rate_) * seconds(since), most);
    state_ = RateState::increase;
}

double RateEstimator::drained() const {
    const auto above = delay_.queueing() - threshold() / 2;
    return std::clamp(1 - seconds(above) / seconds(drain_time), least_drain, 1.0);
}

bool RateEstimator::room(Timestamp now) const {
    if (lateness(now) > long_silence) return false;
    const double way = rate_ * seconds(jam_slack) * 125;  // bytes
    return !jammed_ || static_cast<double>(unanswered_bytes_) < way;
}

int RateEstimator::target_kbit_per_s() const {
    const double wanted = std::max(rate_ * drained(), static_cast<double>(limits_.least));
    return std::max(1, static_cast<int>(wanted * fade_));
}

std::size_t RateEstimator::probe_bytes(Timestamp now) {
    const bool knocks = !room(now);
    const bool blind = state_ == RateState::increase && delay_.newest_capacity_kbit_per_s() == 0;
    if (!(knocks && now - probed_ >= knock_every) && !(blind && now - probed_ >= probe_every)) return 0;
    probed_ = now;
    return knocks ? knock_bytes : probe_train;
}

}  // namespace transport

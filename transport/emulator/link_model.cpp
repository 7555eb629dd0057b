#include "transport/emulator/link_model.hpp"

#include <algorithm>
#include <utility>

namespace transport {

namespace {

constexpr Microseconds delay_slot{2'500};  // five slots of 5G at 30 kHz: a packet's own luck is not worth a draw
constexpr Microseconds schedule_period{std::chrono::hours{6}};
constexpr std::int64_t unlimited_kbit_per_s = 1'000'000;
constexpr std::size_t smallest_queue = 30'000;
constexpr std::size_t largest_queue = 16'000'000;
constexpr int most_steps_out = 100'000;  // through gaps that touch each other, and no further

// What a seed is used for, in one direction; processes of gaps take the numbers after these.
enum Use : std::uint64_t { delays, losses, reordering, gap_schedules };

std::uint64_t use_of(const LinkDirection& direction, std::uint64_t use) {
    return use * 2 + direction.side;
}

Microseconds rounded_us(double value) {
    return Microseconds{std::llround(value)};
}

void add_by_chance(std::vector<Interval>& out, const Gaps& gaps, std::uint64_t seed) {
    Random random{seed};
    const auto every = static_cast<double>(gaps.every.count());
    for (Microseconds at{0}; at < schedule_period;) {
        at += rounded_us(gaps.regular ? every * random.between(0.75, 1.25) : random.exponential(every));
        const auto length = rounded_us(
            random.between(static_cast<double>(gaps.shortest.count()), static_cast<double>(gaps.longest.count()) + 1));
        const auto step = random.between(0, static_cast<double>(gaps.most_delay_step.count()));
        out.push_back({at, at + length, step});
        at += length;
    }
}

/// Those of one kind. Which instants belong to both directions depends on the seed alone.
std::vector<Interval> schedule(const LinkDirection& direction, GapKind kind, std::uint64_t seed) {
    std::vector<Interval> all;
    for (const auto& gap : direction.fixed_gaps)
        if (gap.kind == kind) all.push_back({gap.at, gap.at + gap.length});
    std::uint64_t shared = 0;
    std::uint64_t own = 0;
    for (const auto& gaps : direction.gaps) {
        const auto use = gap_schedules + (gaps.both_ways ? shared++ * 2 : own++ * 2 + 1);
        const auto side = gaps.both_ways ? 0 : direction.side;
        if (gaps.kind == kind) add_by_chance(all, gaps, seed_for(seed, use * 2 + side));
    }
    return all;
}

/// The time around outages in which packets are lost.
std::vector<Interval> edges_of(const LinkDirection& direction, const Intervals& outages) {
    Microseconds edge{0};
    double loss = 0;
    for (const auto& gaps : direction.gaps)
        if (gaps.edge > edge) edge = gaps.edge, loss = gaps.edge_loss;
    std::vector<Interval> all;
    if (edge == Microseconds{0}) return all;
    for (auto next = outages.ending_after(Microseconds{0}); next && next->to <= schedule_period;
         next = outages.ending_after(next->to))
        all.push_back({std::max(Microseconds{0}, next->from - edge), next->to + edge, loss});
    return all;
}

std::size_t queue_of(const LinkDirection& direction) {
    if (direction.queue_bytes > 0) return direction.queue_bytes;
    const double bytes = direction.rate->mean_kbit_per_s() * static_cast<double>(direction.queue.count()) / 8000;
    return std::clamp(static_cast<std::size_t>(bytes), smallest_queue, largest_queue);
}

double correlation_of(Microseconds coherence) {
    if (coherence <= Microseconds{0}) return 0;
    return std::exp(-static_cast<double>(delay_slot.count()) / static_cast<double>(coherence.count()));
}

}  // namespace

std::string_view name(Fate fate) {
    switch (fate) {
        case Fate::delivered: return "delivered";
        case Fate::lost: return "lost";
        case Fate::outage: return "outage";
        case Fate::queue_full: return "queue_full";
    }
    return "unknown";
}

LinkModel::LinkModel(const LinkDirection& direction, std::uint64_t seed, Timestamp start)
    : direction_{direction},
      start_{start},
      outages_{schedule(direction, GapKind::outage, seed), schedule_period},
      stalls_{schedule(direction, GapKind::stall, seed), schedule_period},
      edges_{edges_of(direction, outages_), schedule_period},
      delay_{direction.delay_ms, correlation_of(direction.coherence), seed_for(seed, use_of(direction, delays))},
      loss_random_{seed_for(seed, use_of(direction, losses))},
      reorder_random_{seed_for(seed, use_of(direction, reordering))} {
    if (!direction_.rate)
        direction_.rate = std::make_shared<const RateTrace>(RateTrace::constant(unlimited_kbit_per_s));
    queue_bytes_ = queue_of(direction_);
    burst_ = loss_random_.happens(direction_.loss);
}

Passage LinkModel::enter(std::size_t bytes, Timestamp now) {
    const auto time = std::max(since_start(now), drained_);
    drain(time);
    // Each packet takes the same number of draws whatever becomes of it.
    const bool gone = lost(time);
    const bool late = reorder_random_.happens(direction_.reorder);
    const auto lateness = rounded_us(reorder_random_.between(0, static_cast<double>(direction_.reorder_by.count())));
    if (outages_.covering(time)) return {Fate::outage};
    const auto size = millibits(bytes);
    if (backlog_ + size > millibits(queue_bytes_)) return {Fate::queue_full};
    const auto waited = served(time, backlog_) - time;
    backlog_ += size;
    const auto departed = served(time, backlog_);
    if (gone) return {Fate::lost};

    auto out = departed + radio_delay(departed);
    for (auto stall = stalls_.covering(out); stall; stall = stalls_.covering(out)) out = stall->to;
    out = std::max(out, last_out_);
    last_out_ = out;
    if (late) out += lateness;
    return {Fate::delivered, start_ + out, waited};
}

double LinkModel::kbit_per_s(Timestamp time) const {
    return in_gap(time) ? 0 : direction_.rate->kbit_per_s(since_start(time));
}

bool LinkModel::in_gap(Timestamp time) const {
    const auto at = since_start(time);
    return outages_.covering(at) || stalls_.covering(at) || direction_.rate->gaps().covering(at);
}

Timestamp LinkModel::next_up(Timestamp time) const {
    auto at = since_start(time);
    for (int i = 0; i < most_steps_out; ++i) {
        auto end = at;
        for (const auto* list : {&outages_, &stalls_, &direction_.rate->gaps()})
            if (const auto gap = list->covering(at)) end = std::max(end, gap->to);
        if (end == at) break;
        at = end;
    }
    return std::max(time, start_ + at);
}

Microseconds LinkModel::since_start(Timestamp time) const {
    return std::max(Microseconds{0}, time - start_);
}

/// What has left the queue since the last packet came.
void LinkModel::drain(Microseconds time) {
    auto from = std::exchange(drained_, time);
    while (backlog_ > 0 && from < time) {
        const auto outage = outages_.ending_after(from);
        const auto to = outage ? std::min(time, std::max(from, outage->from)) : time;
        backlog_ = std::max<Millibits>(0, backlog_ - direction_.rate->carried(from, to));
        from = outage && outage->from < time ? outage->to : time;
    }
}

/// When the link has carried so much, begun at `from`: nothing in outages.
Microseconds LinkModel::served(Microseconds from, Millibits amount) const {
    while (amount > 0) {
        const auto outage = outages_.ending_after(from);
        const auto end = direction_.rate->carried_by(from, amount);
        if (!outage || end <= outage->from) return end;
        amount -= direction_.rate->carried(from, std::max(from, outage->from));
        from = outage->to;
    }
    return from;
}

Microseconds LinkModel::radio_delay(Microseconds time) {
    const double drawn = delay_.at(time / delay_slot) * 1000;
    return rounded_us(drawn + outages_.value_before(time));
}

bool LinkModel::lost(Microseconds time) {
    const double leave = 1 / direction_.burst;
    const double enter = direction_.loss * leave / (1 - direction_.loss);
    const double chance = loss_random_.uniform();
    burst_ = burst_ ? chance >= leave : chance < enter;
    const bool alone = loss_random_.happens(direction_.independent_loss);
    const double chance_at_edge = loss_random_.uniform();
    const auto edge = edges_.covering(time);
    return burst_ || alone || (edge && chance_at_edge < edge->value);
}

}  // namespace transport

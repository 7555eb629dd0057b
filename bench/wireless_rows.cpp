#include "bench/wireless_rows.hpp"

#include "bench/median.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr double scheduling_goal_ms = 0.3;

template <typename Get>
double median_of(const std::vector<RadioResult>& rounds, Get get) {
    std::vector<double> values;
    values.reserve(rounds.size());
    for (const auto& round : rounds) values.push_back(get(round));
    return median(std::move(values));
}

template <typename Get>
double worst_of(const std::vector<RadioResult>& rounds, Get get) {
    double worst = 0;
    for (const auto& round : rounds) worst = std::max(worst, get(round));
    return worst;
}

/// Of the rounds in which a frame of it was shown; no number when there was none.
template <typename Get>
double median_shown(const std::vector<RadioResult>& rounds, Modality modality, Get get) {
    std::vector<double> values;
    for (const auto& round : rounds)
        if (round.streams.at(modality).intact > 0) values.push_back(get(round));
    return values.empty() ? std::numeric_limits<double>::quiet_NaN() : median(std::move(values));
}

double in_ms(std::int64_t us) {
    return static_cast<double>(us) / 1000;
}

/// Up and down of the first path.
template <typename Get>
double both_hops(const RadioResult& result, Get get) {
    return get(result.up.front().up) + get(result.down.front().down);
}
double link_p50_ms(const RadioResult& result) {
    return both_hops(result, [](const RelayedDirection& one) { return one.p50_ms; });
}
double link_p99_ms(const RadioResult& result) {
    return both_hops(result, [](const RelayedDirection& one) { return one.p99_ms; });
}

double mbit_per_s(const RelayFigures& relay, const RelayedDirection& direction) {
    return relay.seconds > 0 ? static_cast<double>(direction.bytes) * 8e-6 / relay.seconds : 0;
}

/// Of one hop, all paths together.
double lost_percent(const std::vector<RelayFigures>& relays, RelayedDirection RelayFigures::*direction) {
    std::uint64_t offered = 0;
    std::uint64_t lost = 0;
    for (const auto& relay : relays) {
        offered += (relay.*direction).offered;
        lost += (relay.*direction).lost;
    }
    return offered == 0 ? 0 : 100 * static_cast<double>(lost) / static_cast<double>(offered);
}

class Rows {
public:
    Rows(std::string title, Carrier carrier, const std::vector<RadioResult>& rounds, const RadioGoals& goals)
        : title_{std::move(title)}, carrier_{carrier}, rounds_{rounds}, goals_{goals} {}

    void stream(Modality modality) {
        const auto of = [&](const RadioResult& round) -> const ShownStream& { return round.streams.at(modality); };
        const std::string who{transport::name(modality)};
        add(who + " p50", median_shown(rounds_, modality, [&](const auto& round) { return in_ms(of(round).p50_us); }),
            "ms");
        if (goals_.p50_above_link_ms && carrier_ == Carrier::product) {
            const auto above = [&](auto link_ms) {
                return median_shown(rounds_, modality,
                                    [&](const auto& round) { return in_ms(of(round).p50_us) - link_ms(round); });
            };
            add(who + " p50 above the link's",
                above([&](const auto& round) { return round.picture_by_link_ms.at(modality); }), "ms",
                goals_.p50_above_link_ms);
            add(who + " p50 above that of the link's median packet", above(link_p50_ms), "ms");
        }
        add(who + " p99", median_shown(rounds_, modality, [&](const auto& round) { return in_ms(of(round).p99_us); }),
            "ms", goals_.p99_ms);
        if (goals_.p99_above_link_ms)
            add(who + " p99 above the link's",
                median_shown(rounds_, modality,
                             [&](const auto& round) { return in_ms(of(round).p99_us) - link_p99_ms(round); }),
                "ms", goals_.p99_above_link_ms);
        ShownStream all;
        for (const auto& round : rounds_) all.sent += of(round).sent, all.intact += of(round).intact;
        add(who + " frames sent", static_cast<double>(all.sent), "");
        add(who + " frames lost", static_cast<double>(all.lost()), "", goals_.frames_lost);
        add(who + " frames intact", all.intact_percent(), "%", goals_.intact_percent, Bar::at_least);
        add(who + " longest gap", worst_of(rounds_, [&](const auto& round) { return in_ms(of(round).longest_gap_us); }),
            "ms");
    }
    void whole() {
        if (carrier_ == Carrier::product) {
            add("fused share", median_of(rounds_, [](const auto& round) { return round.fused_percent; }), "%");
            add("link's delay p50, up + down", median_of(rounds_, link_p50_ms), "ms");
            add("link's delay p99, up + down", median_of(rounds_, link_p99_ms), "ms");
            add("of the link's p50, behind own packets",
                median_of(rounds_,
                          [](const auto& round) {
                              return both_hops(round, [](const RelayedDirection& one) { return one.queueing_p50_ms; });
                          }),
                "ms");
        }
        add("packets lost up",
            median_of(rounds_, [](const auto& round) { return lost_percent(round.up, &RelayFigures::up); }), "%");
        add("packets lost down",
            median_of(rounds_, [](const auto& round) { return lost_percent(round.down, &RelayFigures::down); }), "%");
        add("on the air up",
            median_of(rounds_,
                      [](const auto& round) {
                          double sum = 0;
                          for (const auto& relay : round.up) sum += mbit_per_s(relay, relay.up);
                          return sum;
                      }),
            "Mbit/s");
        add("on the air down",
            median_of(rounds_,
                      [](const auto& round) {
                          double sum = 0;
                          for (const auto& relay : round.down) sum += mbit_per_s(relay, relay.down);
                          return sum;
                      }),
            "Mbit/s");
        add("processor time per minute", median_of(rounds_, [](const auto& round) { return round.cpu_s_per_minute; }),
            "s");
    }
    void outages() {
        double count = 0;
        double longest = 0;
        bool any = false;
        for (const auto& round : rounds_) {
            count += static_cast<double>(round.outages.size());
            for (const auto& outage : round.outages)
                longest = std::max(longest, in_ms(outage.until_us - outage.from_us));
            any = any || round.slowest_return_ms.has_value();
        }
        add("outages of the link", count, "");
        add("longest outage of the link", longest, "ms");
        if (!any) return;
        add("picture back after the link",
            worst_of(rounds_, [](const auto& round) { return round.slowest_return_ms.value_or(0); }), "ms",
            goals_.return_ms);
        if (carrier_ == Carrier::product)
            add("LIVE back after the link",
                worst_of(rounds_, [](const auto& round) { return round.slowest_live_ms.value_or(0); }), "ms",
                goals_.return_ms);
    }
    [[nodiscard]] std::vector<Row> take() { return std::move(rows_); }

private:
    void add(const std::string& what, double value, const std::string& unit, std::optional<double> goal = {},
             Bar bar = Bar::at_most) {
        if (carrier_ != Carrier::product) goal.reset();
        rows_.push_back({fmt::format("{} {} {}", title_, what, name(carrier_)), value, unit, goal, bar});
    }

    std::string title_;
    Carrier carrier_;
    const std::vector<RadioResult>& rounds_;
    const RadioGoals& goals_;
    std::vector<Row> rows_;
};

}  // namespace

std::vector<Row> radio_rows(const std::string& title, Carrier carrier, const std::vector<RadioResult>& rounds,
                            const RadioGoals& goals) {
    if (rounds.empty()) throw std::invalid_argument("at least one run");
    Rows rows{title, carrier, rounds, goals};
    for (const auto modality : {Modality::ultrasound, Modality::xray}) rows.stream(modality);
    rows.whole();
    rows.outages();
    return rows.take();
}

std::vector<Row> emulator_rows(const std::vector<RadioResult>& runs) {
    if (runs.empty()) return {};
    std::vector<double> relays;
    std::vector<double> timers;
    double not_relayed = 0;
    for (const auto& run : runs) {
        timers.push_back(in_ms(run.bare_timer.at_percent(99)));
        for (const auto* hop : {&run.up, &run.down})
            for (const auto& relay : *hop) {
                relays.push_back(relay.scheduling_p99_ms);
                not_relayed += static_cast<double>(relay.not_relayed);
            }
    }
    return {{"emulator scheduling error p99, median of the relays", median(relays), "ms", scheduling_goal_ms},
            {"emulator scheduling error p99, worst relay", std::ranges::max(relays), "ms"},
            {"this machine's bare timer p99, median of the runs", median(timers), "ms"},
            {"this machine's bare timer p99, worst run", std::ranges::max(timers), "ms"},
            {"emulator packets not relayed", not_relayed, ""}};
}

}  // namespace bench

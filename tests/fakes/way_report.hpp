// What a run over an emulated link was like for one flow.
#pragma once

#include "fakes/shared_way.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace fakes {

/// A standing queue is the smallest queueing in 2 s of the link's own time, its gaps cut out of time: a window begins
/// each tenth of a second. Packets that waited through a gap tell nothing about their sender.
struct WayReport {
    double utilisation = 0;            ///< delivered, of what the link carried and the flow wanted at each instant
    Microseconds worst_queue{0};       ///< the longest standing one
    double queued_share = 0;           ///< of the windows, above 20 ms
    Microseconds worst_queue_wide{0};  ///< where the link carries an eighth of what is wanted, or more: in a thinner
                                       ///< window, what left before anybody could know of its collapse fills 2 s
    Microseconds p50{0}, p99{0};       ///< from the picture's start to its last packet at the other end
};

class WayJudge {
public:
    WayJudge(const SharedWay& way, const Flow& flow, Microseconds from, Microseconds to)
        : way_{way}, flow_{flow}, from_{from}, to_{to} {
        int up_ticks = 0;
        for (auto time = from; time < to; time += tick) {
            const double rate = way.up().kbit_per_s(way.start() + time);
            possible_ += std::min<double>(rate, flow.source.limits.most);
            const bool gap = way.up().in_gap(way.start() + time);
            tenth_of_.push_back(gap ? -1 : up_ticks++ / ticks_in_tenth);
            carried_.resize(static_cast<std::size_t>(up_ticks / ticks_in_tenth) + 1);
            if (!gap) carried_.back() += rate / ticks_in_tenth;
        }
    }
    [[nodiscard]] WayReport report() const {
        WayReport out;
        out.utilisation = way_.delivered(flow_, from_, to_) / (possible_ / static_cast<double>(tenth_of_.size()));
        add_queues(out);
        std::vector<Microseconds> delays;
        for (const auto& picture : flow_.pictures)
            if (picture.sent >= way_.start() + from_ && picture.sent < way_.start() + to_ &&
                picture.complete > picture.sent)
                delays.push_back(picture.complete - picture.sent);
        std::sort(delays.begin(), delays.end());
        if (!delays.empty()) out.p50 = delays[delays.size() / 2], out.p99 = delays[delays.size() * 99 / 100];
        return out;
    }

private:
    static constexpr Microseconds tick{5'000};
    static constexpr int ticks_in_tenth = 20;
    static constexpr std::size_t window = 20;
    static constexpr auto none = Microseconds::max();

    [[nodiscard]] std::vector<Microseconds> least_in_tenths() const {
        std::vector<Microseconds> least(carried_.size(), none);
        for (const auto& wait : flow_.waits) {
            const auto first = (wait.entered - way_.start() - from_) / tick;
            const auto last = (wait.entered + wait.queueing - way_.start() - from_) / tick;
            if (first < 0 || last >= static_cast<std::ptrdiff_t>(tenth_of_.size())) continue;
            const auto begin = tenth_of_.begin() + first;
            if (std::find(begin, tenth_of_.begin() + last + 1, -1) != tenth_of_.begin() + last + 1) continue;
            auto& tenth = least[static_cast<std::size_t>(*begin)];
            tenth = std::min(tenth, wait.queueing);
        }
        return least;
    }
    void add_queues(WayReport& out) const {
        const auto least = least_in_tenths();
        double windows = 0;
        for (std::size_t i = 0; i + window <= least.size(); ++i) {
            const auto begin = static_cast<std::ptrdiff_t>(i);
            const auto standing =
                *std::min_element(least.begin() + begin, least.begin() + begin + static_cast<std::ptrdiff_t>(window));
            if (standing == none) continue;
            ++windows;
            if (standing > Microseconds{20'000}) ++out.queued_share;
            out.worst_queue = std::max(out.worst_queue, standing);
            double carried = 0;
            for (std::size_t k = i; k < i + window; ++k) carried += carried_[k] / window;
            if (carried * 8 >= flow_.source.limits.most)
                out.worst_queue_wide = std::max(out.worst_queue_wide, standing);
        }
        if (windows > 0) out.queued_share /= windows;
    }

    const SharedWay& way_;
    const Flow& flow_;
    Microseconds from_;
    Microseconds to_;
    double possible_ = 0;
    std::vector<int> tenth_of_;    ///< each tick's tenth of a second of the link's own time; -1 in a gap
    std::vector<double> carried_;  ///< kbit/s, by tenths
};

}  // namespace fakes

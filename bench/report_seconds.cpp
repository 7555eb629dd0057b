#include "bench/report_seconds.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace bench {

namespace {

Second second_of(std::vector<std::int64_t> latencies, double from_s) {
    std::ranges::sort(latencies);
    // The smallest that at least this share of the frames does not exceed, as the histograms have it.
    const auto at = [&](std::size_t percent) {
        return latencies[std::max<std::size_t>(1, (percent * latencies.size() + 99) / 100) - 1];
    };
    Second out{from_s, latencies.size(), at(50), std::nullopt, latencies.back()};
    constexpr std::size_t enough_for_p99 = 100;
    if (latencies.size() >= enough_for_p99) out.p99_us = at(99);
    return out;
}

}  // namespace

std::vector<ShownRepeat> shown_repeats(const ReportedResult& result, const std::string& stream) {
    std::map<std::size_t, ShownRepeat> by_number;
    std::map<std::size_t, std::pair<std::int64_t, std::int64_t>> spans;
    for (const auto& frame : result.frames) {
        const auto [span, is_new] = spans.try_emplace(frame.repeat, frame.presented_us, frame.presented_us);
        span->second.first = std::min(span->second.first, frame.presented_us);
        span->second.second = std::max(span->second.second, frame.presented_us);
        if (frame.stream == stream) by_number[frame.repeat].frames.push_back(frame);
    }
    std::vector<ShownRepeat> out;
    double begins_s = 0;
    for (auto& [number, repeat] : by_number) {
        const auto [start_us, end_us] = spans.at(number);
        repeat.number = number;
        repeat.begins_s = begins_s;
        repeat.start_us = start_us;
        repeat.seconds = static_cast<double>(end_us - start_us) / 1e6;
        begins_s += repeat.seconds;
        std::ranges::stable_sort(repeat.frames, {}, &ReportedFrame::presented_us);
        for (const auto& states : result.states)
            if (states.repeat == number)
                std::ranges::copy_if(states.changes, std::back_inserter(repeat.changes),
                                     [&](const StateChange& change) {
                                         return change.time_us >= start_us && change.time_us <= end_us &&
                                                (change.who == stream || change.who == "fusion");
                                     });
        out.push_back(std::move(repeat));
    }
    return out;
}

std::vector<Second> windows_of(const ShownRepeat& repeat, double window_s) {
    std::vector<Second> out;
    std::vector<std::int64_t> latencies;
    std::int64_t window = 0;
    const auto close = [&] {
        if (!latencies.empty()) out.push_back(second_of(std::move(latencies), static_cast<double>(window) * window_s));
        latencies.clear();
    };
    for (const auto& frame : repeat.frames) {
        const double since_start_s = static_cast<double>(frame.presented_us - repeat.start_us) / 1e6;
        const auto at = static_cast<std::int64_t>(std::floor(since_start_s / window_s));
        if (at != window) close();
        window = at;
        latencies.push_back(frame.latency_us());
    }
    close();
    return out;
}

double window_seconds(double length_s) {
    constexpr double most_windows = 300;
    return std::max(1.0, std::ceil(length_s / most_windows));
}

}  // namespace bench

#include "bench/wireless_figures.hpp"

#include "transport/latency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr std::int64_t time_to_return_us = 1'000'000;
constexpr std::int64_t noticed_within_us = 300'000;

bool within(std::int64_t time_us, const Span& span) {
    return time_us >= span.from_us && time_us < span.until_us;
}

/// The first presentation of each frame of a stream, by presentation.
std::vector<SeenCode> first_presentations(const std::vector<SeenCode>& codes, StreamId stream) {
    std::set<std::uint32_t> seen;
    std::vector<SeenCode> out;
    for (const auto& code : codes)
        if (code.stream == stream && seen.insert(code.sequence).second) out.push_back(code);
    return out;
}

/// The frames that were seen next to an instant of capture, before and after: how they are numbered tells which was
/// the first after it, seen or not.
class Neighbours {
public:
    Neighbours(std::int64_t instant_us, double period_us) : instant_us_{instant_us}, period_us_{period_us} {}
    void saw(const SeenCode& code) {
        if (code.time_us < instant_us_ && (!any_before_ || code.time_us > before_.time_us)) before_ = code;
        if (code.time_us >= instant_us_ && (!any_after_ || code.time_us < after_.time_us)) after_ = code;
        any_before_ = any_before_ || code.time_us < instant_us_;
        any_after_ = any_after_ || code.time_us >= instant_us_;
    }
    [[nodiscard]] bool any() const { return any_before_ || any_after_; }
    /// Its number.
    [[nodiscard]] std::int64_t first_after() const {
        constexpr double tolerance = 1e-6;  // periods
        if (!any_before_)
            return after_.sequence - static_cast<std::int64_t>(
                                         static_cast<double>(after_.time_us - instant_us_) / period_us_ + tolerance);
        const double period = any_after_ ? static_cast<double>(after_.time_us - before_.time_us) /
                                               static_cast<double>(after_.sequence - before_.sequence)
                                         : period_us_;
        const auto back = static_cast<double>(instant_us_ - before_.time_us) / period;
        return before_.sequence + static_cast<std::int64_t>(std::ceil(back - tolerance));
    }

private:
    std::int64_t instant_us_;
    double period_us_;
    bool any_before_ = false;
    bool any_after_ = false;
    SeenCode before_;
    SeenCode after_;
};

/// The state of each at that time.
class Follower {
public:
    explicit Follower(const std::vector<StateChange>& changes) : changes_{changes} {}
    void go_to(std::int64_t time_us) {
        for (; next_ < changes_.size() && changes_[next_].time_us <= time_us; ++next_)
            state_[changes_[next_].who] = changes_[next_].state;
    }
    [[nodiscard]] bool fused() {
        const auto fresh = [&](const std::string& who) { return state_[who] == "LIVE" || state_[who] == "LATE"; };
        return state_["fusion"] == "SYNCED" && fresh("ultrasound") && fresh("xray");
    }

private:
    const std::vector<StateChange>& changes_;
    std::size_t next_ = 0;
    std::map<std::string, std::string> state_;
};

bool has_time_to_return(const Span& outage, const Span& watched) {
    return outage.from_us >= watched.from_us && outage.until_us + time_to_return_us <= watched.until_us;
}

}  // namespace

double ShownStream::intact_percent() const {
    return sent == 0 ? std::numeric_limits<double>::quiet_NaN()
                     : 100 * static_cast<double>(intact) / static_cast<double>(sent);
}

ShownStream shown_stream(const std::vector<SeenCode>& codes, StreamId stream, const Span& captured, double period_us) {
    ShownStream out;
    Histogram latency;
    std::optional<std::int64_t> shown_before;
    Neighbours at_begin{captured.from_us, period_us};
    Neighbours at_end{captured.until_us, period_us};
    for (const auto& code : first_presentations(codes, stream)) {
        const bool counts = within(code.time_us, captured);
        if (shown_before && (counts || within(*shown_before, captured)))
            out.longest_gap_us = std::max(out.longest_gap_us, code.presented_us - *shown_before);
        shown_before = code.presented_us;
        at_begin.saw(code);
        at_end.saw(code);
        if (!counts) continue;
        ++out.intact;
        latency.record(Microseconds{code.presented_us - code.time_us});
    }
    if (out.intact == 0) out.longest_gap_us = captured.until_us - captured.from_us;
    const auto length = static_cast<double>(captured.until_us - captured.from_us);
    out.sent = at_begin.any() ? static_cast<std::uint64_t>(at_end.first_after() - at_begin.first_after())
                              : static_cast<std::uint64_t>(std::llround(length / period_us));
    const auto of = latency.percentiles();
    out.p50_us = of.p50;
    out.p99_us = of.p99;
    out.max_us = of.max;
    return out;
}

std::vector<StateChange> read_states(std::istream& csv) {
    std::vector<StateChange> out;
    std::string line;
    for (int number = 1; std::getline(csv, line); ++number) {
        if (csv.eof()) break;  // no line end: it is still being written
        if (number == 1) continue;
        std::istringstream cells{line};
        std::string since_start;
        std::string clock;
        StateChange change;
        std::getline(cells, since_start, ',');
        std::getline(cells, clock, ',');
        std::getline(cells, change.who, ',');
        std::getline(cells, change.state, ',');
        const auto is_time = [](const std::string& cell, std::int64_t& us) {
            const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), us);
            return error == std::errc{} && end == cell.data() + cell.size();
        };
        if (!is_time(since_start, change.since_start_us) || !is_time(clock, change.time_us) || change.state.empty())
            throw std::runtime_error(fmt::format("line {} is no change of a state: '{:.80}'", number, line));
        out.push_back(std::move(change));
    }
    return out;
}

double fused_percent(const std::vector<SeenCode>& codes, const std::vector<StateChange>& states,
                     const Span& presented) {
    Follower follower{states};
    std::set<std::pair<StreamId, std::uint32_t>> seen;
    std::int64_t last = -1;
    std::uint64_t all = 0;
    std::uint64_t fused = 0;
    for (const auto& code : codes) {
        const bool is_new = seen.emplace(code.stream, code.sequence).second;
        if (!is_new || !within(code.presented_us, presented) || code.presented_us == last) continue;
        last = code.presented_us;
        // A state is written down just after the picture that shows it.
        constexpr std::int64_t written_within_us = 2'000;
        follower.go_to(code.presented_us + written_within_us);
        ++all;
        fused += follower.fused() ? 1 : 0;
    }
    return all == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : 100 * static_cast<double>(fused) / static_cast<double>(all);
}

std::vector<Span> joined(std::vector<Span> outages, std::int64_t within_us) {
    std::ranges::sort(outages, {}, &Span::from_us);
    std::vector<Span> out;
    for (const auto& outage : outages) {
        if (!out.empty() && outage.from_us - out.back().until_us <= within_us)
            out.back().until_us = std::max(out.back().until_us, outage.until_us);
        else
            out.push_back(outage);
    }
    return out;
}

std::optional<std::int64_t> slowest_return_us(const std::vector<SeenCode>& codes, StreamId stream,
                                              const std::vector<Span>& outages, const Span& watched) {
    const auto shown = first_presentations(codes, stream);
    std::optional<std::int64_t> slowest;
    for (const auto& outage : outages) {
        if (!has_time_to_return(outage, watched)) continue;
        const auto first = std::ranges::find_if(shown, [&](const SeenCode& code) {
            return code.presented_us >= outage.until_us && code.time_us >= outage.from_us;
        });
        const auto back = first == shown.end() ? watched.until_us : first->presented_us;
        slowest = std::max(slowest.value_or(0), back - outage.until_us);
    }
    return slowest;
}

std::optional<double> slowest_live_again_ms(const std::vector<StateChange>& states, std::string_view who,
                                            const std::vector<Span>& outages, const Span& watched) {
    std::optional<double> slowest;
    for (std::size_t i = 0; i < outages.size(); ++i) {
        if (!has_time_to_return(outages[i], watched)) continue;
        const auto until =
            i + 1 < outages.size() ? std::min(outages[i + 1].from_us, watched.until_us) : watched.until_us;
        const auto end = outages[i].until_us;
        double took = 0;
        // A display may notice an outage only when that is over; what begins later has another reason.
        bool live = false;
        std::int64_t not_live_since = 0;
        const auto is_its_doing = [&] { return !live && not_live_since <= end + noticed_within_us; };
        for (const auto& change : states) {
            if (change.who != who || change.time_us >= until) continue;
            const bool becomes_live = change.state == "LIVE";
            if (becomes_live && is_its_doing() && change.time_us > end)
                took = static_cast<double>(change.time_us - end) / 1000;
            if (live && !becomes_live) not_live_since = change.time_us;
            live = becomes_live;
        }
        if (is_its_doing()) took = std::numeric_limits<double>::infinity();
        slowest = std::max(slowest.value_or(0), took);
    }
    return slowest;
}

}  // namespace bench

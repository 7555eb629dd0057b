// Latency second by second, repeat after repeat, with what happened meanwhile.
#include "bench/report_parts.hpp"
#include "bench/report_seconds.hpp"
#include "bench/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

constexpr double time_left = 60;
constexpr double time_right = 1150;
constexpr double time_top = 26;
constexpr double time_bottom = 176;
constexpr std::size_t most_events = 250;  // of a kind, in one picture

double in_seconds(std::int64_t us) {
    return static_cast<double>(us) / 1e6;
}

class TimePicture {
public:
    TimePicture(const ReportedResult& one, const std::string& stream)
        : stream_{stream},
          repeats_{shown_repeats(one, stream)},
          seconds_{0, std::max(1.0, length()), time_left, time_right},
          ms_{latencies()},
          svg_{1160, time_bottom + 34, fmt::format("{}, {}: latency over time", one.label, stream)} {}

    [[nodiscard]] std::string str() {
        if (repeats_.empty()) return {};
        draw_frame();
        for (const auto& repeat : repeats_) {
            draw_events(repeat);
            draw_latency(repeat);
        }
        return svg_.str();
    }
    [[nodiscard]] std::string caption() const {
        auto out = fmt::format("Windows of {} s.", window_s());
        if (freezes_ > 0) out += fmt::format(" Freezes: {}.", freezes_);
        if (skips_ > 0) out += fmt::format(" Places where frames were skipped: {}.", skips_);
        if (states_ > 0) out += fmt::format(" Changes of the display's state: {}.", states_);
        if (left_out_ > 0) out += fmt::format(" Not drawn, for there are so many: {} more.", left_out_);
        return out;
    }

private:
    [[nodiscard]] double length() const {
        return repeats_.empty() ? 1 : repeats_.back().begins_s + repeats_.back().seconds;
    }
    [[nodiscard]] double window_s() const { return window_seconds(length()); }
    [[nodiscard]] Scale latencies() const {
        std::vector<std::int64_t> all;
        for (const auto& repeat : repeats_)
            for (const auto& frame : repeat.frames) all.push_back(frame.latency_us());
        if (all.empty()) return {0, 1, time_bottom, time_top};
        std::ranges::sort(all);
        const double most = ms_of(all.back()) * 1.05;
        const double least = std::max(0.1, ms_of(all.front()));
        if (most > 8 * ms_of(all[all.size() / 2]))
            return {least * 0.8, most, time_bottom, time_top, Scale::Kind::logarithmic};
        return {0, most, time_bottom, time_top};
    }
    [[nodiscard]] double x(const ShownRepeat& repeat, std::int64_t us) const {
        return seconds_.at(repeat.begins_s + in_seconds(us - repeat.start_us));
    }
    void draw_frame() {
        for (const double tick : ms_.ticks(4)) {
            svg_.line({time_left, ms_.at(tick)}, {time_right, ms_.at(tick)}, "grid");
            svg_.text({time_left - 6, ms_.at(tick) + 4}, fmt::format("{:g}", tick), "tick", Anchor::end);
        }
        svg_.text({time_left - 6, time_top - 10}, "ms", "tick", Anchor::end);
        for (const double tick : seconds_.ticks(12))
            svg_.text({seconds_.at(tick), time_bottom + 24}, fmt::format("{:g} s", tick), "tick", Anchor::middle);
        const bool room = (time_right - time_left) / static_cast<double>(repeats_.size()) > 60;
        for (const auto& repeat : repeats_) {
            if (repeat.begins_s > 0)
                svg_.line({seconds_.at(repeat.begins_s), time_top - 6}, {seconds_.at(repeat.begins_s), time_bottom},
                          "border");
            if (room)
                svg_.text({seconds_.at(repeat.begins_s) + 4, time_bottom - 4}, fmt::format("repeat {}", repeat.number),
                          "tick");
        }
    }
    void draw_events(const ShownRepeat& repeat) {
        for (const auto& frame : repeat.frames) {
            if (frame.after_freeze && frame.gap_us && counted(freezes_)) {
                const double from = x(repeat, std::max(repeat.start_us, frame.presented_us - *frame.gap_us));
                svg_.rect({from, time_top}, std::max(1.5, x(repeat, frame.presented_us) - from), time_bottom - time_top,
                          "freeze", fmt::format("freeze of {:.0f} ms", ms_of(*frame.gap_us)));
            }
            if (frame.skipped_before > 0 && counted(skips_))
                svg_.rect({x(repeat, frame.presented_us) - 0.75, time_bottom + 2}, 1.5, 7, "skip",
                          fmt::format("{} skipped before frame {}", frame.skipped_before, frame.sequence));
        }
        for (const auto& change : repeat.changes)
            if (counted(states_))
                svg_.rect({x(repeat, change.time_us) - 1.5, time_top - 14}, 3, 9,
                          change.state == "LIVE" || change.state == "SYNCED" ? "state good" : "state",
                          fmt::format("{}: {}", change.who, change.state));
    }
    void draw_latency(const ShownRepeat& repeat) {
        std::vector<SvgPoint> each;
        for (const auto& frame : repeat.frames)
            each.push_back({x(repeat, frame.presented_us), ms_.at(ms_of(frame.latency_us()))});
        const auto share = static_cast<std::size_t>(700 * repeat.seconds / length());
        svg_.path(path_through(decimated(each, std::max<std::size_t>(8, share))), "cloud");
        std::vector<SvgPoint> p50;
        std::vector<SvgPoint> p99;
        std::vector<SvgPoint> most;
        for (const auto& window : windows_of(repeat, window_s())) {
            const double at = seconds_.at(repeat.begins_s + window.from_s);
            p50.push_back({at, ms_.at(ms_of(window.p50_us))});
            most.push_back({at, ms_.at(ms_of(window.max_us))});
            if (window.p99_us) p99.push_back({at, ms_.at(ms_of(*window.p99_us))});
        }
        const double end = seconds_.at(repeat.begins_s + repeat.seconds);
        for (auto* line : {&p50, &p99, &most})
            if (!line->empty()) line->push_back({end, line->back().y});
        svg_.path(steps_through(most), "line most");
        svg_.path(steps_through(p99), "line p99");
        svg_.path(steps_through(p50), "line p50");
    }
    bool counted(std::size_t& events) {
        if (events < most_events) return ++events > 0;
        ++left_out_;
        return false;
    }

    std::string stream_;
    std::vector<ShownRepeat> repeats_;
    Scale seconds_;
    Scale ms_;
    Svg svg_;
    std::size_t freezes_ = 0;
    std::size_t skips_ = 0;
    std::size_t states_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace

std::string over_time_part(const ReportedScenario& scenario) {
    std::string out;
    for (const auto& stream : scenario.streams)
        for (const auto* one : scenario.results) {
            TimePicture picture{*one, stream};
            const auto svg = picture.str();
            const auto who = xml_escaped(fmt::format("{}, {}", stream, one->label));
            if (svg.empty())
                out += fmt::format("<p class=\"untold\">{}: not told, its frames are missing.</p>\n", who);
            else
                out += fmt::format("<figure>{}<figcaption><b>{}</b>. {}</figcaption></figure>\n", svg, who,
                                   xml_escaped(picture.caption()));
        }
    return "<h3>Latency over time</h3>\n<p class=\"note\">Blue: p50 of each window. Orange: the largest; dashed its "
           "p99, "
           "where a window has at least 100 frames. Grey: from the fastest frame to the slowest. Red bands: freezes; "
           "red "
           "ticks below: frames were skipped; marks above: the display's state changed, green to LIVE or SYNCED. "
           "Warm-up is "
           "excluded.</p>\n" +
           out;
}

}  // namespace bench

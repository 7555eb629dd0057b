#include "bench/run_figures.hpp"

#include "bench/figure_names.hpp"
#include "bench/run_timelines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

double us_as_ms(double us) {
    return us / 1000;
}

/// Of the frames of all streams: how well the clock between source and display was known.
class Bounds {
public:
    Bounds(const std::vector<JudgedStream>& streams, const std::vector<render::PresentedFrame>& timelines) {
        for (const auto& stream : streams) given_[stream.id] = stream.clock_bound;
        for (const auto& picture : timelines)
            for (const auto& header : picture.sources)
                if (header.timeline.at(Stage::captured))
                    told_[{header.stream, header.sequence}] = header.timeline.clock_bound;
    }
    [[nodiscard]] Microseconds of(StreamId stream, std::uint32_t sequence) const {
        if (const auto& given = given_.at(stream)) return *given;
        const auto found = told_.find({stream, sequence});
        return found == told_.end() ? no_clock : found->second;
    }

private:
    std::map<StreamId, std::optional<Microseconds>> given_;
    std::map<std::pair<StreamId, std::uint32_t>, Microseconds> told_;
};

std::vector<std::int64_t> grid(const RunInput& input) {
    if (!input.vblanks_us.empty()) {
        std::vector<std::int64_t> inside;
        std::ranges::copy_if(input.vblanks_us, std::back_inserter(inside), [&](std::int64_t us) {
            return us >= input.measured.from_us && us < input.measured.until_us;
        });
        return inside;
    }
    // The screen's phase is not known, and a source of the same rate would lock to any that is assumed: one instant in
    // each refresh, at a phase that sweeps evenly over it.
    constexpr double golden = 0.6180339887498949;
    std::vector<std::int64_t> out;
    const double period_us = 1e6 / input.refresh_hz;
    const auto count = std::floor(static_cast<double>(input.measured.until_us - input.measured.from_us) / period_us);
    for (double i = 0; i < count; ++i)
        out.push_back(input.measured.from_us + std::llround((i + std::fmod(i * golden, 1)) * period_us));
    return out;
}

/// Of the time, in percent, that the display called this modality LIVE; nothing where it said nothing.
std::optional<double> live_percent(const std::vector<StateChange>& states, std::string_view who, const Span& span) {
    std::int64_t live_us = 0;
    std::optional<StateChange> now;
    const auto add_until = [&](std::int64_t us) {
        if (now && now->state == "LIVE")
            live_us += std::max<std::int64_t>(0, std::min(us, span.until_us) - std::max(now->time_us, span.from_us));
    };
    for (const auto& change : states) {
        if (change.who != who) continue;
        add_until(change.time_us);
        now = change;
    }
    add_until(span.until_us);
    if (!now) return std::nullopt;
    return 100 * static_cast<double>(live_us) / static_cast<double>(span.until_us - span.from_us);
}

void add_intact(RepeatFigures& out, const RunInput& input, const JudgedStream& stream) {
    constexpr std::int64_t time_to_be_shown_us = 500'000;  // what was captured last could not be
    auto captured = input.measured;
    captured.until_us -= time_to_be_shown_us;
    if (captured.until_us <= captured.from_us) return;
    const auto shown = shown_stream(input.codes, stream.id, captured, static_cast<double>(stream.period.count()));
    if (shown.sent > 0) out.numbers[figure_key("intact", stream.name, "percent")] = shown.intact_percent();
}

void add_durations(RepeatFigures& out, const RunInput& input, const JudgedStream& stream, const Bounds& bounds,
                   const std::vector<ShownFrame>& frames) {
    const auto limit = stream.period / 2;
    Durations latency;
    Durations corrected;
    Durations gap;
    Durations age;
    for (const auto& frame : frames) {
        const auto bound = bounds.of(stream.id, frame.sequence);
        latency.record(Microseconds{frame.latency_us()}, bound, limit);
        corrected.record(Microseconds{frame.latency_us()}, bound, limit);
        for (const auto us : omitted_us(frame, static_cast<double>(stream.period.count())))
            corrected.record(Microseconds{us}, bound, limit);
        if (frame.gap_us) gap.record(Microseconds{*frame.gap_us}, Microseconds{0}, limit);
    }
    for (const auto& [us, shown] : ages_at(input.codes, stream.id, grid(input)))
        age.record(Microseconds{us}, bounds.of(stream.id, shown.sequence), limit);
    const auto put = [&](std::string_view what, const Durations& durations) {
        out.distributions[figure_key(what, stream.name)] = durations.distribution();
    };
    put("g2g", latency);
    put("corrected", corrected);
    put("gap", gap);
    put("age", age);
}

void add_numbers(RepeatFigures& out, const RunInput& input, const JudgedStream& stream,
                 const std::vector<ShownFrame>& frames) {
    const auto put = [&](std::string_view what, std::string_view statistic, double value) {
        out.numbers[figure_key(what, stream.name, statistic)] = value;
    };
    const auto period_us = static_cast<double>(stream.period.count());
    double skipped = 0;
    double repeated = 0;
    for (const auto& frame : frames) {
        skipped += frame.skipped_before;
        repeated += frame.presentations - 1;
    }
    put("frames", "shown", static_cast<double>(frames.size()));
    put("frames", "skipped", skipped);
    put("frames", "repeated", repeated);
    add_intact(out, input, stream);
    const auto freezes = freezes_of(frames, input.measured, period_us);
    put("freeze", "count", static_cast<double>(freezes.count));
    put("freeze", "total", us_as_ms(static_cast<double>(freezes.total_us)));
    put("freeze", "longest", us_as_ms(static_cast<double>(freezes.longest_us)));
    if (const auto jitter = jitter_of(frames)) {
        put("jitter", "rfc3550", us_as_ms(jitter->mean));
        put("jitter", "rfc3550_max", us_as_ms(jitter->most));
    }
    if (const auto live = live_percent(input.states, transport::name(stream.modality), input.measured))
        put("live", "percent", *live);
    put("quantisation", "capture_mean", us_as_ms(period_us / 2));
    put("quantisation", "capture_worst", us_as_ms(period_us));
}

/// The codes of one picture: read at one instant.
void add_pictures(RepeatFigures& out, const RunInput& input, const Bounds& bounds) {
    std::set<std::pair<StreamId, std::int64_t>> first_seen;  // stream, when a new frame of it was presented
    for (const auto& [stream, frames] : first_shown(input.codes))
        for (const auto& frame : frames) first_seen.emplace(stream, frame.presented_us);
    Durations skew;
    double pictures = 0;
    double repeated = 0;
    for (std::size_t from = 0; from < input.codes.size();) {
        auto until = from;
        bool is_new = false;
        while (until < input.codes.size() && input.codes[until].presented_us == input.codes[from].presented_us) {
            is_new = is_new || first_seen.contains({input.codes[until].stream, input.codes[until].presented_us});
            ++until;
        }
        const auto presented_us = input.codes[from].presented_us;
        if (presented_us >= input.measured.from_us && presented_us < input.measured.until_us) {
            ++pictures;
            repeated += is_new ? 0 : 1;
            Microseconds bound{0};
            auto limit = no_clock;
            std::int64_t oldest = input.codes[from].time_us;
            std::int64_t newest = oldest;
            for (std::size_t i = from; i < until; ++i) {
                const auto& code = input.codes[i];
                oldest = std::min(oldest, code.time_us);
                newest = std::max(newest, code.time_us);
                const auto one = bounds.of(code.stream, code.sequence);
                bound = one == no_clock || bound == no_clock ? no_clock : bound + one;
                for (const auto& stream : input.streams)
                    if (stream.id == code.stream) limit = std::min(limit, stream.period / 2);
            }
            if (until - from > 1) skew.record(Microseconds{newest - oldest}, bound, limit);
        }
        from = until;
    }
    if (input.streams.size() > 1) out.distributions["skew_shown"] = skew.distribution();
    out.numbers[figure_key("pictures", "", "shown")] = pictures;
    out.numbers[figure_key("pictures", "", "repeated")] = repeated;
}

/// Of the streams that are judged, their times on the display's clock.
RunInput prepared(const RunInput& given) {
    if (given.measured.until_us <= given.measured.from_us || !(given.refresh_hz > 0))
        throw std::invalid_argument("a run needs a span and a refresh rate");
    auto input = given;
    std::map<StreamId, Microseconds> offsets;
    for (const auto& stream : input.streams) {
        if (stream.period <= Microseconds{0} || !is_stream_name(stream.name))
            throw std::invalid_argument(fmt::format("stream {} needs a name and a period", stream.id));
        offsets[stream.id] = stream.clock_offset;
    }
    std::erase_if(input.codes, [&](const SeenCode& code) { return !offsets.contains(code.stream); });
    for (auto& code : input.codes) code.time_us += offsets.at(code.stream).count();
    return input;
}

}  // namespace

RunFigures run_figures(const RunInput& given) {
    const auto input = prepared(given);
    const Bounds bounds{input.streams, input.timelines};
    RunFigures out;
    out.figures.seconds = static_cast<double>(input.measured.until_us - input.measured.from_us) / 1e6;
    for (const auto& stream : input.streams) {
        auto& frames = out.frames[stream.name];
        frames = shown_frames(input.codes, stream.id, input.measured, static_cast<double>(stream.period.count()));
        add_durations(out.figures, input, stream, bounds, frames);
        add_numbers(out.figures, input, stream, frames);
    }
    add_pictures(out.figures, input, bounds);
    const double refresh_ms = 1000 / input.refresh_hz;
    out.figures.numbers[figure_key("quantisation", "", "display_mean")] = refresh_ms / 2;
    out.figures.numbers[figure_key("quantisation", "", "display_worst")] = refresh_ms;
    if (!input.states.empty() && input.streams.size() > 1) {
        const auto fused = fused_percent(input.codes, input.states, input.measured);
        if (std::isfinite(fused)) out.figures.numbers[figure_key("fused", "", "percent")] = fused;
    }
    add_timelines(out, input);
    return out;
}

std::string grid_text(const RunInput& input) {
    if (!input.vblanks_us.empty()) return "vertical blanks as the sink told them";
    return fmt::format("nominal grid, {:g} Hz, at every phase", input.refresh_hz);
}

}  // namespace bench

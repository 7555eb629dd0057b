// What a display would have left of a run, with faults planted in it.
#pragma once

#include "bench/result.hpp"

#include <cstdint>
#include <vector>

namespace fakes {

/// One stream, on the display's clock from 0 on.
struct ShownRun {
    transport::StreamId stream = 1;
    transport::Modality modality = transport::Modality::ultrasound;
    std::int64_t period_us = 16'667;
    std::int64_t latency_us = 20'000;
    std::uint32_t frames = 1200;
    std::int64_t clock_error_us = 0;  ///< the source's clock is behind by that much, so that frames seem older
    std::uint32_t drop_every = 0;     ///< the 30th, the 60th, …
    bool twice = false;               ///< every picture is shown again half a period later
    std::int64_t frozen_from_us = 0;  ///< nothing is shown that was captured within
    std::int64_t frozen_for_us = 0;

    [[nodiscard]] bool shows(std::uint32_t sequence) const {
        const auto captured = period_us * sequence;
        const bool dropped = drop_every > 0 && sequence % drop_every == drop_every - 1;
        return !dropped && (captured < frozen_from_us || captured >= frozen_from_us + frozen_for_us);
    }
    /// Up to half a millisecond more than the latency, always the same.
    [[nodiscard]] std::int64_t presented_us(std::uint32_t sequence) const {
        return period_us * sequence + latency_us + sequence % 6 * 100;
    }
    [[nodiscard]] std::vector<bench::SeenCode> codes() const {
        std::vector<bench::SeenCode> out;
        for (std::uint32_t i = 0; i < frames; ++i) {
            if (!shows(i)) continue;
            const bench::SeenCode code{presented_us(i), stream, i, period_us * i - clock_error_us};
            out.push_back(code);
            if (!twice) continue;
            out.push_back(code);
            out.back().presented_us += period_us / 2;
        }
        return out;
    }
    /// The same frames as the display's timelines have them, with that bound of the source's clock.
    [[nodiscard]] std::vector<render::PresentedFrame> timelines(transport::Microseconds bound) const {
        using transport::Stage;
        std::vector<render::PresentedFrame> out;
        for (std::uint32_t i = 0; i < frames; ++i) {
            if (!shows(i)) continue;
            transport::FrameHeader header;
            header.stream = stream;
            header.sequence = i;
            header.modality = modality;
            header.timeline.clock_bound = bound;
            const auto captured = period_us * i - clock_error_us;
            header.timeline.mark(Stage::captured, transport::timestamp(captured));
            header.timeline.mark(Stage::encoded, transport::timestamp(captured + 2'000));
            header.timeline.mark(Stage::received, transport::timestamp(presented_us(i) - 12'000));
            header.timeline.mark(Stage::published, transport::timestamp(presented_us(i) - 4'000));
            header.timeline.mark(Stage::delivered, transport::timestamp(presented_us(i) - 3'000));
            header.timeline.mark(Stage::presented, transport::timestamp(presented_us(i)));
            out.push_back({9, i, {header}, transport::Microseconds{3'000}});
        }
        return out;
    }
    [[nodiscard]] bench::JudgedStream judged() const {
        bench::JudgedStream out;
        out.id = stream;
        out.name = transport::name(modality);
        out.period = transport::Microseconds{period_us};
        out.modality = modality;
        out.clock_bound = transport::Microseconds{0};
        return out;
    }
    /// All of it is measured.
    [[nodiscard]] bench::RunInput input() const {
        bench::RunInput out;
        out.streams = {judged()};
        out.codes = codes();
        out.measured = {0, out.codes.back().presented_us + 1};
        return out;
    }
};

/// Of repeats of one scenario.
inline bench::BenchResult result_of(const std::vector<ShownRun>& repeats) {
    bench::BenchResult out;
    out.scenario = "cathlab";
    out.contender = "product";
    out.judge = "in-picture code";
    out.presented_by = "headless";
    out.house.commit = "abc";
    out.house.date = "2026-01-02T03:04:05Z";
    out.house.machine = "2 x Fast";
    out.settings = {{"encoder", "x264"}};
    out.versions = {{"scialytic", "0.1.0"}};
    for (const auto& repeat : repeats) bench::add_repeat(out, repeat.input(), bench::run_figures(repeat.input()));
    return out;
}

}  // namespace fakes

#include "bench/result.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

void add_repeat(BenchResult& result, const RunInput& input, const RunFigures& run) {
    result.grid = grid_text(input);
    for (const auto& stream : input.streams) {
        auto known = std::ranges::find(result.streams, stream.name, &MeasuredStream::name);
        if (known == result.streams.end())
            known = result.streams.insert(known, {stream.name, stream.period, run.clocks.at(stream.name)});
        if (run.clocks.at(stream.name).bound >= known->clock.bound) known->clock = run.clocks.at(stream.name);
    }
    result.repeats.push_back(run.figures);
}

void write_frames(std::ostream& csv, std::size_t repeat, const RunFigures& run) {
    for (const auto& [stream, frames] : run.frames)
        for (const auto& frame : frames)
            csv << fmt::format("{},{},{},{},{},{},{},{},{},{}\n", repeat, stream, frame.sequence, frame.captured_us,
                               frame.presented_us, frame.latency_us(),
                               frame.gap_us ? fmt::format("{}", *frame.gap_us) : "", frame.skipped_before,
                               frame.presentations, frame.after_freeze ? 1 : 0);
}

}  // namespace bench

#include "bench/run_timelines.hpp"

#include "bench/figure_names.hpp"
#include "bench/named_file.hpp"
#include "bench/timeline_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace bench {

using namespace transport;

namespace {

struct Leg {
    std::string_view what;
    Stage from;
    Stage to;
};
constexpr std::array<Leg, 5> legs{{{"encode", Stage::captured, Stage::encoded},
                                   {"uplink", Stage::encoded, Stage::received},
                                   {"server", Stage::received, Stage::published},
                                   {"downlink", Stage::published, Stage::delivered},
                                   {"display", Stage::delivered, Stage::presented}}};

using FrameKey = std::pair<StreamId, std::uint32_t>;

std::set<FrameKey> measured_frames(const RunFigures& run, const RunInput& input) {
    std::set<FrameKey> out;
    for (const auto& stream : input.streams)
        for (const auto& frame : run.frames.at(stream.name)) out.emplace(stream.id, frame.sequence);
    return out;
}

/// The pictures that show a frame of the measured time, without their other frames, with the streams' periods.
std::vector<render::PresentedFrame> measured_pictures(const RunFigures& run, const RunInput& input) {
    const auto wanted = measured_frames(run, input);
    auto out = input.timelines;
    for (auto& picture : out) {
        std::erase_if(picture.sources, [&](const FrameHeader& header) {
            return !input.codes.empty() && !wanted.contains({header.stream, header.sequence});
        });
        for (auto& header : picture.sources)
            for (const auto& stream : input.streams)
                if (stream.id == header.stream) header.period = stream.period;
    }
    std::erase_if(out, [](const render::PresentedFrame& picture) { return picture.sources.empty(); });
    return out;
}

void add_legs(RunFigures& out, const JudgedStream& stream, const std::vector<render::PresentedFrame>& pictures) {
    std::array<Durations, legs.size()> durations;
    std::set<std::uint32_t> counted;
    for (const auto& picture : pictures)
        for (const auto& header : picture.sources) {
            if (header.stream != stream.id || !counted.insert(header.sequence).second) continue;
            for (std::size_t i = 0; i < legs.size(); ++i)
                durations[i].record(header.timeline.between(legs[i].from, legs[i].to),
                                    render::bound_between(header.timeline, legs[i].from, legs[i].to),
                                    stream.period / 2);
        }
    for (std::size_t i = 0; i < legs.size(); ++i)
        out.figures.distributions[figure_key(legs[i].what, stream.name)] = durations[i].distribution();
}

StreamClock stream_clock(const JudgedStream& stream, const render::ModalityFigures& figures) {
    StreamClock out;
    if (figures.clock.known > 0)
        out.basis = transport::name(figures.clock.basis);
    else if (stream.clock_bound)
        out.basis = "given";
    out.bound = stream.clock_bound.value_or(figures.clock.known > 0 ? figures.clock.bound : no_clock);
    return out;
}

bool of_one_run(const std::vector<SeenCode>& codes, const std::vector<render::PresentedFrame>& timelines) {
    std::set<FrameKey> seen;
    for (const auto& code : codes) seen.emplace(code.stream, code.sequence);
    return timelines.empty() || std::ranges::any_of(timelines, [&](const render::PresentedFrame& picture) {
               return std::ranges::any_of(picture.sources, [&](const FrameHeader& header) {
                   return seen.contains({header.stream, header.sequence});
               });
           });
}

}  // namespace

void add_timelines(RunFigures& out, const RunInput& input) {
    for (const auto& stream : input.streams) out.clocks[stream.name] = stream_clock(stream, {});
    if (input.timelines.empty()) return;
    const auto pictures = measured_pictures(out, input);
    render::Figures figures{{}, timestamp(0)};
    for (const auto& picture : pictures) figures.add(picture);
    for (const auto& stream : input.streams) {
        const auto& modality = figures.by_modality[index(stream.modality)];
        out.clocks[stream.name] = stream_clock(stream, modality);
        add_legs(out, stream, pictures);
        for (std::size_t i = 1; i < stage_count; ++i)
            out.figures
                .distributions[figure_key(fmt::format("hop.{}", transport::name(static_cast<Stage>(i))), stream.name)] =
                sparse(modality.hops[i], figures.clock_bound);
    }
    if (input.streams.size() > 1) out.figures.distributions["skew"] = sparse(figures.skew, figures.clock_bound);
}

RunInput read_run(const std::filesystem::path& folder, std::vector<JudgedStream> streams, Microseconds warm_up,
                  double refresh_hz) {
    RunInput input;
    input.streams = std::move(streams);
    input.refresh_hz = refresh_hz;
    input.codes = read_codes(folder / "codes.csv");
    std::vector<StreamId> ids;
    for (const auto& stream : input.streams) ids.push_back(stream.id);
    const auto from = measuring_from(input.codes, ids, warm_up);
    if (!from)
        throw std::runtime_error(fmt::format("{}: not every stream was ever seen", (folder / "codes.csv").string()));
    input.measured = {*from, input.codes.back().presented_us + 1};
    if (input.measured.until_us <= input.measured.from_us)
        throw std::runtime_error(fmt::format("{}: ends within the warm-up", (folder / "codes.csv").string()));
    if (std::filesystem::exists(folder / "timeline.csv")) {
        input.timelines = read_timelines(folder / "timeline.csv");
        if (!of_one_run(input.codes, input.timelines))
            throw std::runtime_error(fmt::format("{}: timeline.csv and codes.csv are not of one run", folder.string()));
    }
    if (std::filesystem::exists(folder / "states.csv"))
        input.states = read_named(folder / "states.csv", [](std::istream& csv) { return read_states(csv); });
    if (!input.states.empty())
        input.timelines_from_us = input.states.front().time_us - input.states.front().since_start_us;
    return input;
}

}  // namespace bench

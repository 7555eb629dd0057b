#include "bench/trace.hpp"

#include "bench/report_input.hpp"
#include "bench/report_words.hpp"
#include "bench/trace_hgrm.hpp"
#include "bench/trace_tracks.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bench {

std::string_view trace_help() {
    return R"(Usage: scialytic bench trace RESULT.json [--out FILE.json] [--worst N] [--hgrm]

Single frames of a result for a trace viewer (ui.perfetto.dev, chrome://tracing): of each stream the N frames with the
longest latency and ten near the median. A frame is a slice with its stages in it; below, each node has a track for each
stream. Frames are told by RESULT.csv, stages by RESULT/1/timeline.csv and so on; a contender without timelines has
frames alone.

  --out FILE.json   where the trace goes. Default: RESULT.trace.json
  --worst N         1 to 10000 of each stream, default 100
  --hgrm            also the latency of each stream as HdrHistogram's percentiles, RESULT-STREAM.hgrm beside the trace
  --help            this text

Exit codes: 0 written, 1 a file is missing, malformed or cannot be written, 2 wrong usage.
)";
}

int run_trace(const std::vector<std::string>& words) {
    const ReportWords given{"trace", words, {"--out", "--worst"}, {"--hgrm"}};
    if (given.files.size() != 1) given.refuse("wanted: RESULT.json [--out FILE.json] [--worst N] [--hgrm]");
    const std::filesystem::path file{given.files.front()};
    constexpr std::size_t typical = 10;
    const auto reported = read_reported(file, {given.number("--worst", 100, 1, 10'000), typical});
    const auto otherwise = (file.parent_path() / (reported.name + ".trace.json")).string();
    const std::filesystem::path out{given.value("--out").value_or(otherwise)};
    if (given.has("--hgrm"))
        for (const auto& stream : reported.result.streams) {
            const auto path = out.parent_path() / fmt::format("{}-{}.hgrm", reported.name, stream.name);
            write_file(path, hgrm(reported.histogram(figure_key("g2g", stream.name))));
            fmt::print("{}\n", path.string());
        }
    if (reported.picks.empty())
        throw std::runtime_error(fmt::format("{}: no frame to trace{}", file.string(),
                                             reported.not_shown.empty() ? "" : ": " + reported.not_shown.front()));
    for (const auto& line : reported.not_shown) fmt::print(stderr, "{}\n", line);
    const auto& result = reported.result;
    write_file(out, trace_json(tracks_of(reported.picks),
                               fmt::format("{}, {}, {}", result.scenario, result.contender, result.house.commit)));
    fmt::print("{}\n", out.string());
    return 0;
}

}  // namespace bench

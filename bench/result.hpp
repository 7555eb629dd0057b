// The result of a measurement, complete: what was measured, where, by whom, and every repeat's figures. What reports,
// comparisons and budgets read; the format "scialytic-bench-1" of docs/benchmark.md.
#pragma once

#include "bench/rows.hpp"
#include "bench/run_figures.hpp"

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr std::string_view result_format = "scialytic-bench-1";
inline constexpr std::size_t most_result_bytes = std::size_t{32} << 20U;

struct MeasuredStream {
    std::string name;  ///< is_stream_name
    transport::Microseconds period{0};
    StreamClock clock;  ///< the worst of all repeats
    bool operator==(const MeasuredStream&) const = default;
};

struct BenchResult {
    std::string scenario;                         ///< only results of one scenario can be compared
    std::string contender;                        ///< "product", or the peer's name
    std::string judge;                            ///< who read the frames: "in-picture code", …
    std::string presented_by;                     ///< Sink::name()
    std::string grid;                             ///< grid_text
    double motion_cm_per_s = 20;                  ///< heart wall; what a delay is worth in mm
    std::uint64_t seed = 1;                       ///< of the confidence intervals
    std::map<std::string, std::string> settings;  ///< size, rate, encoder, link profile, warm-up, …
    std::map<std::string, std::string> versions;
    std::vector<MeasuredStream> streams;
    std::vector<RepeatFigures> repeats;
    Results house;  ///< commit, date, machine, and the rows that every benchmark of ours has
};

/// Adds one run as a repeat. The streams' worst clocks are kept.
void add_repeat(BenchResult& result, const RunInput& input, const RunFigures& run);

[[nodiscard]] std::string result_json(const BenchResult& result);
/// Strict: another format or version, a key or figure that is unknown, twice or missing, a value out of its bounds is
/// refused. The keys `figures` are for other readers: they are made again from the repeats. Throws
/// std::runtime_error with one line.
[[nodiscard]] BenchResult read_result(std::string_view json);
/// The same; names the file.
[[nodiscard]] BenchResult read_result(const std::filesystem::path& path);

inline constexpr std::string_view frames_header =
    "repeat,stream,sequence,captured_us,presented_us,latency_us,gap_us,skipped_before,presentations,after_freeze\n";
/// A row per shown frame, by stream; times on the display's clock. The header is the caller's.
void write_frames(std::ostream& csv, std::size_t repeat, const RunFigures& run);

}  // namespace bench

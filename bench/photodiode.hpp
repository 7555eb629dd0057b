// Two photodiodes, one before the source's screen and one before the display: brightness flips here, then there.
#pragma once

#include "transport/latency.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What one diode saw. µs since the recording's begin, rising; values in any unit.
struct LightTrace {
    std::vector<double> at_us;
    std::vector<double> value;
};
using LightTraces = std::array<LightTrace, 2>;  ///< source, display

inline constexpr std::size_t most_light_samples = std::size_t{1} << 26U;

/// RIFF WAVE, two channels (the left one at the source), PCM of 16, 24 or 32 bits or floats of 32. Throws
/// std::runtime_error with one line.
[[nodiscard]] LightTraces read_light_wav(std::string_view bytes);
/// Lines "t_us,channel,value", channel 0 at the source and 1 at the display, as microcontrollers print them; empty ones
/// and those that begin with # are passed over, also a last one that is not whole. Throws std::runtime_error with the
/// number of another that is malformed or goes back in time.
[[nodiscard]] LightTraces read_light_lines(std::string_view text);

struct LightEdge {
    double at_us = 0;  ///< crosses the middle between dark and bright
    bool rising = false;
};
struct LightEdges {
    std::vector<LightEdge> edges;
    double sample_us = 0;  ///< median time from sample to sample
    double rise_us = 0;    ///< median time from a quarter to three quarters of an edge
};
/// With hysteresis: an edge is counted when it has gone from below 30 % to above 70 %, or back. Nothing where dark and
/// bright cannot be told apart.
[[nodiscard]] LightEdges light_edges(const LightTrace& trace);

struct LightReport {
    std::uint64_t source_edges = 0;
    std::uint64_t display_edges = 0;
    std::uint64_t unanswered = 0;    ///< flips of the source that the display did not follow before the next one
    transport::Percentiles latency;  ///< µs
    double uncertainty_us = 0;       ///< of each: both samples' times and half of both rise times
};
/// Each flip of the source with the display's next one the same way. Throws std::runtime_error when there is none.
[[nodiscard]] LightReport light_report(const LightTraces& traces);

[[nodiscard]] std::string light_json(const std::string& recording, const LightReport& report);

/// `arguments` after "photodiode".
int run_photodiode(const std::vector<std::string>& arguments);
[[nodiscard]] std::string photodiode_help();

}  // namespace bench

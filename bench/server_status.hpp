// What a server says of itself when it is asked: its line of health, as counters.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace bench {

/// By the words after each number, behind the stream where there is one: "ultrasound missing", "foreign packets".
using StatusCounters = std::map<std::string, std::uint64_t, std::less<>>;
/// Passes over what is no counter.
[[nodiscard]] StatusCounters read_status(std::string_view line);
/// How much a counter grew; 0 when it is not there.
[[nodiscard]] std::uint64_t growth(const StatusCounters& before, const StatusCounters& after, std::string_view counter);
/// The sum over both streams.
[[nodiscard]] std::uint64_t growth_of_streams(const StatusCounters& before, const StatusCounters& after,
                                              std::string_view counter);

/// Asks as a control node with the keys in that folder. Throws std::runtime_error when no answer comes within 5 s.
[[nodiscard]] std::string ask_server(int bus_port, const std::string& node, const std::string& keys);

}  // namespace bench

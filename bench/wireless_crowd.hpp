// `scialytic bench crowd`: twenty displays on one server, all of them well, or two of them badly off.
#pragma once

#include "bench/deliveries.hpp"
#include "bench/rows.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

struct CrowdOptions {
    double seconds = 15;  ///< of each phase
    int rounds = 4;       ///< of one phase with all well and one with two badly off
    int displays = 20;    ///< with those two and the one that decodes
    int frames_per_second = 30;
    std::filesystem::path out = "out/bench";
    std::stop_token stop{};
    std::function<void(const std::string&)> say{};  ///< what begins now
};

/// What the good displays saw of one phase.
struct CrowdPhase {
    DeliveryFigures light;
    // captured → presented at the display that decodes
    std::int64_t ultrasound_p99_us = 0;
    std::int64_t xray_p99_us = 0;
    std::uint64_t presented_lost = 0;
    double server_cpu_percent = 0;  ///< of one core
};
struct CrowdPhases {
    std::vector<CrowdPhase> well;       ///< round by round
    std::vector<CrowdPhase> badly_off;  ///< as many
};
/// Medians over the rounds, changes within a round.
[[nodiscard]] std::vector<Row> crowd_rows(const CrowdPhases& phases);
/// Measures. Throws std::runtime_error naming the folder of the logs.
[[nodiscard]] std::vector<Row> crowd_rows(const CrowdOptions& options);
}  // namespace bench

// `scialytic bench attack`: what strangers can do to a running session. No picture is lost, memory stays, counters
// tell.
#pragma once

#include "bench/rows.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

struct AttackOptions {
    double seconds = 5;         ///< of each attack but the flood
    double flood_seconds = 20;  ///< and of the quiet time that the others are compared with
    int flood_per_second = 10'000;
    int frames_per_second = 30;
    std::filesystem::path out = "out/bench";
    std::stop_token stop{};
    std::function<void(const std::string&)> say{};  ///< what begins now
};

/// What one attack did.
struct AttackResult {
    std::string name;
    std::uint64_t sent = 0;     ///< packets or connections
    std::uint64_t counted = 0;  ///< of these, by the server
    std::uint64_t dead = 0;     ///< processes
    std::uint64_t lost_at_server = 0;
    std::uint64_t lost_at_display = 0;
    double p99_ms = 0;  ///< captured → presented, the worse stream's
    double growth_mib = 0;
};
/// `quiet`: as long, with nobody there.
[[nodiscard]] std::vector<Row> attack_rows(const AttackResult& quiet, const std::vector<AttackResult>& attacks);
/// Measures. Throws std::runtime_error naming the folder of the logs.
[[nodiscard]] std::vector<Row> attack_rows(const AttackOptions& options);

}  // namespace bench

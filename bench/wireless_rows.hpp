// The benchmark's rows, made of runs. Pure.
#pragma once

#include "bench/rows.hpp"
#include "bench/wireless_run.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bench {

/// What the product is held to over one profile; nothing: only told.
struct RadioGoals {
    std::optional<double> p50_above_link_ms;
    std::optional<double> p99_ms;
    std::optional<double> p99_above_link_ms;
    std::optional<double> intact_percent;
    std::optional<double> frames_lost;
    std::optional<double> return_ms;
};

/// Of one carrier over one profile (`title` names it), one result for each round, at least one: medians over the
/// rounds, frames of all rounds together, the worst gap and return. Goals are the product's; a peer's are ignored.
[[nodiscard]] std::vector<Row> radio_rows(const std::string& title, Carrier carrier,
                                          const std::vector<RadioResult>& rounds, const RadioGoals& goals);
/// How exact the emulator was over all runs, and the machine's own timer beside it. None without a run.
[[nodiscard]] std::vector<Row> emulator_rows(const std::vector<RadioResult>& runs);

}  // namespace bench

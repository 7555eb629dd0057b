// One repeat of a scenario, played by the product: its processes, the radios between them, and who judges.
//
//   captures ──▶ radio (up) ──▶ server ──▶ radio (down) ──▶ display, judged by the codes in its pixels
//                                                            its window ──▶ screen watcher
#pragma once

#include "bench/scenario.hpp"
#include "transport/clock.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace bench {

/// Of whoever runs it.
struct Repeat {
    std::filesystem::path folder;  ///< emptied; gets codes.csv, timeline.csv, states.csv, summary.json and the logs
    std::filesystem::path screen_folder;  ///< the screen watcher's; not empty: it watches
    int number = 1;
    std::stop_token stop{};
    std::function<void(double seconds_left)> progress = [](double) {};
};

/// What no file of the repeat tells.
struct RepeatCost {
    double cpu_s_per_minute = 0;              ///< the product's, or the peer's, own processes
    std::optional<double> wire_mbit_per_s{};  ///< all that crossed the loopback; nothing where others use it too
};

/// Blocks for the repeat's length and what starting takes. Throws std::runtime_error naming the folder of the logs, or
/// "stopped".
[[nodiscard]] RepeatCost run_product(const Scenario& scenario, const Repeat& repeat);

/// How the screen watcher is started, to read so many codes.
[[nodiscard]] std::vector<std::string> watcher_words(const std::filesystem::path& folder, std::size_t streams);

}  // namespace bench

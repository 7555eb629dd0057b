// `scialytic bench watch-screen`: the judge from outside, who sees no more than people see.
#pragma once

#include "bench/screen_looks.hpp"
#include "bench/watched.hpp"
#include "transport/clock.hpp"
#include "transport/latency.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

struct WatchSettings {
    std::vector<transport::Rect> codes;  ///< empty: found by searching
    std::size_t expected = 0;            ///< so many codes there will be: none is searched for beyond; 0: any number
    double looks_per_second = 1000;
    std::function<void(const Sighting&)> seen{};
    std::function<void(const struct WatchReport&)> once_a_second{};
};

/// What watch.json tells.
struct WatchReport {
    std::string display;
    std::vector<transport::Rect> codes;  ///< where they stand now
    std::uint64_t sightings = 0;
    std::uint64_t searches = 0;
    double seconds = 0;
    double looks_per_second = 0;
    double processor_percent = 0;        ///< of one core, the watcher's own share
    bool tells_redraws = false;          ///< a picture drawn again is told too
    transport::Percentiles uncertainty;  ///< half of the time within which each code appeared, µs
};

/// Until `stop`. Searches the whole of it, then looks at the codes' places alone; searches again when one could not be
/// read for a second, and now and then for those that come later. A code found by searching that is shown twice cannot
/// be judged: throws std::runtime_error, as when the screen is lost.
[[nodiscard]] WatchReport watch(Watched& watched, const WatchSettings& settings, transport::Clock& clock,
                                const std::stop_token& stop);

[[nodiscard]] std::string watch_json(const WatchReport& report);

/// `arguments` after "watch-screen".
int run_watch_screen(const std::vector<std::string>& arguments);
[[nodiscard]] std::string watch_screen_help();

}  // namespace bench

#include "bench/reference_3gpp.hpp"

#include "bench/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace bench {

namespace {

struct Requirement {
    std::string_view what;
    double network_ms = 0;       ///< at most; 0: not told
    double rate_mbit_per_s = 0;  ///< at least; 0: not told
};
constexpr std::array<Requirement, 7> requirements{{
    {"TR 22.826 5.2.2, 5.2.3: 8K and 4K 120/s HDR, AR-assisted surgery, lossless, one room", 1, 0},
    {"TR 26.925: 2160p60 4:2:2 10 bit, uncompressed", 0, 10'600},
    {"TS 22.104 5.2: robotic aided surgery, control loop", 2, 0},
    {"TR 22.826: 2D ultrasound 512x512, 32 bit, 20/s, uncompressed", 10, 160},
    {"TR 22.826 5.4: moving in hospital, low rate", 100, 0.5},
    {"TR 22.826: remote or ambulance ultrasound, compressed", 100, 4},
    {"TR 22.826 5.3.4: remote specialist, stereo 4K60, lossless", 250, 2'000},
}};

constexpr double reconnection_ms = 1'000;

}  // namespace

std::vector<Row> rows_3gpp(const BenchResult& result) {
    const auto figures = all_figures(result);
    constexpr double untold = std::numeric_limits<double>::quiet_NaN();
    const auto value = [&](std::string_view name) {
        const auto found = find_figure(figures, name);
        return found && found->value ? *found->value : untold;
    };
    const double up = value("hop.received.p99");
    const double down = value("hop.delivered.p99");
    const double network = std::isnan(up) || std::isnan(down) ? untold : std::max(up, down);
    const double rate = value("wire.rate");
    std::vector<Row> rows;
    for (const auto& [what, ms, mbit] : requirements) {
        if (ms > 0) rows.push_back({fmt::format("{}: network p99", what), network, "ms", ms});
        if (mbit > 0) rows.push_back({fmt::format("{}: rate (here H.264)", what), rate, "Mbit/s", mbit, Bar::at_least});
    }
    rows.push_back({"TS 22.263 5.5: connected again: longest freeze", value("freeze.longest"), "ms", reconnection_ms});
    return rows;
}

}  // namespace bench

// A `scialytic link` that runs as a process of its own, and when its radio was down.
#pragma once

#include "bench/group.hpp"
#include "bench/wireless_figures.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

struct Radio {
    std::string name;  ///< of its log
    std::string profile;
    int seed = 1;
    int port = 0;                  ///< where clients send to, on 127.0.0.1
    int server_port = 0;           ///< where that goes
    std::filesystem::path report;  ///< written when it ends
};

void start_radio(Group& group, const Radio& radio);
/// Outages and stalls of either direction that touch the span, known from profile and seed alone; when the radio began
/// is known to a few ms from its report. Throws std::runtime_error naming a report that is not there.
[[nodiscard]] std::vector<Span> outages_of(const Radio& radio, const Span& span);

}  // namespace bench

// `scialytic link`: words of a shell into a relay's settings.
#pragma once

#include "transport/emulator/relay.hpp"
#include "transport/metrics/page.hpp"

#include <string>
#include <vector>

namespace transport {

struct LinkCommand {
    RelaySettings settings;
    double seconds = 0;  ///< 0: until stopped
    std::string out;     ///< file for the report; empty: none
    std::string listen = "127.0.0.1:5604";
    std::string server = "127.0.0.1:5004";
    int metrics_port = 0;  ///< TCP; 0: no metrics
    std::string metrics_listen = "127.0.0.1";
};

/// `arguments` after "link": [FILE.yaml] [--key value …]. Throws UsageError with one line naming the word and what is
/// allowed; std::runtime_error when a host cannot be found. `--help` is the caller's.
[[nodiscard]] LinkCommand read_link(const std::vector<std::string>& arguments, const std::string& recordings);
[[nodiscard]] std::string link_help();
/// For a scrape.
void tell_relay(MetricsPage& page, const RelayReport& report);
/// One line for whoever watches: both directions, percentiles, scheduling error.
[[nodiscard]] std::string link_line(const RelayReport& report);

}  // namespace transport

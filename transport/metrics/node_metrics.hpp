// The metrics of one program: who it is, and the door behind which it tells.
#pragma once

#include "transport/metrics/door.hpp"
#include "transport/metrics/page.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace transport {

struct MetricsIdentity {
    std::string program;
    std::string node;  ///< on the bus; empty: it has none
    std::string version;
};

class NodeMetrics {
public:
    /// Listens at once, so that a port in use ends the program before it does anything else. Says in one line on
    /// standard error when others than programs of this machine can read it. A port of 0: nothing is told.
    NodeMetrics(MetricsIdentity identity, const std::string& address, int port, Clock& clock);

    /// From now on a scrape reads what `tell` writes, on a thread of its own, until what is returned goes.
    [[nodiscard]] std::jthread serve(std::function<void(MetricsPage&)> tell);

private:
    MetricsIdentity identity_;
    double began_;  ///< Unix time
    std::unique_ptr<MetricsDoor> door_;
};

}  // namespace transport

#include "transport/metrics/node_metrics.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace transport {

namespace {

/// Milliseconds are enough, and round.
double unix_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) / 1000;
}

}  // namespace

NodeMetrics::NodeMetrics(MetricsIdentity identity, const std::string& address, int port, Clock& clock)
    : identity_{std::move(identity)}, began_{unix_time()} {
    if (port == 0) return;
    door_ = std::make_unique<MetricsDoor>(address, port, clock);
    if (!door_->local())
        fmt::print(stderr, "metrics: whoever reaches {}:{} can read them, as nobody is asked who he is\n", address,
                   port);
}

std::jthread NodeMetrics::serve(std::function<void(MetricsPage&)> tell) {
    if (!door_) return {};
    return door_->serve([this, tell = std::move(tell)] {
        MetricsPage page;
        page.add(Metric::build_info,
                 {{"program", identity_.program}, {"node", identity_.node}, {"version", identity_.version}}, 1);
        page.add(Metric::process_start, {}, began_);
        tell(page);
        return page.text();
    });
}

}  // namespace transport

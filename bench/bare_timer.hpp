// How late this machine wakes a program that only waits: what no emulator on it can be better than.
#pragma once

#include "transport/latency.hpp"

#include <stop_token>
#include <thread>

namespace bench {

/// Waits for a moment, every 2 ms, while it lives: on a thread of its own, as urgent as a relay's where that is
/// allowed.
class BareTimer {
public:
    BareTimer();
    /// Ends it. Lateness of every wake-up.
    [[nodiscard]] transport::Histogram take();

private:
    transport::Histogram late_;
    std::jthread thread_;
};

}  // namespace bench

// Between the socket's thread and a stream's decoder: access units in their order, each with its time of arrival.
#pragma once

#include "transport/link.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

namespace transport {

/// Hands access units to `on_arrival` on a thread of its own. Not a Mailbox: none may be dropped by itself. A decoder
/// that falls `patience` behind would never be live again: then all that wait are dropped, and the gap in their stamps'
/// sequence brings a keyframe.
class Arrivals {
public:
    Arrivals(OnArrival on_arrival, Clock& clock, Microseconds patience);
    ~Arrivals();
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    /// Never waits. Any thread.
    void put(Arrival arrival);
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    void run(const std::stop_token& stop);

    OnArrival on_arrival_;
    Clock& clock_;
    Microseconds patience_;
    std::mutex mutex_;
    std::condition_variable_any came_;
    std::deque<Arrival> waiting_;
    std::atomic<std::uint64_t> dropped_{0};
    std::jthread thread_;  // last: it uses the others
};

}  // namespace transport

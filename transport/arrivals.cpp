#include "transport/arrivals.hpp"

namespace transport {

Arrivals::Arrivals(OnArrival on_arrival, Clock& clock, Microseconds patience)
    : on_arrival_{std::move(on_arrival)},
      clock_{clock},
      patience_{patience},
      thread_{[this](const std::stop_token& stop) { run(stop); }} {}

Arrivals::~Arrivals() = default;

void Arrivals::put(Arrival arrival) {
    {
        const std::scoped_lock lock{mutex_};
        if (!waiting_.empty() && clock_.now() - waiting_.front().last_packet > patience_) {
            dropped_ += waiting_.size();
            waiting_.clear();
        }
        waiting_.push_back(std::move(arrival));
    }
    came_.notify_one();
}

void Arrivals::run(const std::stop_token& stop) {
    while (true) {
        Arrival arrival;
        {
            std::unique_lock lock{mutex_};
            if (!came_.wait(lock, stop, [this] { return !waiting_.empty(); }) || stop.stop_requested()) return;
            arrival = std::move(waiting_.front());
            waiting_.pop_front();
        }
        on_arrival_(std::move(arrival));
    }
}

}  // namespace transport

// A clock that stands still until somebody waits or advances it. Thread safe.
#pragma once

#include "transport/clock.hpp"

#include <atomic>

namespace fakes {

class SteppedClock final : public transport::Clock {
public:
    explicit SteppedClock(transport::Timestamp start = transport::timestamp(1'000'000'000)) : now_{start} {}

    [[nodiscard]] transport::Timestamp now() override { return now_.load(); }

    /// Jumps to `due`; a due time in the past changes nothing.
    bool wait_until(transport::Timestamp due, std::stop_token stop) override {
        if (stop.stop_requested()) return false;
        auto current = now_.load();
        while (current < due && !now_.compare_exchange_weak(current, due)) continue;
        return true;
    }

    void advance(transport::Microseconds step) {
        auto current = now_.load();
        while (!now_.compare_exchange_weak(current, current + step)) continue;
    }

private:
    std::atomic<transport::Timestamp> now_;
};

}  // namespace fakes

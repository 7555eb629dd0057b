// Another machine's clock: the real one, running ahead of it.
#pragma once

#include "transport/clock.hpp"

#include <atomic>

namespace fakes {

class ShiftedClock final : public transport::Clock {
public:
    explicit ShiftedClock(transport::Microseconds ahead) : ahead_{ahead} {}
    [[nodiscard]] transport::Timestamp now() override { return real_.now() + ahead_.load(); }
    bool wait_until(transport::Timestamp due, std::stop_token stop) override {
        return real_.wait_until(due - ahead_.load(), std::move(stop));
    }
    /// Whoever waits by it goes on waiting as long as he meant to.
    void jump(transport::Microseconds further) { ahead_ = ahead_.load() + further; }

private:
    transport::SystemClock real_;
    std::atomic<transport::Microseconds> ahead_;
};

}  // namespace fakes

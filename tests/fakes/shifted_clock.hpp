// Another machine's clock: the real one, or a test's own, running ahead of it.
#pragma once

#include "transport/clock.hpp"

#include <atomic>

namespace fakes {

class ShiftedClock final : public transport::Clock {
public:
    explicit ShiftedClock(transport::Microseconds ahead) : ahead_{ahead} {}
    ShiftedClock(transport::Microseconds ahead, transport::Clock& of) : of_{of}, ahead_{ahead} {}
    [[nodiscard]] transport::Timestamp now() override { return of_.now() + ahead_.load(); }
    bool wait_until(transport::Timestamp due, std::stop_token stop) override {
        return of_.wait_until(due - ahead_.load(), std::move(stop));
    }
    /// Whoever waits by it goes on waiting as long as he meant to.
    void jump(transport::Microseconds further) { ahead_ = ahead_.load() + further; }

private:
    transport::SystemClock real_;
    transport::Clock& of_ = real_;
    std::atomic<transport::Microseconds> ahead_;
};

}  // namespace fakes

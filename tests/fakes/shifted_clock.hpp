// Another machine's clock: the real one, running ahead of it.
#pragma once

#include "transport/clock.hpp"

namespace fakes {

class ShiftedClock final : public transport::Clock {
public:
    explicit ShiftedClock(transport::Microseconds ahead) : ahead_{ahead} {}
    [[nodiscard]] transport::Timestamp now() override { return real_.now() + ahead_; }
    bool wait_until(transport::Timestamp due, std::stop_token stop) override {
        return real_.wait_until(due - ahead_, std::move(stop));
    }

private:
    transport::SystemClock real_;
    transport::Microseconds ahead_;
};

}  // namespace fakes

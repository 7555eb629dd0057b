#include "bench/bare_timer.hpp"

#include "transport/real_time.hpp"

#include <ctime>

namespace bench {

using namespace transport;

namespace {
constexpr int as_urgent_as_a_relay = low_real_time_priority + 5;
constexpr Microseconds timer_step{2'000};
}  // namespace

BareTimer::BareTimer() {
    thread_ = std::jthread{[this](const std::stop_token& stop) {
        static_cast<void>(run_in_real_time(as_urgent_as_a_relay));
        SystemClock clock;
        for (auto due = clock.now() + timer_step; !stop.stop_requested(); due += timer_step) {
            const auto us = microseconds(due);
            const timespec when{us / 1'000'000, us % 1'000'000 * 1000};
            clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr);
            late_.record(clock.now() - due);
        }
    }};
}

Histogram BareTimer::take() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return late_;
}

}  // namespace bench

#include "bench/stopper.hpp"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <ctime>
#include <mutex>

namespace bench {

namespace {
constexpr timespec slice{0, 50'000'000};  // how late `seconds` and the destructor may be noticed
}

Stopper::Stopper(double seconds) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
    waiter_ = std::jthread{[this, signals, seconds, end](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const bool signalled = sigtimedwait(&signals, nullptr, &slice) > 0;
            const bool over = seconds > 0 && std::chrono::steady_clock::now() >= end;
            if (!signalled && !over) continue;
            source_.request_stop();
            return;
        }
    }};
}

Stopper::~Stopper() = default;

void Stopper::wait() const {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock{mutex};
    stopped.wait(lock, source_.get_token(), [] { return false; });
}

}  // namespace bench

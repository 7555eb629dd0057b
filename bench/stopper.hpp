// When a program ends: Ctrl-C, SIGTERM, or its seconds are over.
#pragma once

#include <stop_token>
#include <thread>

namespace bench {

/// Blocks SIGINT and SIGTERM for this thread and those it starts, and waits for them on one of its own.
/// Make it before any other thread.
class Stopper {
public:
    /// 0: only signals end it.
    explicit Stopper(double seconds);
    ~Stopper();
    Stopper(const Stopper&) = delete;
    Stopper& operator=(const Stopper&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
    void wait() const;

private:
    std::stop_source source_;
    std::jthread waiter_;
};

}  // namespace bench

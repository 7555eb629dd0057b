// Child processes of a test, and waiting for what they do without guessing how long it takes.
#pragma once

#include "transport/clock.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <csignal>

namespace fakes {

/// Asks every 5 ms until the condition holds; false when it does not within the deadline.
template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds deadline = std::chrono::seconds{20}) {
    transport::SystemClock clock;
    for (const auto end = clock.now() + deadline; clock.now() < end;) {
        if (condition()) return true;
        clock.wait_until(clock.now() + std::chrono::milliseconds{5}, {});
    }
    return condition();
}

/// Runs `body` in a forked process; killed at the end of the test.
class Child {
public:
    template <typename Body>
    explicit Child(Body body) : process_{fork()} {
        if (process_ != 0) return;
        body();
        _exit(0);
    }
    ~Child() { end(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t process() const { return process_; }
    void stop() const { kill(process_, SIGSTOP); }
    void go_on() const { kill(process_, SIGCONT); }
    void end() {
        if (process_ <= 0) return;
        kill(process_, SIGKILL);
        waitpid(process_, nullptr, 0);
        process_ = 0;
    }

private:
    pid_t process_;
};

}  // namespace fakes

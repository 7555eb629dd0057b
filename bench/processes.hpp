// Child processes of the demo and the benchmarks, and what they cost.
#pragma once

#include <sys/types.h>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// A child of this process; killed when it goes out of scope, and when we die.
class Process {
public:
    /// Forks and runs `body`; its result is the exit code. Only from a process that has no other thread.
    static Process fork(const std::string& name, const std::function<int()>& body);
    /// Starts a program found in PATH; standard output and error go to `log` when it is not empty.
    static Process start(const std::vector<std::string>& command, const std::string& log = {});
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;

    [[nodiscard]] pid_t pid() const { return pid_; }
    void signal(int number) const;
    /// Exit code (128 + signal when killed) once it has ended; never waits.
    std::optional<int> ended();
    /// Waits; then the same.
    int wait();
    /// User and system time of the child and what it waited for, once it has ended.
    [[nodiscard]] double cpu_seconds() const { return cpu_seconds_; }

private:
    explicit Process(pid_t pid) : pid_{pid} {}
    std::optional<int> reap(int flags);

    pid_t pid_ = -1;
    std::optional<int> code_;
    double cpu_seconds_ = 0;
};

/// Resident memory of a process and all its descendants, KiB; 0 when it is gone.
[[nodiscard]] long resident_kib(pid_t root);

}  // namespace bench

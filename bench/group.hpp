// The processes of one measured run.
#pragma once

#include "bench/processes.hpp"
#include "transport/clock.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

/// What starts this very program again.
inline constexpr auto own_program = "/proc/self/exe";

/// All processes of a run. They end with it.
class Group {
public:
    /// Logs go to `folder`.
    Group(std::filesystem::path folder, std::stop_token stop) : folder_{std::move(folder)}, stop_{std::move(stop)} {}

    void start(const std::string& what, const std::vector<std::string>& command);
    /// Until `due`, or until `done` says so (then true). Throws when a process ends meanwhile, or on Ctrl-C.
    bool watch(transport::Timestamp due, const std::function<bool()>& done);
    /// Until some process has that UDP port; throws when none has after a minute.
    void wait_for_port(int port);
    /// One after the other, in the order of their starts: the display ends before the pictures do.
    void end();
    [[nodiscard]] std::vector<pid_t> pids() const;

    transport::SystemClock clock;

private:
    struct Member {
        std::string what;
        std::string log;
        Process process;
    };
    std::filesystem::path folder_;
    std::stop_token stop_;
    std::vector<Member> members_;
};

}  // namespace bench

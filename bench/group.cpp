#include "bench/group.hpp"

#include "bench/usage.hpp"

#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

namespace bench {

using namespace transport;
using namespace std::chrono_literals;

namespace {
constexpr auto time_to_report = 15s;  // for reports to be written
constexpr auto look_every = 100ms;
constexpr auto patience_for_a_port = 60s;
}  // namespace

void Group::start(const std::string& what, const std::vector<std::string>& command) {
    const auto log = (folder_ / (what + ".log")).string();
    members_.push_back({what, log, Process::start(command, log)});
}

bool Group::watch(Timestamp due, const std::function<bool()>& done) {
    while (!done()) {
        if (clock.now() >= due) return false;
        if (!clock.wait_until(std::min(due, clock.now() + look_every), stop_)) throw std::runtime_error("stopped");
        for (auto& member : members_)
            if (const auto code = member.process.ended())
                throw std::runtime_error(
                    fmt::format("{} ended with {} while it was measured: see {}", member.what, *code, member.log));
    }
    return true;
}

void Group::wait_for_port(int port) {
    if (!watch(clock.now() + patience_for_a_port, [port] { return udp_port_is_bound(port); }))
        throw std::runtime_error(fmt::format("nobody listens on UDP port {}: see {}", port, folder_.string()));
}

void Group::end() {
    for (auto& member : members_) {
        member.process.signal(SIGTERM);
        const auto due = clock.now() + time_to_report;
        while (!member.process.ended() && clock.now() < due) clock.wait_until(clock.now() + look_every, {});
    }
}

std::vector<pid_t> Group::pids() const {
    std::vector<pid_t> out;
    for (const auto& member : members_) out.push_back(member.process.pid());
    return out;
}

}  // namespace bench

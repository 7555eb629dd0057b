#include "transport/real_time.hpp"

#include <fmt/format.h>

#include <sched.h>
#include <sys/resource.h>
#include <cerrno>
#include <cstring>

namespace transport {

namespace {
constexpr int lowest_priority = 19;
constexpr int a_little_nicer = 5;
}  // namespace

std::string run_in_real_time(int priority) {
    sched_param wanted{};
    wanted.sched_priority = priority;  // the kernel leaves 5 % to the others
    if (sched_setscheduler(0, SCHED_RR, &wanted) == 0) return {};
    return fmt::format("{}; allow it with 'rtprio {}' in /etc/security/limits.conf, or CAP_SYS_NICE",
                       std::strerror(errno), priority);
}

void run_behind() {
    sched_param now{};
    const bool in_real_time = sched_getscheduler(0) == SCHED_RR && sched_getparam(0, &now) == 0;
    if (in_real_time && --now.sched_priority > 0 && sched_setscheduler(0, SCHED_RR, &now) == 0) return;
    const sched_param ordinary{};
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + a_little_nicer);  // on Linux of this thread alone
}

void run_in_background() {
    const sched_param ordinary{};
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    setpriority(PRIO_PROCESS, 0, lowest_priority);  // on Linux of this thread alone
}

}  // namespace transport

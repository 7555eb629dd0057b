#include "transport/real_time.hpp"

#include <gtest/gtest.h>

#include <sched.h>
#include <sys/resource.h>
#include <thread>

namespace {

struct Rank {
    int policy = 0;
    int priority = 0;
    int nice = 0;
};

Rank rank() {
    sched_param now{};
    sched_getparam(0, &now);
    return {sched_getscheduler(0), now.sched_priority, getpriority(PRIO_PROCESS, 0)};
}

/// Of a thread behind, of one that it started, and of its own before.
TEST(RealTime, a_thread_behind_gives_way_and_so_does_what_it_starts) {
    for (const bool in_real_time : {false, true}) {
        Rank before;
        Rank behind;
        Rank child;
        std::string refused;
        std::thread{[&] {
            if (in_real_time) refused = transport::run_in_real_time();
            before = rank();
            transport::run_behind();
            behind = rank();
            std::thread{[&] { child = rank(); }}.join();
        }}.join();
        EXPECT_EQ(behind.policy, before.policy);
        EXPECT_TRUE(before.policy == SCHED_RR ? behind.priority == before.priority - 1 : behind.nice > before.nice);
        EXPECT_EQ(child.policy, behind.policy);
        EXPECT_EQ(child.priority, behind.priority);
        EXPECT_EQ(child.nice, behind.nice);
        EXPECT_TRUE(!in_real_time || before.policy == SCHED_RR || !refused.empty());
    }
}

}  // namespace

#include "transport/host_clock.hpp"

#include <gtest/gtest.h>

#include <unistd.h>
#include <fstream>

namespace transport {
namespace {

using namespace std::chrono_literals;

HostClock kept_by_chronyd() {
    return {.synchronised = true, .most_error = 420us, .likely_error = 30us, .ahead = 1'000s, .reading_bound = 1us};
}
HostClock kept_by_timesyncd() {  // writes zeros; the kernel adds 500 ppm
    return {.synchronised = true, .most_error = 16ms, .likely_error = 0us};
}
HostClock kept_by_phc2sys() {  // clears maxerror alone
    return {.synchronised = true, .most_error = 0us, .likely_error = 16s};
}

TEST(HostClock, a_bound_that_the_daemon_tells_is_believed) {
    const auto time = host_time(kept_by_chronyd(), 0us);
    ASSERT_TRUE(time);
    EXPECT_EQ(time->bound, 421us) << "and what reading it costs";
    EXPECT_EQ(time->ahead, 1'000s);
}

TEST(HostClock, daemons_that_tell_no_bound_are_not_taken_for_perfect) {
    for (const auto& clock : {kept_by_timesyncd(), kept_by_phc2sys()}) {
        EXPECT_FALSE(tells_its_bound(clock));
        EXPECT_FALSE(host_time(clock, 0us));
        EXPECT_EQ(host_time(clock, 50us)->bound, 50us) << "somebody vouches for it";
    }
}

TEST(HostClock, nobody_can_vouch_for_a_clock_that_is_not_synchronised) {
    auto clock = kept_by_chronyd();
    clock.synchronised = false;
    EXPECT_FALSE(tells_its_bound(clock));
    EXPECT_FALSE(host_time(clock, 50us));
}

TEST(HostClock, a_bound_of_more_than_a_second_is_worth_nothing) {
    auto clock = kept_by_chronyd();
    clock.most_error = 1'000'001us;
    EXPECT_FALSE(host_time(clock, 0us));
}

TEST(HostClock, is_read_and_agrees_with_the_clock_of_the_day) {
    const auto clock = read_host_clock();
    if (!clock) GTEST_SKIP() << "the kernel does not tell here";
    const auto day = std::chrono::system_clock::now().time_since_epoch();
    const auto ours = SystemClock{}.now().time_since_epoch();
    EXPECT_LT(std::chrono::abs(day - ours - clock->ahead), 1s);
    EXPECT_GT(clock->reading_bound, 0us);
}

TEST(HostClock, daemons_are_found_by_name) {
    const auto proc = std::filesystem::temp_directory_path() / ("scialytic-proc-" + std::to_string(getpid()));
    const auto run = [&](const std::string& process, const std::string& program) {
        std::filesystem::create_directories(proc / process);
        std::ofstream{proc / process / "comm"} << program << '\n';
    };
    EXPECT_TRUE(clock_daemons(proc).empty()) << "no such folder";
    run("12", "systemd-timesyn");
    run("13", "phc2sys");
    run("14", "bash");
    run("self", "chronyd");
    EXPECT_EQ(clock_daemons(proc), (std::vector<std::string>{"phc2sys", "systemd-timesyncd"}));
    std::filesystem::remove_all(proc);
}

TEST(HostClock, the_line_for_people_says_who_how_well_and_what_to_do) {
    EXPECT_EQ(describe(kept_by_chronyd(), {"chronyd"}), "disciplined by chronyd, within 0.420 ms of true time");
    EXPECT_NE(describe(kept_by_phc2sys(), {"phc2sys", "ptp4l"}).find("--host-clock-bound-us"), std::string::npos);
    EXPECT_NE(describe(HostClock{}, {}).find("not disciplined"), std::string::npos);
    EXPECT_NE(describe(std::nullopt, {}).find("does not tell"), std::string::npos);
}

}  // namespace
}  // namespace transport

#include "transport/crew.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <set>

namespace transport {
namespace {

TEST(Crew, does_every_piece_once_and_is_done_when_it_returns) {
    for (const int threads : {1, 2, 3, 8}) {
        Crew crew{threads};
        for (int round = 0; round < 500; ++round) {
            std::array<int, 40> times{};
            const int count = round % 41;
            crew.share(count, [&](int i) { ++times.at(static_cast<std::size_t>(i)); });
            const auto end = times.begin() + count;
            EXPECT_TRUE(std::all_of(times.begin(), end, [](int n) { return n == 1; })) << threads << ' ' << round;
            EXPECT_TRUE(std::all_of(end, times.end(), [](int n) { return n == 0; })) << threads << ' ' << round;
        }
    }
}

TEST(Crew, work_is_shared_by_as_many_threads_as_were_asked_for) {
    Crew crew{3};
    std::mutex mutex;
    std::set<std::thread::id> who;
    std::atomic<int> inside{0};
    crew.share(3, [&](int) {
        ++inside;
        {
            const std::scoped_lock lock{mutex};
            who.insert(std::this_thread::get_id());
        }
        while (inside < 3) std::this_thread::yield();
    });
    EXPECT_EQ(who.size(), 3U);
    EXPECT_TRUE(who.contains(std::this_thread::get_id()));
}

TEST(Crew, one_that_was_given_no_work_ends) {
    const Crew idle{4};
}

}  // namespace
}  // namespace transport

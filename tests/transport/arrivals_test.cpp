// A decoder's queue: its own thread, the order of arrival, and no backlog beyond patience.
#include "transport/arrivals.hpp"

#include "fakes/stepped_clock.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <semaphore>

namespace {

using namespace transport;
using namespace std::chrono_literals;

Arrival unit(int number, Timestamp time = {}) {
    return {{static_cast<std::byte>(number)}, time, time};
}
int number(const Arrival& arrival) {
    return std::to_integer<int>(arrival.bytes.front());
}

/// A decoder that works as soon and as often as it may.
struct SlowDecoder {
    std::vector<int> decoded;
    std::counting_semaphore<1000> began{0};
    std::counting_semaphore<1000> may{0};
    std::counting_semaphore<1000> done{0};
    std::thread::id thread;

    void decode(const Arrival& arrival) {
        thread = std::this_thread::get_id();
        began.release();
        (void)may.try_acquire_for(20s);
        decoded.push_back(number(arrival));
        done.release();
    }
};

TEST(Arrivals, are_handed_over_in_order_on_a_thread_of_their_own) {
    fakes::SteppedClock clock;
    SlowDecoder decoder;
    {
        Arrivals arrivals{[&](const Arrival& arrival) { decoder.decode(arrival); }, clock, 1s};
        for (int i = 0; i < 100; ++i) arrivals.put(unit(i, clock.now()));
        decoder.may.release(100);
        for (int i = 0; i < 100; ++i) ASSERT_TRUE(decoder.done.try_acquire_for(20s)) << i;
        EXPECT_EQ(arrivals.dropped(), 0U);
    }
    ASSERT_EQ(decoder.decoded.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(decoder.decoded[static_cast<std::size_t>(i)], i);
    EXPECT_NE(decoder.thread, std::this_thread::get_id());
}

TEST(Arrivals, a_decoder_that_is_behind_by_more_than_patience_loses_all_that_wait_at_once) {
    fakes::SteppedClock clock;
    SlowDecoder decoder;
    {
        Arrivals arrivals{[&](const Arrival& arrival) { decoder.decode(arrival); }, clock, 250ms};
        arrivals.put(unit(0, clock.now()));
        ASSERT_TRUE(decoder.began.try_acquire_for(20s));
        arrivals.put(unit(1, clock.now()));
        clock.advance(100ms);
        arrivals.put(unit(2, clock.now()));
        clock.advance(150ms);
        arrivals.put(unit(3, clock.now()));
        EXPECT_EQ(arrivals.dropped(), 0U) << "patience has not ended yet";
        clock.advance(1us);
        arrivals.put(unit(4, clock.now()));
        EXPECT_EQ(arrivals.dropped(), 3U);
        arrivals.put(unit(5, clock.now()));
        EXPECT_EQ(arrivals.dropped(), 3U) << "the backlog is gone";
        decoder.may.release(3);
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(decoder.done.try_acquire_for(20s));
    }
    EXPECT_EQ(decoder.decoded, (std::vector{0, 4, 5}));
}

TEST(Arrivals, what_the_decoder_has_in_hands_is_never_taken_away) {
    fakes::SteppedClock clock;
    SlowDecoder decoder;
    {
        Arrivals arrivals{[&](const Arrival& arrival) { decoder.decode(arrival); }, clock, 250ms};
        arrivals.put(unit(0, clock.now()));
        ASSERT_TRUE(decoder.began.try_acquire_for(20s));
        clock.advance(10s);
        arrivals.put(unit(1, clock.now()));
        EXPECT_EQ(arrivals.dropped(), 0U);
        decoder.may.release(2);
        for (int i = 0; i < 2; ++i) ASSERT_TRUE(decoder.done.try_acquire_for(20s));
    }
    EXPECT_EQ(decoder.decoded, (std::vector{0, 1}));
}

TEST(Arrivals, end_at_once_while_nothing_comes) {
    fakes::SteppedClock clock;
    const Arrivals arrivals{[](const Arrival&) { ADD_FAILURE(); }, clock, 1s};
}

TEST(Arrivals, end_with_the_unit_in_hands_and_leave_those_that_wait) {
    fakes::SteppedClock clock;
    std::binary_semaphore began{0};
    std::binary_semaphore never{0};
    int decoded = 0;
    {
        Arrivals arrivals{[&](const Arrival&) {
                              if (decoded++ == 0) began.release();
                              (void)never.try_acquire_for(50ms);  // busy
                          },
                          clock, 1s};
        for (int i = 0; i < 200; ++i) arrivals.put(unit(i, clock.now()));
        ASSERT_TRUE(began.try_acquire_for(20s));
    }
    EXPECT_LT(decoded, 200) << "all of them would have taken ten seconds";
}

}  // namespace

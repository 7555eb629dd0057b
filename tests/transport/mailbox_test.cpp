#include "transport/mailbox.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace {

using transport::Mailbox;
using namespace std::chrono_literals;

TEST(Mailbox, the_newest_wins_and_every_loser_is_counted) {
    Mailbox<int> mailbox;
    EXPECT_FALSE(mailbox.put(1));
    EXPECT_TRUE(mailbox.put(2));
    EXPECT_TRUE(mailbox.put(3));
    EXPECT_EQ(mailbox.replaced(), 2U);
    EXPECT_EQ(mailbox.take({}, 0us), 3);
    EXPECT_EQ(mailbox.replaced(), 2U);
}

TEST(Mailbox, a_taken_value_is_not_lost_and_not_given_twice) {
    Mailbox<int> mailbox;
    EXPECT_FALSE(mailbox.put(1));
    EXPECT_EQ(mailbox.take({}, 0us), 1);
    EXPECT_EQ(mailbox.take({}, 0us), std::nullopt);
    EXPECT_FALSE(mailbox.put(2));
    EXPECT_EQ(mailbox.replaced(), 0U);
}

TEST(Mailbox, an_empty_one_answers_nothing_when_patience_ends) {
    Mailbox<int> mailbox;
    EXPECT_EQ(mailbox.take({}, 1ms), std::nullopt);
}

TEST(Mailbox, a_stop_ends_the_wait_at_once) {
    Mailbox<int> mailbox;
    std::optional<int> taken = 1;
    {
        const std::jthread taker{[&](const std::stop_token& stop) { taken = mailbox.take(stop, 1h); }};
    }
    EXPECT_EQ(taken, std::nullopt);
}

TEST(Mailbox, a_value_that_is_there_is_given_even_after_a_stop) {
    Mailbox<int> mailbox;
    std::stop_source stop;
    stop.request_stop();
    mailbox.put(5);
    EXPECT_EQ(mailbox.take(stop.get_token(), 1h), 5);
}

TEST(Mailbox, a_waiting_taker_is_woken_by_a_value) {
    Mailbox<std::unique_ptr<int>> mailbox;
    std::unique_ptr<int> taken;
    {
        const std::jthread taker{[&] {
            if (auto value = mailbox.take({}, 1h)) taken = std::move(*value);
        }};
        mailbox.put(std::make_unique<int>(42));
    }
    ASSERT_TRUE(taken);
    EXPECT_EQ(*taken, 42);
}

TEST(Mailbox, under_two_threads_every_value_is_either_taken_in_order_or_counted) {
    constexpr std::uint64_t sent = 50'000;
    Mailbox<std::uint64_t> mailbox;
    std::uint64_t taken = 0;
    std::uint64_t last = 0;
    bool in_order = true;
    {
        const std::jthread taker{[&] {
            while (last != sent) {
                const auto value = mailbox.take({}, 1h);
                if (!value) continue;
                in_order = in_order && *value > last;
                last = *value;
                ++taken;
            }
        }};
        for (std::uint64_t value = 1; value <= sent; ++value) mailbox.put(value);
    }
    EXPECT_TRUE(in_order);
    EXPECT_EQ(taken + mailbox.replaced(), sent);
}

}  // namespace

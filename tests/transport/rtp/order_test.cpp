// Packets that overtake one another, are lost or come twice; the test says what time it is.
#include "transport/rtp/order.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace {

using namespace transport;
using namespace std::chrono_literals;

using Sequences = std::vector<int>;

/// Every packet holds its own sequence.
struct PacketOrder : testing::Test {
    RtpOrder order{RtpPatience{5ms, {}, {}}};
    Timestamp now = timestamp(1'000'000);

    Sequences take(int sequence) {
        Sequences out;
        const std::array bytes{static_cast<std::byte>(sequence >> 8), static_cast<std::byte>(sequence & 0xFF)};
        order.take(static_cast<std::uint16_t>(sequence), bytes, now, [&out](std::span<const std::byte> packet) {
            out.push_back(std::to_integer<int>(packet[0]) << 8 | std::to_integer<int>(packet[1]));
        });
        return out;
    }
};

TEST_F(PacketOrder, what_is_in_order_passes_at_once) {
    for (const int sequence : {65533, 65534, 65535, 0, 1, 2}) EXPECT_EQ(take(sequence), Sequences{sequence});
    EXPECT_EQ(order.lost(), 0U);
}

TEST_F(PacketOrder, a_swapped_pair_comes_out_in_order) {
    take(10);
    EXPECT_EQ(take(12), Sequences{});
    EXPECT_EQ(take(11), (Sequences{11, 12}));
    EXPECT_EQ(take(13), Sequences{13});
    EXPECT_EQ(order.lost(), 0U);
}

TEST_F(PacketOrder, a_gap_is_waited_for_until_patience_ends_and_then_counted) {
    take(10);
    EXPECT_EQ(take(13), Sequences{});
    now += 5ms - 1us;
    EXPECT_EQ(take(14), Sequences{});
    EXPECT_EQ(order.lost(), 0U);
    now += 1us;
    EXPECT_EQ(take(15), (Sequences{13, 14, 15}));
    EXPECT_EQ(order.lost(), 2U);
}

TEST_F(PacketOrder, a_second_gap_has_a_patience_of_its_own) {
    take(10);
    take(12);
    now += 4ms;
    take(14);
    now += 1ms;
    EXPECT_EQ(take(15), Sequences{12});
    EXPECT_EQ(order.lost(), 1U);
    EXPECT_EQ(take(13), (Sequences{13, 14, 15}));
    EXPECT_EQ(order.lost(), 1U);
}

TEST_F(PacketOrder, a_packet_passes_once_however_often_it_comes) {
    take(10);
    EXPECT_EQ(take(10), Sequences{});
    EXPECT_EQ(take(12), Sequences{});
    EXPECT_EQ(take(12), Sequences{});
    EXPECT_EQ(take(11), (Sequences{11, 12}));
    EXPECT_EQ(take(11), Sequences{});
    EXPECT_EQ(take(12), Sequences{});
    EXPECT_EQ(order.lost(), 0U);
}

TEST_F(PacketOrder, a_packet_later_than_patience_is_dropped) {
    take(10);
    take(12);
    now += 5ms;
    EXPECT_EQ(take(13), (Sequences{12, 13}));
    EXPECT_EQ(take(11), Sequences{});
    EXPECT_EQ(take(14), Sequences{14});
    EXPECT_EQ(order.lost(), 1U);
}

TEST_F(PacketOrder, a_gap_over_the_end_of_the_count_is_a_gap_like_others) {
    take(65533);
    EXPECT_EQ(take(1), Sequences{});
    EXPECT_EQ(take(65535), Sequences{});
    EXPECT_EQ(take(65534), (Sequences{65534, 65535}));
    EXPECT_EQ(take(0), (Sequences{0, 1}));
    take(65535);
    EXPECT_EQ(order.lost(), 0U);
}

TEST_F(PacketOrder, a_jump_is_another_stream_that_begins) {
    for (const int other : {30'000, 3'100, 60'000}) {
        take(10);
        EXPECT_EQ(take(12), Sequences{}) << "held back, and worth nothing after the jump";
        EXPECT_EQ(take(other), Sequences{other});
        EXPECT_EQ(take(other + 1), Sequences{other + 1});
    }
    EXPECT_EQ(order.lost(), 0U);
}

TEST_F(PacketOrder, no_more_than_1024_packets_are_held_however_long_the_patience) {
    take(0);
    Sequences out;
    int held = 0;
    while (out.empty() && held < 5000) out = take(2 + held++);
    EXPECT_EQ(held, 1024);
    EXPECT_EQ(out.size(), 1024U);
    EXPECT_EQ(out.front(), 2);
    EXPECT_EQ(order.lost(), 1U);
}

TEST_F(PacketOrder, packets_that_always_wait_for_a_gap_stay_in_order_for_ever) {
    // Every fifth is lost, and its gap is given up when the next one is already there: some packet is always held.
    int last = 0;
    int passed = 0;
    for (int sequence = 0; sequence < 200'000; ++sequence, now += 1ms) {
        if (sequence % 5 == 3) continue;
        for (const int next : take(sequence % 65536)) {
            const int step = (next - last + 65536) % 65536;
            ASSERT_LE(step, 2) << "at " << sequence;
            last = next;
            ++passed;
        }
    }
    EXPECT_NEAR(passed, 160'000, 10);
    EXPECT_NEAR(static_cast<double>(order.lost()), 40'000, 10);
}

}  // namespace

// Who gets how much of one way that holds only part.
#include "transport/rtp/rate_shares.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace transport {
namespace {

using testing::ElementsAre;

constexpr RateWish echo_wish{Priority::diagnostic, 500, 2'500};
constexpr RateWish xray_wish{Priority::diagnostic, 300, 1'700};
constexpr RateWish camera_wish{Priority::context, 300, 8'000};
constexpr RateWish fused_wish{Priority::critical, 1'000, 6'000};

TEST(RateShares, the_camera_goes_to_its_floor_first) {
    const RateWish flows[]{camera_wish, echo_wish, xray_wish};
    EXPECT_THAT(share_out(20'000, flows), ElementsAre(8'000, 2'500, 1'700));
    EXPECT_THAT(share_out(5'000, flows), ElementsAre(800, 2'500, 1'700));
    EXPECT_THAT(share_out(4'500, flows), ElementsAre(300, 2'500, 1'700));
    EXPECT_THAT(share_out(3'500, flows), ElementsAre(300, 1'600, 1'600));
    EXPECT_THAT(share_out(1'100, flows), ElementsAre(300, 500, 300));
    EXPECT_THAT(share_out(800, flows), ElementsAre(0, 500, 300));
    EXPECT_THAT(share_out(400, flows), ElementsAre(0, 250, 150)) << "the same part of each floor";
    EXPECT_THAT(share_out(0, flows), ElementsAre(0, 0, 0));
    EXPECT_THAT(share_out(-5, flows), ElementsAre(0, 0, 0));
}

TEST(RateShares, floors_of_all_come_before_the_wishes_of_the_highest) {
    const RateWish flows[]{fused_wish, echo_wish, camera_wish};
    EXPECT_THAT(share_out(2'000, flows), ElementsAre(1'200, 500, 300));
    EXPECT_THAT(share_out(7'000, flows), ElementsAre(6'000, 700, 300));
}

TEST(RateShares, nobody_gets_more_than_it_wants_and_nothing_is_left_over) {
    for (int total = 0; total < 12'000; total += 37) {
        const RateWish flows[]{
            camera_wish, echo_wish, xray_wish, {Priority::comfort, 0, 101}, {Priority::critical, 9, 3}};
        const auto shares = share_out(total, flows);
        for (std::size_t i = 0; i < shares.size(); ++i) EXPECT_LE(shares[i], flows[i].wanted);
        EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), 0), std::min(total, 8'000 + 2'500 + 1'700 + 101 + 3));
    }
}

TEST(RateShares, one_class_shares_equally_to_the_last_kbit) {
    const std::vector<RateWish> flows(3, {Priority::context, 0, 1'000});
    EXPECT_THAT(share_out(1'000, flows), ElementsAre(334, 333, 333));
    EXPECT_TRUE(share_out(1'000, {}).empty());
}

TEST(Priorities, mark_packets_in_the_order_of_sacrifice) {
    EXPECT_EQ(dscp(Priority::critical), 34);
    EXPECT_EQ(dscp(Priority::diagnostic), 36);
    EXPECT_EQ(dscp(Priority::context), 38);
    EXPECT_EQ(dscp(Priority::comfort), 0);
    EXPECT_EQ(name(Priority::context), "context");
}

}  // namespace
}  // namespace transport

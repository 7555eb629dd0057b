// What is sent beside a picture: enough to know which picture it is, and its stamp.
#include "render/share_stamps.hpp"

#include "transport/stamp.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace render {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
    std::vector<std::byte> out;
    for (const int value : values) out.push_back(static_cast<std::byte>(value));
    return out;
}
/// Parameter sets, a stamp, a slice of that type.
std::vector<std::byte> stamped(int slice) {
    transport::Stamp stamp;
    stamp.boot = 7;
    stamp.stream = 16;
    stamp.sequence = 99;
    stamp.node = "server";
    return transport::insert_stamp(bytes({0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, slice, 0x88, 9, 9, 9}),
                                   stamp);
}

TEST(ShareStamps, a_message_has_the_rtp_time_the_kind_of_picture_and_the_very_stamp) {
    const auto message = stamp_message(0x89AB'CDEF, stamped(0x65));
    const auto head = bytes({0x89, 0xAB, 0xCD, 0xEF, 1});
    ASSERT_GT(message.size(), head.size());
    EXPECT_TRUE(std::equal(head.begin(), head.end(), message.begin()));
    const auto stamp = transport::find_stamp(std::span{message}.subspan(head.size()));
    ASSERT_TRUE(stamp);
    EXPECT_EQ(stamp->boot(), 7u);
    EXPECT_EQ(stamp->sequence(), 99u);
}

TEST(ShareStamps, the_picture_itself_is_not_sent_twice) {
    const auto unit = stamped(0x41);
    const auto message = stamp_message(1, unit);
    EXPECT_EQ(message[4], std::byte{0});
    EXPECT_EQ(message.size(), 5 + unit.size() - 8) << "all but the slice and its start code";
}

TEST(ShareStamps, a_picture_without_a_stamp_is_told_all_the_same) {
    const auto message = stamp_message(1, bytes({0, 0, 1, 0x41, 0x88}));
    EXPECT_EQ(message.size(), 5u);
}

}  // namespace
}  // namespace render

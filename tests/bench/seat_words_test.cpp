// What the benchmark says at a seat is what share reads, and what share says is understood.
#include "bench/seat_words.hpp"

#include "render/share_message.hpp"

#include <gtest/gtest.h>

namespace bench {
namespace {

TEST(SeatWords, are_read_by_share) {
    std::string why;
    const auto join = render::read_from_page(join_words("T.1", "Guest \"1\""), why);
    ASSERT_TRUE(join) << why;
    EXPECT_EQ(std::get<render::Join>(*join).name, "Guest \"1\"");
    const auto choice = render::read_from_page(half_size_words(), why);
    ASSERT_TRUE(choice) << why;
    EXPECT_EQ(std::get<render::ChooseLayout>(*choice).size, render::ViewSize::half);
    const auto answer = render::read_from_page(answer_words("v=0\r\n"), why);
    ASSERT_TRUE(answer) << why;
    EXPECT_EQ(std::get<render::Answer>(*answer).sdp, "v=0\r\n");
}

TEST(SeatWords, tell_an_offer_and_pass_over_what_is_none_of_them) {
    const auto offer = read_seat_words(render::to_json(render::Offer{render::Connection::view, "v=0\r\n"}));
    EXPECT_EQ(offer.type, "offer");
    EXPECT_EQ(offer.sdp, "v=0\r\n");
    for (const auto* text : {"", "[1]", "{\"type\":3}", "no words"}) EXPECT_EQ(read_seat_words(text).type, "");
}

}  // namespace
}  // namespace bench

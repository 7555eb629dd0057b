// Who may do what, and who is who after a reload.
#include "render/share_people.hpp"

#include <gtest/gtest.h>

namespace {

using namespace render;
using namespace std::chrono_literals;

const transport::Timestamp start = transport::timestamp(1'000'000'000);

Participant somebody(const std::string& id, ShareRole role = ShareRole::colleague, std::uint32_t colour = 0) {
    return {id, role, "Anna", colour};
}

TEST(SharePeople, a_viewer_may_look_and_nothing_else) {
    for (const FromPage& message :
         std::vector<FromPage>{Draw{}, PointAt{}, UndoDrawing{}, ClearDrawings{}, Offer{Connection::camera, "v=0"},
                               SilencePerson{}, RemovePerson{}, InvitePerson{}})
        EXPECT_NE(forbidden(message, ShareRole::viewer), "") << message.index();
    EXPECT_EQ(forbidden(Offer{Connection::view, "v=0"}, ShareRole::viewer), "");
    EXPECT_EQ(forbidden(Offer{Connection::talk, "v=0"}, ShareRole::viewer), "") << "he hears";
    EXPECT_EQ(forbidden(ChooseLayout{}, ShareRole::viewer), "") << "of his own picture";
}

TEST(SharePeople, an_engineer_sees_figures_and_nothing_of_the_room) {
    EXPECT_EQ(forbidden(WatchLatency{}, ShareRole::engineer), "");
    EXPECT_EQ(permissions(ShareRole::engineer), Permissions{});
    EXPECT_FALSE(sees_the_room(ShareRole::engineer));
    for (const FromPage& message :
         std::vector<FromPage>{Offer{Connection::view, "v=0"}, Offer{Connection::talk, "v=0"}, Answer{}, WatchPicture{},
                               ChooseLayout{}, Draw{}, PointAt{}, UndoDrawing{}, ClearDrawings{}, Mute{},
                               SilencePerson{}, RemovePerson{}, InvitePerson{}, LivePing{}})
        EXPECT_NE(forbidden(message, ShareRole::engineer), "") << message.index();
}

TEST(SharePeople, figures_are_for_all_who_see_and_not_for_a_camera_s_link) {
    for (const auto role : {ShareRole::viewer, ShareRole::colleague, ShareRole::glasses, ShareRole::moderator})
        EXPECT_EQ(forbidden(WatchLatency{}, role), "") << name(role);
    EXPECT_NE(forbidden(WatchLatency{}, ShareRole::source), "");
}

TEST(SharePeople, a_colleague_draws_but_does_not_clear_what_others_drew_nor_moderate) {
    EXPECT_EQ(forbidden(Draw{}, ShareRole::colleague), "");
    EXPECT_EQ(forbidden(ClearDrawings{false}, ShareRole::colleague), "");
    EXPECT_NE(forbidden(ClearDrawings{true}, ShareRole::colleague), "");
    EXPECT_NE(forbidden(RemovePerson{1}, ShareRole::colleague), "");
    EXPECT_NE(forbidden(Offer{Connection::camera, "v=0"}, ShareRole::colleague), "");
}

TEST(SharePeople, glasses_share_their_camera_and_a_moderator_may_do_everything) {
    EXPECT_EQ(forbidden(Offer{Connection::camera, "v=0"}, ShareRole::glasses), "");
    EXPECT_NE(forbidden(InvitePerson{}, ShareRole::glasses), "");
    for (const FromPage& message : std::vector<FromPage>{Draw{}, ClearDrawings{true}, RemovePerson{}, SilencePerson{},
                                                         InvitePerson{}, Offer{Connection::camera, "v=0"}})
        EXPECT_EQ(forbidden(message, ShareRole::moderator), "") << message.index();
}

TEST(SharePeople, who_comes_back_keeps_his_number_and_stays_silenced) {
    SharePeople people;
    auto* const anna = people.sit(somebody("a"), 1, start);
    ASSERT_NE(anna, nullptr);
    const auto number = anna->id;
    people.silence(*anna, true);
    people.leave(number);
    EXPECT_EQ(people.called("a"), nullptr);
    const auto* const again = people.sit(somebody("a"), 2, start);
    EXPECT_EQ(again->id, number);
    EXPECT_TRUE(again->silenced);
    EXPECT_NE(people.sit(somebody("b"), 3, start)->id, number);
}

TEST(SharePeople, a_new_one_gets_a_colour_that_nobody_has) {
    SharePeople people;
    for (std::uint32_t i = 0; i < share_colours; ++i) {
        const auto colour = people.free_colour();
        EXPECT_EQ(colour, i);
        ASSERT_NE(people.sit(somebody(std::to_string(i), ShareRole::colleague, colour), i, start), nullptr);
    }
    EXPECT_LT(people.free_colour(), share_colours);
}

TEST(SharePeople, a_full_session_takes_nobody_more) {
    SharePeople people;
    for (std::size_t i = 0; i < SharePeople::most_people; ++i)
        ASSERT_NE(people.sit(somebody(std::to_string(i)), i, start), nullptr);
    EXPECT_EQ(people.sit(somebody("late"), 99, start), nullptr);
}

TEST(SharePeople, of_hundreds_who_only_look_a_moderator_alone_sees_the_names) {
    SharePeople people{200};
    for (std::size_t i = 0; i < 100; ++i)
        ASSERT_NE(people.sit(somebody(std::to_string(i), i == 0 ? ShareRole::colleague : ShareRole::viewer), i, start),
                  nullptr);
    EXPECT_EQ(people.list(ShareRole::moderator).people.size(), 100U);
    EXPECT_EQ(people.list(ShareRole::viewer).people.size(), 1U);
    for (PersonId id = 2; id <= 40; ++id) people.leave(id);
    EXPECT_EQ(people.list(ShareRole::viewer).people.size(), 61U) << "few enough for everybody";
}

TEST(SharePeople, a_flood_of_messages_is_noticed_and_a_page_that_draws_is_not) {
    SharePeople people;
    auto* const anna = people.sit(somebody("a"), 1, start);
    for (int i = 0; i < 600; ++i)
        EXPECT_TRUE(SharePeople::may_speak(*anna, start + i * 20ms)) << "50 a second, for 12 s";
    int taken = 0;
    while (SharePeople::may_speak(*anna, start + 12s) && taken < 1000) ++taken;
    EXPECT_LE(taken, 200);
}

}  // namespace

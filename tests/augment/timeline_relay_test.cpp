// Who gets what the displays have finished, and who does not.
#include "augment/timeline_relay.hpp"
#include "transport/timeline_watch.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace augment {
namespace {

using namespace transport;
using namespace std::chrono_literals;

FinishedTimelines one_frame(std::uint32_t sequence) {
    FinishedTimelines out;
    out.frames.push_back(
        {Modality::xray, 2, sequence, 0, std::vector<std::int64_t>(stage_count, std::int64_t{1000} + sequence)});
    return out;
}

class TimelineRelayTest : public testing::Test {
protected:
    std::vector<std::pair<std::string, Message>> sent;
    TimelineRelay relay{[this](const std::string& peer, const Message& message) { sent.emplace_back(peer, message); }};
    Timestamp now = timestamp(5'000'000);

    bool watch(const std::string& peer, Role role, Microseconds lease = 3s) {
        return relay.heard(peer, role, timeline_watch(lease), now);
    }
};

TEST_F(TimelineRelayTest, nothing_is_sent_while_nobody_watches) {
    relay.heard("wall", Role::display, one_frame(1), now);
    EXPECT_TRUE(sent.empty());
}

TEST_F(TimelineRelayTest, who_watches_is_told_whose_timelines_come_and_then_the_timelines) {
    ASSERT_TRUE(watch("share", Role::annotator));
    relay.heard("wall", Role::display, one_frame(7), now);
    ASSERT_EQ(sent.size(), 2U);
    const auto& whose = std::get<Status>(sent[0].second);
    EXPECT_EQ(whose.node, "wall");
    EXPECT_TRUE(announces(whose, std::get<FinishedTimelines>(sent[1].second)));
    EXPECT_FALSE(announces(whose, one_frame(8))) << "another's";
    EXPECT_EQ(sent[1], (std::pair<std::string, Message>{"share", one_frame(7)}));
}

TEST_F(TimelineRelayTest, a_lease_that_is_not_renewed_ends_and_none_is_longer_than_ten_seconds) {
    ASSERT_TRUE(watch("share", Role::annotator, 1h));
    now += 9'999ms;
    relay.heard("wall", Role::display, one_frame(1), now);
    EXPECT_EQ(sent.size(), 2U);
    now += 1ms;
    relay.heard("wall", Role::display, one_frame(2), now);
    EXPECT_EQ(sent.size(), 2U);
    ASSERT_TRUE(watch("share", Role::annotator));
    relay.gone("share");
    relay.heard("wall", Role::display, one_frame(3), now);
    EXPECT_EQ(sent.size(), 2U);
}

TEST_F(TimelineRelayTest, displays_and_capture_nodes_may_not_watch) {
    EXPECT_FALSE(watch("other-wall", Role::display));
    EXPECT_FALSE(watch("probe", Role::capture));
    EXPECT_TRUE(watch("desk", Role::control));
    relay.heard("wall", Role::display, one_frame(1), now);
    for (const auto& [peer, message] : sent) EXPECT_EQ(peer, "desk");
}

TEST_F(TimelineRelayTest, nobody_but_a_display_tells_of_a_display) {
    ASSERT_TRUE(watch("share", Role::annotator));
    relay.heard("liar", Role::annotator, one_frame(1), now);
    relay.heard("probe", Role::capture, one_frame(1), now);
    auto health = health_status();
    health.node = "wall";
    EXPECT_FALSE(relay.heard("liar", Role::control, health, now));
    EXPECT_TRUE(sent.empty());
    EXPECT_FALSE(relay.heard("cellar", Role::display, health, now));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(std::get<Status>(sent[0].second).node, "cellar") << "whose it is, the server says";
    EXPECT_FALSE(relay.heard("cellar", Role::display, Status{"", "timelines", {{"frames", 1}}}, now));
    EXPECT_EQ(sent.size(), 1U) << "its own words do not go on";
}

TEST_F(TimelineRelayTest, more_than_eight_do_not_watch_at_once) {
    for (std::size_t i = 0; i < TimelineRelay::most_watchers; ++i)
        EXPECT_TRUE(watch("share-" + std::to_string(i), Role::annotator));
    EXPECT_FALSE(watch("one-more", Role::annotator));
    EXPECT_TRUE(watch("share-0", Role::annotator)) << "who is in stays in";
    now += 4s;
    EXPECT_TRUE(watch("one-more", Role::annotator));
}

TEST(TimelineWatch, other_words_and_a_wish_without_a_lease_are_no_wish) {
    EXPECT_FALSE(timeline_watch_in(Status{"wall", "live", {{"lease_us", 1}}}));
    EXPECT_FALSE(timeline_watch_in(Status{"", timeline_watch(1s).text, {}}));
    EXPECT_EQ(timeline_watch_in(Status{"", timeline_watch(1s).text, {{"lease_us", ~std::uint64_t{0}}}}),
              longest_timeline_watch);
    EXPECT_EQ(std::get<Status>(*message_from_cbor(to_cbor(timeline_watch(3s)))), timeline_watch(3s));
}

TEST(TimelineWatch, a_link_without_a_path_that_carries_has_no_round_trip) {
    LinkHealth link;
    link.loss = 0.0125;
    link.lost = 3;
    auto health = health_status();
    add_link(health, "xray.", link);
    const std::vector<std::pair<std::string, std::uint64_t>> told{
        {"xray.link.lost", 3}, {"xray.link.repaired", 0}, {"xray.link.lost_ppm", 12'500}};
    EXPECT_EQ(health.counters, told);
    link.paths.push_back({.carries = true, .round_trip = 12ms});
    link.paths.push_back({.carries = true, .round_trip = 8ms});
    link.paths.push_back({.carries = false, .round_trip = 1ms});
    health = health_status();
    add_link(health, "", link);
    EXPECT_EQ(health.counters.back(), (std::pair<std::string, std::uint64_t>{"link.round_trip_us", 8000}));
}

}  // namespace
}  // namespace augment

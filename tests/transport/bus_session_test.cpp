#include "transport/bus_session.hpp"
#include "transport/stamp.hpp"

#include <gtest/gtest.h>

namespace transport {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t our_boot = 11;
constexpr std::uint64_t their_boot = 22;
constexpr std::uint64_t run = 33;

Timestamp at(Microseconds time) {
    return timestamp(10'000'000) + time;
}

struct BusSessionTest : testing::Test {
    BusSession session{Hello{.node = "probe", .boot = our_boot}};

    bool says_hello(Timestamp now) {
        const auto message = session.due(now);
        return message && std::holds_alternative<Hello>(*message);
    }
    std::optional<std::uint64_t> ping(Timestamp now) {
        const auto message = session.due(now);
        const auto* said = message ? std::get_if<Ping>(&*message) : nullptr;
        return said ? std::optional{said->id} : std::nullopt;
    }
    std::optional<TwoClocks> told(Timestamp now) {
        const auto message = session.due(now);
        return message ? std::get<Ping>(*message).clocks : std::nullopt;
    }
    bool welcome(Timestamp now, std::uint64_t boot = their_boot, std::uint64_t server_run = run) {
        return session.receive(Welcome{.server_boot = boot, .server_run = server_run}, now);
    }
    bool pong(std::uint64_t id, Timestamp now, std::int64_t server_us = 0, bool known = true,
              std::uint64_t server_run = run) {
        return session.receive(Pong{id, server_us, server_run, known}, now);
    }
};

TEST_F(BusSessionTest, says_hello_every_200_ms_until_welcomed) {
    EXPECT_TRUE(says_hello(at(0ms)));
    EXPECT_FALSE(session.due(at(199ms)));
    EXPECT_TRUE(says_hello(at(200ms)));
    EXPECT_TRUE(welcome(at(210ms)));
    EXPECT_TRUE(ping(at(210ms))) << "the clock is wanted at once";
    EXPECT_FALSE(session.due(at(400ms)));
    EXPECT_TRUE(ping(at(410ms)));
}

TEST_F(BusSessionTest, the_same_welcome_twice_is_one_welcome) {
    EXPECT_TRUE(welcome(at(0ms)));
    EXPECT_FALSE(welcome(at(1ms)));
    EXPECT_TRUE(session.receive(Welcome{.server_boot = their_boot, .server_run = run, .media_port = 9}, at(2ms)));
}

TEST_F(BusSessionTest, is_connected_while_the_server_answers) {
    EXPECT_FALSE(session.connected(at(0ms)));
    (void)welcome(at(0ms));
    EXPECT_TRUE(session.connected(at(1s)));
    EXPECT_FALSE(session.connected(at(1001ms)));
    const auto id = ping(at(1100ms));
    (void)pong(id.value(), at(1101ms));
    EXPECT_TRUE(session.connected(at(2s)));
}

TEST_F(BusSessionTest, a_forgetful_server_is_greeted_again_at_once) {
    (void)welcome(at(0ms));
    const auto id = ping(at(0ms));
    EXPECT_FALSE(pong(id.value(), at(1ms), 0, false));
    EXPECT_FALSE(session.connected(at(1ms)));
    EXPECT_TRUE(says_hello(at(1ms)));
    EXPECT_TRUE(welcome(at(2ms))) << "the same Welcome is news again";
}

TEST_F(BusSessionTest, a_restarted_server_is_greeted_again_at_once) {
    (void)welcome(at(0ms));
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(1ms), 0, true, run + 1);
    EXPECT_TRUE(says_hello(at(1ms)));
}

TEST_F(BusSessionTest, late_pongs_do_not_undo_a_new_welcome) {
    (void)welcome(at(0ms));
    const auto first = ping(at(0ms));
    const auto second = ping(at(200ms));
    (void)pong(first.value(), at(300ms), 0, false);
    (void)welcome(at(301ms), their_boot, run + 1);
    (void)pong(second.value(), at(302ms), 0, false);
    EXPECT_TRUE(session.welcomed());
}

TEST_F(BusSessionTest, a_refusal_is_handed_on_and_hello_said_again_after_1_s) {
    EXPECT_TRUE(says_hello(at(0ms)));
    EXPECT_TRUE(session.receive(Reply{false, "another echo is here"}, at(1ms)));
    EXPECT_FALSE(session.due(at(1000ms)));
    EXPECT_TRUE(says_hello(at(1001ms)));
}

TEST_F(BusSessionTest, a_negative_answer_to_a_control_is_no_refusal_of_the_node) {
    (void)welcome(at(0ms));
    EXPECT_TRUE(session.receive(Reply{false, "no such display"}, at(1ms)));
    EXPECT_TRUE(session.connected(at(2ms)));
}

TEST_F(BusSessionTest, learns_the_clock_from_pongs) {
    (void)welcome(at(0ms));
    EXPECT_FALSE(session.server_clock().convert(remote_timestamp(0))) << "not yet";
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(2ms), 5'000);
    const auto converted = session.server_clock().convert(remote_timestamp(5'000));
    ASSERT_TRUE(converted);
    EXPECT_EQ(converted->time, at(1ms));
    EXPECT_EQ(converted->bound, 1001us);
}

TEST_F(BusSessionTest, a_server_that_was_told_converts_a_nodes_marks_within_the_bound) {
    constexpr auto ahead = 7h;  // the server's clock
    (void)welcome(at(0ms));
    const auto first = session.due(at(0ms));
    EXPECT_FALSE(std::get<Ping>(*first).clocks) << "nothing has been measured";
    // 1 ms up, 5 ms down: the node takes both for 3 ms.
    (void)pong(std::get<Ping>(*first).id, at(6ms), microseconds(at(ahead + 1ms)));
    const auto clocks = told(at(200ms));
    ASSERT_TRUE(clocks);

    Stamp stamp;
    stamp.boot = boot_id() ^ 2U;
    stamp.sender_time = at(10s);
    stamp.sources.resize(1);
    stamp.sources[0].header.timeline.mark(Stage::captured, at(10s - 20ms));
    const auto timeline = RemoteStamp{stamp}.localise(clock_of_node(*clocks)).sources[0].header.timeline;
    const auto captured = timeline.at(Stage::captured);
    ASSERT_TRUE(captured);
    EXPECT_EQ(*captured - at(ahead + 10s - 20ms), -2ms) << "half the asymmetry";
    EXPECT_GE(timeline.clock_bound, 3ms + 999us) << "half the round trip, and 100 ppm of the 10 s since";
    EXPECT_LE(timeline.clock_bound, 3ms + 1001us);
}

TEST_F(BusSessionTest, clocks_that_the_server_would_refuse_are_not_told) {
    (void)welcome(at(0ms));
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(2100ms), 5'000);
    EXPECT_TRUE(session.server_clock().convert(remote_timestamp(5'000))) << "poor, but known";
    const auto next = session.due(at(2100ms));
    EXPECT_FALSE(std::get<Ping>(*next).clocks);
    (void)pong(std::get<Ping>(*next).id, at(2102ms), 2'105'000);
    EXPECT_TRUE(told(at(2300ms))) << "a better one was measured";
}

TEST_F(BusSessionTest, a_step_of_a_clock_is_told_by_telling_nothing_until_it_is_known_anew) {
    (void)welcome(at(0ms));
    auto now = at(0ms);
    const auto exchange = [&](Microseconds ahead) {
        const auto said = session.due(now);
        const auto& ping_said = std::get<Ping>(*said);
        (void)pong(ping_said.id, now + 4ms, microseconds(now + 2ms + ahead));
        now += 200ms;
        return ping_said.clocks;
    };
    EXPECT_FALSE(exchange(7h));
    EXPECT_TRUE(exchange(7h));
    EXPECT_TRUE(exchange(3h)) << "said before its answer came";
    EXPECT_FALSE(session.server_clock().convert(remote_timestamp(microseconds(now + 3h)))) << "not yet";
    EXPECT_FALSE(exchange(3h));
    EXPECT_FALSE(exchange(3h));
    const auto clocks = exchange(3h);
    ASSERT_TRUE(clocks);
    EXPECT_NEAR(static_cast<double>(clocks->server_us - clocks->node_us), 3 * 3600e6, 2'001);
}

TEST_F(BusSessionTest, disciplined_hosts_at_both_ends_are_used_and_told) {
    ClockSettings clocks;
    clocks.host_time = [] { return HostTime{1'000'000s, 150us}; };
    session = BusSession{Hello{.node = "probe", .boot = our_boot}, clocks};
    (void)welcome(at(0ms));
    const auto exchange = [&](std::optional<HostTime> host, Timestamp now) {
        const auto id = ping(now);
        (void)session.receive(Pong{id.value(), microseconds(at(7h + 2ms)), run, true, host}, now + 4ms);
    };
    exchange(HostTime{1'000'000s - 7h + 20us, 250us}, at(0ms));
    const auto told_clocks = told(at(200ms));
    ASSERT_TRUE(told_clocks);
    EXPECT_EQ(told_clocks->basis, ClockBasis::host_clocks);
    EXPECT_EQ(told_clocks->bound_us, 401);
    EXPECT_EQ(told_clocks->server_us - told_clocks->node_us, 7 * 3'600'000'000LL - 20);
    EXPECT_EQ(clock_of_node(*told_clocks).reading()->basis, ClockBasis::host_clocks);
}

TEST_F(BusSessionTest, one_disciplined_host_alone_bounds_nothing) {
    (void)welcome(at(0ms));
    const auto id = ping(at(0ms));
    (void)session.receive(Pong{id.value(), microseconds(at(7h + 2ms)), run, true, HostTime{1'000'000s, 1us}}, at(4ms));
    EXPECT_EQ(session.server_clock().reading()->basis, ClockBasis::exchanges);
    EXPECT_EQ(session.server_clock().reading()->bound, 2001us);
}

TEST_F(BusSessionTest, an_asymmetry_that_is_configured_narrows_the_bound) {
    session = BusSession{Hello{.node = "probe", .boot = our_boot}, ClockSettings{6ms, {}}};
    (void)welcome(at(0ms));
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(10ms), microseconds(at(7h + 8ms)));
    EXPECT_EQ(session.server_clock().reading()->bound, 2002us);
    EXPECT_EQ(session.server_clock().reading()->basis, ClockBasis::known_asymmetry);
}

TEST_F(BusSessionTest, the_clock_of_one_server_says_nothing_of_another_machines_stamps) {
    (void)welcome(at(0ms));
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(2ms), 5'000);
    EXPECT_TRUE(session.server_clock().speaks_for(their_boot));
    EXPECT_FALSE(session.server_clock().speaks_for(their_boot + 1));
}

TEST_F(BusSessionTest, one_machine_has_no_clocks_to_tell) {
    (void)welcome(at(0ms), our_boot);
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(2ms), 5'000);
    EXPECT_FALSE(told(at(200ms)));
}

TEST_F(BusSessionTest, the_same_boot_is_the_same_clock) {
    (void)welcome(at(0ms), our_boot);
    const auto converted = session.server_clock().convert(remote_timestamp(5'000));
    ASSERT_TRUE(converted);
    EXPECT_EQ(microseconds(converted->time), 5'000);
    EXPECT_EQ(converted->bound, 0us);
}

TEST_F(BusSessionTest, another_machine_behind_the_same_address_starts_a_new_clock) {
    (void)welcome(at(0ms), our_boot);
    const auto id = ping(at(0ms));
    (void)pong(id.value(), at(1ms), 0, false, run + 1);
    (void)welcome(at(2ms), their_boot, run + 1);
    EXPECT_FALSE(session.server_clock().convert(remote_timestamp(5'000)));
}

TEST_F(BusSessionTest, pongs_that_answer_nothing_are_ignored) {
    (void)welcome(at(0ms));
    (void)pong(99, at(1ms), 5'000);
    EXPECT_FALSE(session.server_clock().convert(remote_timestamp(5'000)));
    const auto id = ping(at(1ms));
    (void)pong(id.value(), at(2ms), 5'000);
    (void)pong(id.value(), at(500ms), 900'000);
    EXPECT_EQ(session.server_clock().convert(remote_timestamp(5'000))->bound, 501us) << "counted once";
}

TEST_F(BusSessionTest, hears_nothing_but_the_answer_before_it_is_welcomed) {
    EXPECT_FALSE(session.receive(Status{}, at(0ms)));
    EXPECT_FALSE(session.receive(Control{}, at(0ms)));
    (void)welcome(at(1ms));
    EXPECT_TRUE(session.receive(Status{}, at(2ms)));
    EXPECT_FALSE(session.receive(Hello{}, at(2ms)));
}

TEST(BusPeers, silence_of_more_than_1_s_is_reported_once) {
    BusPeers peers;
    peers.welcome("probe", at(0ms));
    peers.welcome("wall", at(0ms));
    EXPECT_TRUE(peers.hear("wall", at(900ms)));
    EXPECT_TRUE(peers.take_silent(at(1s)).empty());
    EXPECT_EQ(peers.take_silent(at(1001ms)), std::vector<std::string>{"probe"});
    EXPECT_TRUE(peers.take_silent(at(1002ms)).empty());
    EXPECT_FALSE(peers.hear("probe", at(1003ms)));
}

TEST(BusPeers, strangers_and_the_forgotten_are_not_known) {
    BusPeers peers;
    EXPECT_FALSE(peers.hear("probe", at(0ms)));
    peers.welcome("probe", at(0ms));
    peers.forget("probe");
    EXPECT_FALSE(peers.hear("probe", at(1ms)));
    EXPECT_TRUE(peers.take_silent(at(10s)).empty());
}

}  // namespace
}  // namespace transport

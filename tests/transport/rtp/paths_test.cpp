// Which addresses are the other end's: what proves it, what does not, and what becomes of one that falls silent.
#include "transport/rtp/paths.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace {

using namespace transport;
using namespace std::chrono_literals;

using Places = std::vector<std::size_t>;

constexpr Way here(std::uint32_t host) {
    return {0, {host, 7}};
}

struct PathsOfEnd : testing::Test {
    Timestamp now = timestamp(1'000'000'000);
    std::uint64_t tokens = 1000;
    Paths listening{{}, [this] { return ++tokens; }};
    Paths dialling{{here(1), here(2)}, [this] { return ++tokens; }};

    /// All that are probed there answer after `round_trip`, by the way they were asked.
    void answer(Paths& paths, const std::map<std::uint32_t, Microseconds>& round_trips) {
        for (const auto& [way, probe] : paths.take_probes(now)) {
            const auto found = round_trips.find(way.remote.host);
            if (found != round_trips.end()) paths.probe(way, {true, probe.token}, now + found->second);
        }
    }
    /// So long, with probes when they are due and all of these answering.
    void live(Paths& paths, Microseconds length, const std::map<std::uint32_t, Microseconds>& round_trips) {
        for (const auto end = now + length; now < end; now += 10ms) answer(paths, round_trips);
    }
    void prove(std::uint32_t host) {
        listening.heard(here(host), now);
        answer(listening, {{host, 5ms}});
        ASSERT_TRUE(listening.known(here(host))) << host;
    }
};

TEST_F(PathsOfEnd, an_address_is_a_path_once_a_probe_sent_there_was_answered_and_not_before) {
    EXPECT_TRUE(listening.usable(now).empty());
    EXPECT_FALSE(listening.heard(here(5), now));
    EXPECT_FALSE(listening.heard(here(5), now)) << "however much comes from there";
    EXPECT_TRUE(listening.usable(now).empty());
    const auto probes = listening.take_probes(now);
    ASSERT_EQ(probes.size(), 1U);
    EXPECT_EQ(probes[0].first, here(5));
    EXPECT_FALSE(probes[0].second.answer);
    now += 8ms;
    EXPECT_FALSE(listening.probe(here(5), {true, probes[0].second.token + 1}, now));
    EXPECT_FALSE(listening.known(here(5))) << "a token that was guessed";
    EXPECT_FALSE(listening.probe(here(5), {true, probes[0].second.token}, now));
    EXPECT_EQ(listening.heard(here(5), now), std::size_t{0});
    EXPECT_EQ(listening.usable(now), Places{0});
    EXPECT_EQ(listening.round_trip(now), 8ms);
}

TEST_F(PathsOfEnd, an_answer_proves_the_address_that_was_asked_whichever_way_it_comes_by) {
    listening.heard(here(5), now);
    const auto probes = listening.take_probes(now);
    ASSERT_EQ(probes.size(), 1U);
    static_cast<void>(listening.probe(here(66), {true, probes[0].second.token}, now + 5ms));
    EXPECT_TRUE(listening.known(here(5)));
    EXPECT_FALSE(listening.known(here(66)));
}

TEST_F(PathsOfEnd, an_answer_counts_once) {
    listening.heard(here(5), now);
    const auto token = listening.take_probes(now).at(0).second.token;
    static_cast<void>(listening.probe(here(5), {true, token}, now + 5ms));
    static_cast<void>(listening.probe(here(5), {true, token}, now + 500ms));
    EXPECT_EQ(listening.round_trip(now + 5ms), 5ms);
    EXPECT_TRUE(listening.health(now + 800ms).at(0).carries == false) << "an old answer tells of no life";
}

TEST_F(PathsOfEnd, a_round_trip_longer_than_the_time_between_probes_proves_an_address_too) {
    listening.heard(here(5), now);
    const auto first = listening.take_probes(now).at(0).second.token;
    const auto start = now;
    while (now < start + 400ms) {
        now = std::max(now + 1ms, listening.due());
        static_cast<void>(listening.take_probes(now));
    }
    static_cast<void>(listening.probe(here(5), {true, first}, now));
    EXPECT_TRUE(listening.known(here(5)));
    EXPECT_EQ(listening.round_trip(now), now - start);
}

TEST_F(PathsOfEnd, a_question_is_answered_with_its_own_token) {
    EXPECT_EQ(listening.probe(here(5), {false, 77}, now), (PathProbe{true, 77}));
    EXPECT_EQ(dialling.probe(here(1), {false, 77}, now), (PathProbe{true, 77}));
    EXPECT_FALSE(dialling.probe(here(5), {false, 77}, now)) << "who dials answers where he dialled";
}

TEST_F(PathsOfEnd, who_dials_sends_at_once_and_learns_nothing) {
    EXPECT_EQ(dialling.usable(now), (Places{0, 1}));
    EXPECT_FALSE(dialling.heard(here(5), now));
    dialling.suspected(here(6), now);
    const auto probes = dialling.take_probes(now);
    ASSERT_EQ(probes.size(), 2U);
    EXPECT_EQ(probes[0].first, here(1));
    EXPECT_EQ(probes[1].first, here(2));
}

TEST_F(PathsOfEnd, who_dials_never_forgets) {
    live(dialling, 2s, {{1, 5ms}});
    EXPECT_EQ(dialling.usable(now), Places{0});
    live(dialling, 60s, {});
    EXPECT_EQ(dialling.usable(now), (Places{0, 1})) << "none carries: all are tried";
    live(dialling, 1s, {{2, 5ms}});
    EXPECT_EQ(dialling.usable(now), Places{1});
}

TEST_F(PathsOfEnd, a_path_that_falls_silent_carries_no_more_within_a_second_and_again_with_its_first_answer) {
    live(dialling, 2s, {{1, 5ms}, {2, 9ms}});
    EXPECT_EQ(dialling.usable(now), (Places{0, 1}));
    live(dialling, 900ms, {{2, 9ms}});
    EXPECT_EQ(dialling.usable(now), Places{1});
    EXPECT_FALSE(dialling.health(now).at(0).carries);
    live(dialling, 220ms, {{1, 5ms}, {2, 9ms}});
    EXPECT_EQ(dialling.usable(now), (Places{0, 1}));
}

TEST_F(PathsOfEnd, the_best_is_the_one_with_the_shortest_round_trip_and_one_late_answer_changes_nothing) {
    live(dialling, 2s, {{1, 20ms}, {2, 9ms}});
    EXPECT_EQ(dialling.best(now), std::size_t{1});
    answer(dialling, {{1, 20ms}, {2, 300ms}});
    EXPECT_EQ(dialling.best(now), std::size_t{1});
    EXPECT_EQ(dialling.round_trip(now), 9ms);
    live(dialling, 2s, {{1, 20ms}, {2, 90ms}});
    EXPECT_EQ(dialling.best(now), std::size_t{0});
}

TEST_F(PathsOfEnd, a_learnt_path_is_forgotten_after_five_seconds_of_silence) {
    prove(5);
    live(listening, 4900ms, {});
    EXPECT_EQ(listening.usable(now), Places{0}) << "none carries: the last that did is tried";
    live(listening, 400ms, {});
    EXPECT_TRUE(listening.usable(now).empty());
}

TEST_F(PathsOfEnd, a_candidate_that_never_answers_is_asked_some_times_and_forgotten) {
    listening.heard(here(5), now);
    int probes = 0;
    for (const auto end = now + 10s; now < end; now += 10ms)
        probes += static_cast<int>(listening.take_probes(now).size());
    EXPECT_GE(probes, 5);
    EXPECT_LE(probes, 20);
}

TEST_F(PathsOfEnd, a_flood_of_addresses_drives_out_no_path_that_carries_and_draws_few_probes) {
    prove(5);
    std::size_t probes = 0;
    for (std::uint32_t host = 100; host < 10'100; ++host, now += 100us) {
        listening.suspected(here(host), now);
        if (host % 100 == 0) listening.heard(here(5), now);
        for (const auto& [way, probe] : listening.take_probes(now))
            if (way == here(5))
                static_cast<void>(listening.probe(way, {true, probe.token}, now));
            else
                ++probes;
        ASSERT_EQ(listening.known(here(5)), std::size_t{0});
    }
    EXPECT_EQ(listening.usable(now), Places{0});
    EXPECT_LE(probes, 10'000U) << "never more leave than came";
}

TEST_F(PathsOfEnd, when_all_places_are_taken_the_one_silent_for_longest_gives_way) {
    for (std::uint32_t host = 1; host <= 4; ++host) {
        prove(host);
        now += 300ms;
    }
    now += 500ms;  // all but the fourth are silent
    live(listening, 20ms, {{3, 5ms}, {4, 5ms}});
    listening.heard(here(9), now);
    EXPECT_FALSE(listening.known(here(1)));
    for (const std::uint32_t host : {2U, 3U, 4U}) EXPECT_TRUE(listening.known(here(host))) << host;
}

TEST_F(PathsOfEnd, a_path_keeps_its_number_when_another_goes) {
    prove(1);
    prove(2);
    const auto second = *listening.known(here(2));
    live(listening, 6s, {{2, 5ms}});
    EXPECT_FALSE(listening.known(here(1)));
    EXPECT_EQ(listening.known(here(2)), second);
    EXPECT_EQ(listening.usable(now), Places{second});
}

TEST_F(PathsOfEnd, a_round_trip_is_never_less_than_nothing) {
    listening.heard(here(5), now);
    const auto token = listening.take_probes(now).at(0).second.token;
    static_cast<void>(listening.probe(here(5), {true, token}, now - 15us));
    EXPECT_EQ(listening.round_trip(now), 0us);
}

TEST_F(PathsOfEnd, the_next_probe_is_never_due_in_the_past_for_ever) {
    for (std::uint32_t host = 1; host <= 6; ++host) {
        listening.heard(here(host), now);
        int calls = 0;
        for (const auto end = now + 1s; listening.due() <= end; ++calls) {
            now = std::max(now, listening.due());
            answer(listening, {{1, 5ms}, {3, 5ms}});
            ASSERT_LT(calls, 100);
        }
    }
}

TEST_F(PathsOfEnd, health_tells_what_came_by_each) {
    prove(5);
    for (int i = 0; i < 10; ++i) listening.counted(0, i >= 7);
    const auto health = listening.health(now);
    ASSERT_EQ(health.size(), 1U);
    EXPECT_EQ(health[0].way, here(5));
    EXPECT_TRUE(health[0].carries);
    EXPECT_EQ(health[0].round_trip, 5ms);
    EXPECT_EQ(health[0].first, 7U);
    EXPECT_EQ(health[0].copies, 3U);
}

}  // namespace

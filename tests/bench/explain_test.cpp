// What is said of a result is what was planted in it, and what nobody measured is said not to be measured.
#include "bench/explain.hpp"
#include "bench/explain_settings.hpp"
#include "transport/options_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace {

using namespace bench;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct PlantedHop {
    double p50_ms = 0;
    double p99_ms = 0;
};
using PlantedHops = std::map<std::string, PlantedHop>;

Distribution planted(const PlantedHop& hop) {
    const auto us = [](double ms) { return static_cast<std::int64_t>(ms * 1000); };
    Distribution out;
    out.buckets = {{us(hop.p50_ms), 1960}};
    if (hop.p99_ms > hop.p50_ms)
        out.buckets.push_back({us(hop.p99_ms), 40});
    else
        out.buckets.front().count = 2000;
    return out;
}

/// About what cathlab takes on loopback; `changes` in its place.
BenchResult planted_result(const PlantedHops& changes = {}, const std::string& link = "loopback") {
    PlantedHops hops{{"g2g", {8, 12}},
                     {"encode", {1.6, 2}},
                     {"uplink", {0.2, 0.4}},
                     {"hop.decoded", {1.2, 2}},
                     {"hop.paired", {0, 0}},
                     {"hop.fused", {0.9, 1.2}},
                     {"hop.annotated", {0, 0}},
                     {"hop.encoded_for_view", {1.9, 2.5}},
                     {"hop.published", {0.1, 0.2}},
                     {"downlink", {0.1, 0.2}},
                     {"hop.unpacked", {1.3, 2}},
                     {"hop.presented", {0.5, 0.7}}};
    for (const auto& [name, hop] : changes) hops[name] = hop;
    BenchResult out;
    out.scenario = "cathlab";
    out.contender = "product";
    out.judge = "in-picture code";
    out.house.machine = "2 x Fast";
    out.streams = {{"ultrasound", transport::Microseconds{33'333}, {"same_machine", transport::Microseconds{0}}}};
    out.settings = {{"link", link}, {"options.threads", "4"}};
    auto& repeat = out.repeats.emplace_back();
    repeat.seconds = 60;
    for (const auto& [name, hop] : hops) repeat.distributions[name + ".ultrasound"] = planted(hop);
    repeat.numbers["quantisation.ultrasound.capture_mean"] = 16.7;
    repeat.numbers["quantisation.ultrasound.capture_worst"] = 33.3;
    repeat.numbers["quantisation.display_mean"] = 8.3;
    repeat.numbers["quantisation.display_worst"] = 16.7;
    return out;
}

Floors planted_floors() {
    using enum transport::Stage;
    Floors out;
    out.machine = "2 x Fast";
    out.threads = 2;
    const std::map<transport::Stage, double> cost{{encoded, 1.5},   {received, 0.2},         {decoded, 1.0},
                                                  {fused, 0.9},     {encoded_for_view, 1.8}, {published, 0.1},
                                                  {delivered, 0.1}, {unpacked, 1.2},         {presented, 0.5}};
    for (const auto& [stage, ms] : cost)
        out.hops.push_back({"ultrasound", stage, 1280, 752, {ms, 1.2 * ms, 300}, {ms, ms, 300}});
    return out;
}

/// The sentences that begin so.
std::vector<std::string> said(const BenchResult& result, const std::string& beginning,
                              const std::optional<Floors>& floors = planted_floors()) {
    auto out = explain(result, floors);
    std::erase_if(out, [&](const std::string& line) { return !line.starts_with(beginning); });
    return out;
}

TEST(Explain, names_the_hop_that_dominates_the_median_its_floor_and_what_waits) {
    const auto lines = said(planted_result({{"hop.encoded_for_view", {4, 5}}}), "ultrasound, p50: ");
    ASSERT_FALSE(lines.empty());
    EXPECT_THAT(lines[0],
                AllOf(HasSubstr("the view's encoder (annotated → encoded_for_view) takes most, 4.00 ms"),
                      HasSubstr("50 % of it"), HasSubstr("alone on this machine it takes 1.80 ms for 1280x752"),
                      HasSubstr("2.20 ms are queueing and scheduling")));
    EXPECT_THAT(lines, Contains(HasSubstr("farthest above its floor is the view's encoder")));
    EXPECT_THAT(said(planted_result({{"hop.encoded_for_view", {4, 5}}}), "ultrasound, a setting"),
                AllOf(Contains(HasSubstr("`canvas-width` (1280 by default")), Contains(HasSubstr("`threads` (4)"))));
}

TEST(Explain, names_an_option_once_however_many_hops_it_touches) {
    const auto lines = said(planted_result({{"hop.encoded_for_view", {4, 5}}, {"hop.unpacked", {1.3, 9}}}),
                            "ultrasound, a setting that touches it: `canvas-width`");
    EXPECT_EQ(lines.size(), 1U) << "it touches the view's encoder and the display's decoder";
}

TEST(Explain, advises_real_time_only_where_it_is_off) {
    auto result = planted_result({{"hop.encoded_for_view", {4, 5}}});
    EXPECT_THAT(said(result, "ultrasound, p50: farthest"), Contains(HasSubstr("it is on already")));
    result.settings["options.real-time"] = "false";
    EXPECT_THAT(said(result, "ultrasound, p50: farthest"),
                Contains(AllOf(HasSubstr("`real-time` (false)"), HasSubstr("true took 2 to 6 ms off"))));
}

TEST(Explain, says_that_a_hop_at_its_floor_is_there) {
    EXPECT_THAT(said(planted_result(), "ultrasound, p50: "), Contains(HasSubstr("it is at its floor")));
    EXPECT_THAT(said(planted_result(), "ultrasound, p50: ", std::nullopt),
                Contains(HasSubstr("its floor is not measured")));
}

TEST(Explain, tells_the_air_of_the_link_from_what_we_add_to_it) {
    const auto lines =
        said(planted_result({{"uplink", {7.1, 10}}, {"g2g", {20, 26}}}, "private-midband, seed 3"), "ultrasound");
    EXPECT_THAT(lines, Contains(AllOf(HasSubstr("p50: the uplink (encoded → received) takes most, 7.10 ms"),
                                      HasSubstr("the air of private-midband takes 6.4 ms"),
                                      HasSubstr("0.50 ms are the bits' own time on the link, queues and scheduling"))));
    EXPECT_THAT(lines, Contains(AllOf(HasSubstr("the codecs alone take 5.50 ms, the air 11.7 ms"), HasSubstr("2.82 ms"),
                                      HasSubstr(", met"))));
}

TEST(Explain, takes_growth_beyond_the_air_for_repair_only_where_packets_are_lost) {
    const PlantedHops slow{{"uplink", {7.1, 45}}};
    EXPECT_THAT(said(planted_result(slow, "private-midband+loss=2%"), "ultrasound, p99: "),
                Contains(AllOf(HasSubstr("the uplink (encoded → received) grows most, from 7.10 to 45.00 ms"),
                               HasSubstr("wait for repair"), HasSubstr("`repair-budget-ms` (60 by default"))));
    EXPECT_THAT(said(planted_result(slow), "ultrasound, p99: "), Each(Not(HasSubstr("repair"))));
}

TEST(Explain, sets_the_tail_of_a_hop_against_its_own_tail_alone) {
    EXPECT_THAT(said(planted_result({{"hop.decoded", {1.2, 6}}}), "ultrasound, p99: "),
                Contains(AllOf(HasSubstr("the server's decoder (received → decoded) grows most, from 1.20 to 6.00 ms"),
                               HasSubstr("alone its p99 is 1.20 ms"))));
}

TEST(Explain, says_when_the_whole_is_more_than_the_aim_above_the_codecs) {
    EXPECT_THAT(said(planted_result(), "ultrasound: the codecs"),
                Contains(AllOf(HasSubstr("5.50 ms"), HasSubstr("2.50 ms"), HasSubstr(", met"))));
    EXPECT_THAT(said(planted_result({{"g2g", {10, 12}}}), "ultrasound: the codecs"),
                Contains(AllOf(HasSubstr("4.51 ms"), HasSubstr(", missed"))));
    EXPECT_THAT(said(planted_result(), "ultrasound: the codecs", std::nullopt),
                Contains(HasSubstr("are not measured, so what we add to them is not known")));
}

TEST(Explain, says_which_clock_keeps_a_hop_from_being_told) {
    auto result = planted_result();
    for (const auto* name : {"uplink.ultrasound", "downlink.ultrasound"}) {
        auto& hop = result.repeats[0].distributions[name];
        hop = {};
        hop.unknown = 2000;
        hop.worst_bound = transport::Microseconds{20'000};
    }
    EXPECT_THAT(said(result, "ultrasound, not told: "),
                Contains(AllOf(HasSubstr("the uplink"), HasSubstr("the downlink"),
                               HasSubstr("clock not good enough: ± 20.0 ms is more than half a frame"))));
    EXPECT_THAT(said(result, "ultrasound, p50: "), Contains(HasSubstr("the view's encoder"))) << "the others are told";
}

TEST(Explain, says_that_there_are_no_timelines_and_claims_nothing_of_hops) {
    auto result = planted_result();
    result.contender = "srt";
    std::erase_if(result.repeats[0].distributions, [](const auto& entry) { return entry.first != "g2g.ultrasound"; });
    const auto lines = explain(result, planted_floors());
    EXPECT_THAT(lines, Contains(HasSubstr("no timelines: srt wrote none")));
    EXPECT_THAT(lines, Contains(HasSubstr("p50 8.00 ± 0.00 ms, p99 12.00 ± 0.00 ms")));
    EXPECT_THAT(lines, Each(Not(HasSubstr("takes most"))));
}

TEST(Explain, keeps_quantisation_apart_and_names_what_would_shorten_it) {
    EXPECT_THAT(explain(planted_result(), std::nullopt),
                Contains(AllOf(HasSubstr("16.7 ms on the mean and 33.3 ms at worst before it is captured"),
                               HasSubstr("8.3 ms on the mean"), HasSubstr("`frames-per-second` (ultrasound 30/s)"))));
}

TEST(Explain, does_not_take_another_machine_s_floors_without_a_word) {
    auto floors = planted_floors();
    EXPECT_THAT(explain(planted_result(), floors), Each(Not(HasSubstr("another machine's"))));
    floors.machine = "64 x Faster";
    EXPECT_THAT(explain(planted_result(), floors), Contains(HasSubstr("another machine's (64 x Faster)")));
}

TEST(Explain, says_that_the_link_is_not_known_where_the_result_does_not_tell) {
    auto result = planted_result({{"uplink", {7.1, 10}}});
    result.settings.erase("link");
    EXPECT_THAT(said(result, "ultrasound, p50: "), Contains(HasSubstr("does not say over which link")));
}

TEST(Explain, names_only_options_that_there_are) {
    for (const auto& option : settings_that_matter()) EXPECT_NE(transport::find_key(option), nullptr) << option;
}

}  // namespace

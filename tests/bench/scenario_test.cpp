// What is measured, read from a file and from the command line: every key, every refusal in one line.
#include "bench/scenario.hpp"

#include "bench/scenario_bench.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace {

using namespace bench;
using testing::HasSubstr;
using transport::Modality;

constexpr auto whole_scenario = R"(
title: "A room"
ultrasound: {source: "synthetic?width=576&height=456", rate: 30}
xray: {source: synthetic, rate: 15}
link: private-midband
displays: 3
options: {quality: 24, overlay: {scale: 0.5}}
goals: ["g2g.p99 <= 100ms", "freeze.count == 0"]
seconds: 12.5
warm-up: 3
repeats: 5
seed: 9
cores: 4
)";

std::string refusal(std::string_view yaml) {
    try {
        static_cast<void>(read_scenario(yaml, "room.yaml"));
    } catch (const transport::UsageError& error) {
        return error.what();
    }
    return "taken";
}

std::string order_refusal(const std::vector<std::string>& words) {
    try {
        static_cast<void>(read_scenario_order(words, 2));
    } catch (const transport::UsageError& error) {
        return error.what();
    }
    return "taken";
}

TEST(ScenarioFile, tells_everything_that_is_played) {
    const auto scenario = read_scenario(whole_scenario, "some/room.yaml");
    EXPECT_EQ(scenario.name, "room");
    EXPECT_EQ(scenario.title, "A room");
    ASSERT_EQ(scenario.sources.size(), 2U);
    EXPECT_EQ(scenario.sources.at(Modality::ultrasound), (ScenarioSource{"synthetic?width=576&height=456", 30}));
    EXPECT_EQ(scenario.sources.at(Modality::xray), (ScenarioSource{"synthetic", 15}));
    EXPECT_EQ(scenario.link, "private-midband");
    EXPECT_EQ(scenario.displays, 3);
    EXPECT_EQ(scenario.options, (std::map<std::string, std::string>{{"overlay.scale", "0.5"}, {"quality", "24"}}));
    EXPECT_THAT(scenario.goals, testing::ElementsAre("g2g.p99 <= 100ms", "freeze.count == 0"));
    EXPECT_EQ(scenario.seconds, 12.5);
    EXPECT_EQ(scenario.warm_up, 3);
    EXPECT_EQ(scenario.repeats, 5);
    EXPECT_EQ(scenario.seed, 9);
    EXPECT_EQ(scenario.cores, 4);
}

TEST(ScenarioFile, what_is_wrong_is_told_with_file_line_key_and_value) {
    constexpr std::string_view sources = "ultrasound: {source: synthetic, rate: 30}\n";
    const auto with = [&](std::string_view more) { return refusal(std::string{sources} + std::string{more}); };
    EXPECT_THAT(with("displays: 0"),
                testing::AllOf(HasSubstr("room.yaml:2: displays"), HasSubstr("'0'"), HasSubstr("1 to 60")));
    EXPECT_THAT(with("dispalys: 1"), testing::AllOf(HasSubstr("room.yaml:2: "), HasSubstr("'dispalys' is unknown")));
    EXPECT_THAT(with("options: {qualty: 3}"), HasSubstr("there is no option 'qualty'"));
    EXPECT_THAT(with("options: {quality: 99}"), testing::AllOf(HasSubstr("options.quality"), HasSubstr("'99'")));
    EXPECT_THAT(with("options: {bus-port: 99}"), HasSubstr("options.bus-port: the benchmark sets it itself"));
    EXPECT_THAT(with("goals: [\"g2g.p99 = 3\"]"), HasSubstr("room.yaml:2: goals"));
    EXPECT_THAT(with("sweep: {displays: [1, 0]}"), HasSubstr("'0'"));
    EXPECT_THAT(with("peers: [gstreamer]"), HasSubstr("screen: true"));
    EXPECT_THAT(with("displays: 2\ndisplays: 3"), HasSubstr("room.yaml:3: key displays is there twice"));
    EXPECT_THAT(with("displays: [1"), HasSubstr("room.yaml:"));
    EXPECT_THAT(with("displays:"), HasSubstr("displays: nothing is not allowed"));
    EXPECT_THAT(refusal("title: nothing to see"), HasSubstr("no source"));
    EXPECT_THAT(refusal("camera: {source: x, rate: 25}"), HasSubstr("no picture by itself"));
    EXPECT_THAT(refusal("just words"), HasSubstr("room.yaml: wanted keys"));
    EXPECT_THAT(refusal(std::string(70'000, '#')), HasSubstr("larger than 64 KiB"));
}

TEST(ScenarioFile, a_sweep_becomes_a_scenario_for_each_value) {
    auto scenario = read_scenario(whole_scenario, "room.yaml");
    set_scenario_key(scenario, "sweep", "options.threads=1, 2,4", "");
    const auto all = variants(scenario);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[1].name, "room-options.threads-2");
    EXPECT_EQ(all[1].options.at("threads"), "2");
    EXPECT_EQ(all[2].options.at("threads"), "4");
    EXPECT_TRUE(all[0].sweep.empty());
    set_scenario_key(scenario, "sweep", "rate=15,60", "");
    EXPECT_EQ(variants(scenario)[1].sources.at(Modality::xray).rate, 60);
}

TEST(ScenarioFile, its_settings_tell_defaults_too_where_they_decide_about_latency) {
    const auto settings = scenario_settings(read_scenario(whole_scenario, "room.yaml"));
    EXPECT_EQ(settings.at("xray.rate"), "15");
    EXPECT_EQ(settings.at("options.quality"), "24");
    EXPECT_EQ(settings.at("options.view-quality"), std::to_string(transport::Options{}.view_quality));
    EXPECT_EQ(settings.at("link"), "private-midband");
}

TEST(ShippedScenarios, are_all_whole_and_found_by_name) {
    const auto all = shipped_scenarios();
    std::vector<std::string> names;
    for (const auto& scenario : all) {
        names.push_back(scenario.name);
        EXPECT_FALSE(scenario.title.empty()) << scenario.name;
        EXPECT_EQ(find_scenario(scenario.name), scenario);
    }
    EXPECT_THAT(names, testing::ElementsAre("cathlab", "cathlab-hd", "ambulance", "multi-display", "3gpp"));
    EXPECT_THROW(static_cast<void>(find_scenario("cathlap")), transport::UsageError);
}

TEST(ScenarioOrder, without_a_name_is_everything_that_fits_the_machine) {
    const auto order = read_scenario_order({}, 2);
    EXPECT_TRUE(order.remote);
    ASSERT_EQ(order.left_out.size(), 1U);
    EXPECT_THAT(order.left_out[0],
                testing::AllOf(HasSubstr("cathlab-hd"), HasSubstr("8 processors"), HasSubstr("there are 2")));
    EXPECT_EQ(order.scenarios.front().name, "cathlab");
    EXPECT_TRUE(read_scenario_order({}, 16).left_out.empty());
    EXPECT_EQ(read_scenario_order({"cathlab-hd"}, 2).scenarios.size(), 1U) << "who names it gets it";
}

TEST(ScenarioOrder, sets_keys_of_the_scenarios_it_names) {
    const auto order = read_scenario_order({"cathlab", "--set", "options.threads=1", "--repeats", "7", "--seconds", "3",
                                            "--peers", "none", "--sweep", "rate=30,60", "--out", "here", "--no-report"},
                                           2);
    ASSERT_EQ(order.scenarios.size(), 2U);
    EXPECT_EQ(order.scenarios[1].name, "cathlab-rate-60");
    EXPECT_EQ(order.scenarios[1].sources.at(Modality::ultrasound).rate, 60);
    EXPECT_EQ(order.scenarios[1].repeats, 7);
    EXPECT_EQ(order.scenarios[1].options.at("threads"), "1");
    EXPECT_TRUE(order.scenarios[1].peers.empty());
    EXPECT_EQ(order.out, "here");
    EXPECT_FALSE(order.report);
    EXPECT_FALSE(order.remote);
}

TEST(ScenarioOrder, refuses_what_it_does_not_know_in_one_line) {
    EXPECT_THAT(order_refusal({"cathlap"}), testing::AllOf(HasSubstr("'cathlap'"), HasSubstr("cathlab, cathlab-hd")));
    EXPECT_THAT(order_refusal({"cathlab", "--speed", "3"}), HasSubstr("'--speed' is unknown"));
    EXPECT_THAT(order_refusal({"cathlab", "--repeats"}), HasSubstr("--repeats wants a value"));
    EXPECT_THAT(order_refusal({"cathlab", "--repeats", "many"}), HasSubstr("'many'"));
    EXPECT_THAT(order_refusal({"cathlab", "--set", "threads"}), HasSubstr("KEY=VALUE"));
    EXPECT_THAT(order_refusal({"cathlab", "--link", "public-5g"}), HasSubstr("peers run over the loopback"));
}

}  // namespace

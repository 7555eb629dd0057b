// The page judges by a port of these rules (render/web/src/freshness.ts): one file holds both to the same verdicts.
#include "render/freshness.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace render {
namespace {

using nlohmann::json;
using transport::Microseconds;
using transport::Timestamp;

std::optional<Timestamp> time_in(const json& from, const char* key) {
    if (!from.contains(key)) return std::nullopt;
    return transport::timestamp(from.at(key).get<std::int64_t>());
}

transport::Stamp stamp_in(const json& event) {
    using transport::Registration;
    transport::Stamp stamp;
    for (const auto& shown : event.at("shown")) {
        auto& header = stamp.sources.emplace_back().header;
        header.modality = transport::modality_named(shown.at("modality").get<std::string>()).value();
        header.stream = shown.at("stream");
        header.sequence = shown.at("sequence");
        header.period = Microseconds{shown.at("period_us").get<std::int64_t>()};
        header.beam_on = shown.value("beam_on", true);
        header.content_changed = time_in(shown, "content_changed_us");
        header.timeline.clock_bound = Microseconds{shown.value("bound_us", 0)};
        if (const auto time = time_in(shown, "acquired_us")) header.timeline.mark(transport::Stage::acquired, *time);
        if (const auto time = time_in(shown, "captured_us")) header.timeline.mark(transport::Stage::captured, *time);
    }
    if (!event.contains("placing")) return stamp;
    const auto& placing = event.at("placing");
    for (const auto one : {Registration::by_hand, Registration::searching, Registration::registered,
                           Registration::ageing, Registration::lost})
        if (transport::name(one) == placing.at("registration").get<std::string>()) stamp.placing.registration = one;
    stamp.placing.seen = time_in(placing, "seen_us");
    return stamp;
}

void put(json& into, const char* key, const std::optional<Microseconds>& value) {
    if (value) into[key] = value->count();
}

json written(const Verdict& verdict) {
    json out{{"state", name(verdict.state)}, {"why", verdict.why}, {"bound_us", verdict.bound.count()}};
    put(out, "age_us", verdict.age);
    put(out, "silent_us", verdict.silent);
    put(out, "unchanged_us", verdict.unchanged);
    put(out, "since_beam_us", verdict.since_beam);
    return out;
}

json written(const FusionVerdict& fusion) {
    json out{{"both", fusion.both},
             {"trusted", fusion.trusted},
             {"synced", fusion.synced},
             {"why", fusion.why},
             {"bound_us", fusion.bound.count()},
             {"registration", transport::name(fusion.registration)},
             {"drawn_live", fusion.drawn_live}};
    put(out, "skew_us", fusion.skew);
    put(out, "unseen_us", fusion.unseen);
    return out;
}

TEST(FreshnessVectors, the_display_judges_every_scenario_as_the_page_does) {
    std::ifstream file{PROJECT_DIR "/tests/data/freshness_vectors.json"};
    const auto scenarios = json::parse(file).at("scenarios");
    ASSERT_GE(scenarios.size(), 20U);
    for (const auto& scenario : scenarios) {
        Freshness freshness{transport::FreshnessLimits{}};
        for (const auto& event : scenario.at("events")) {
            const auto now = *time_in(event, "at_us");
            if (event.contains("shown")) {
                freshness.saw(stamp_in(event), now);
                continue;
            }
            const auto states = freshness.judge(now);
            const auto where = scenario.at("name").get<std::string>() + " at " + event.at("at_us").dump();
            for (const auto which : {transport::Modality::ultrasound, transport::Modality::xray})
                EXPECT_EQ(written(states.of(which)), event.at("verdicts").at(std::string{transport::name(which)}))
                    << where;
            EXPECT_EQ(written(states.fusion), event.at("fusion")) << where;
        }
    }
}

}  // namespace
}  // namespace render

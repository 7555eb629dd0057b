// What hops cost at their least: measured hop by hop, written down, read back, and nothing else taken for it.
#include "bench/floors_measure.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace {

using namespace bench;
using transport::Stage;
using FloorsTestJson = nlohmann::json;

Floors some_floors() {
    Floors out;
    out.codes = true;
    out.threads = 2;
    out.presented_by = "headless";
    out.commit = "abc";
    out.machine = "2 x \"Fast\"";
    double ms = 1;
    for (const auto stage : floor_stages())
        out.hops.push_back({"xray", stage, 512, 544, {ms++, 9.5, 300}, {0.5, 0.75, 300}});
    return out;
}

std::string floors_refusal(const std::string& text) {
    try {
        static_cast<void>(read_floors(std::string_view{text}));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

template <typename Change>
std::string refusal_of_floors(Change change) {
    auto all = FloorsTestJson::parse(floors_json(some_floors()));
    change(all);
    return floors_refusal(all.dump());
}

TEST(Floors, are_read_back_as_they_were_written) {
    EXPECT_EQ(read_floors(std::string_view{floors_json(some_floors())}), some_floors());
    EXPECT_EQ(read_floors(std::string_view{floors_json({})}), Floors{});
}

TEST(Floors, with_something_unknown_missing_or_out_of_bounds_name_it) {
    using testing::HasSubstr;
    EXPECT_THAT(floors_refusal("{"), HasSubstr("not JSON"));
    EXPECT_THAT(floors_refusal("7"), HasSubstr("an object"));
    EXPECT_THAT(floors_refusal(R"({"format": 1, "format": 2})"), HasSubstr("format: is there twice"));
    EXPECT_THAT(floors_refusal(std::string(1000, '[')), HasSubstr("deep"));
    EXPECT_THAT(floors_refusal(std::string(most_floors_bytes + 1, ' ')), HasSubstr("1 MiB"));
    EXPECT_THAT(refusal_of_floors([](FloorsTestJson& all) { all["format"] = "x"; }), HasSubstr("'x' is not"));
    EXPECT_THAT(refusal_of_floors([](FloorsTestJson& all) { all["extra"] = 1; }), HasSubstr("extra: is unknown"));
    EXPECT_THAT(refusal_of_floors([](FloorsTestJson& all) { all.erase("hops"); }), HasSubstr("hops: is missing"));
    EXPECT_THAT(refusal_of_floors([](FloorsTestJson& all) { all["hops"][2]["stage"] = "paired"; }),
                HasSubstr("hops[2].stage: has no floor"));
    EXPECT_THAT(refusal_of_floors([](FloorsTestJson& all) { all["hops"][1] = all["hops"][0]; }),
                HasSubstr("two of one stream and stage"));
    EXPECT_THAT(refusal_of_floors([](FloorsTestJson& all) { all["hops"][0]["paced"]["p50_ms"] = -1; }),
                HasSubstr("hops[0].paced.p50_ms"));
}

TEST(Floors, of_the_codecs_add_up_and_are_unknown_when_one_of_the_four_is) {
    auto floors = some_floors();
    EXPECT_DOUBLE_EQ(codec_sum(floors, "xray").value(), 1 + 3 + 5 + 8);
    EXPECT_FALSE(codec_sum(floors, "ultrasound"));
    std::erase_if(floors.hops, [](const Floor& floor) { return floor.stage == Stage::unpacked; });
    EXPECT_FALSE(codec_sum(floors, "xray"));
}

TEST(Floors, are_measured_for_every_hop_of_both_streams_with_the_product_s_own_components) {
    FloorOptions options;
    options.sizes = {128, 96, 96, 96, 320, 240};
    options.codes = true;
    options.pictures = 20;
    const auto floors = measure_floors(options);
    for (const auto* stream : {"ultrasound", "xray"})
        for (const auto stage : floor_stages()) {
            const auto* floor = floors.find(stream, stage);
            ASSERT_NE(floor, nullptr) << stream << transport::name(stage);
            EXPECT_EQ(floor->paced.count, 20U);
            EXPECT_EQ(floor->back_to_back.count, 20U);
            EXPECT_LE(floor->paced.p50, floor->paced.p99);
        }
    EXPECT_GT(floors.find("ultrasound", Stage::encoded)->paced.p50, 0);
    EXPECT_EQ(floors.find("ultrasound", Stage::encoded)->width, 256) << "as wide as its code";
    EXPECT_GT(floors.find("xray", Stage::fused)->height, 240) << "canvas and codes";
    EXPECT_EQ(floors.presented_by, "headless");
}

TEST(Floors, end_when_they_are_stopped) {
    std::stop_source stop;
    stop.request_stop();
    FloorOptions options;
    options.sizes = {128, 96, 96, 96, 320, 240};
    options.stop = stop.get_token();
    EXPECT_THROW(static_cast<void>(measure_floors(options)), std::runtime_error);
}

}  // namespace

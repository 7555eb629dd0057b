// A result is read back as it was written, and nothing else is taken for one.
#include "bench/figures.hpp"
#include "fakes/report_frames.hpp"
#include "fakes/shown_run.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <limits>
#include <stdexcept>

namespace {

using namespace bench;
using fakes::ShownRun;
using ReadJson = nlohmann::json;

BenchResult two_repeats() {
    ShownRun fault;
    fault.drop_every = 30;
    auto result = fakes::result_of({{}, fault});
    result.house.rows = {{"g2g.p50", 20.2, "ms", 12.0},
                         {"psnr", 41, "dB", 40.0, Bar::at_least},
                         {"odd", std::numeric_limits<double>::quiet_NaN(), ""}};
    result.streams[0].clock = {"exchanges", transport::Microseconds{400}};
    result.repeats[0].distributions["g2g.ultrasound"].worst_bound = no_clock;
    return result;
}

std::string result_refusal(const std::string& text) {
    try {
        static_cast<void>(read_result(std::string_view{text}));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

/// What is said of the result after `change` has been at it.
template <typename Change>
std::string refusal_of(Change change) {
    auto all = ReadJson::parse(result_json(two_repeats()));
    change(all);
    return result_refusal(all.dump());
}

TEST(Result, is_read_back_as_it_was_written) {
    const auto written = two_repeats();
    const auto text = result_json(written);
    const auto read = read_result(std::string_view{text});
    EXPECT_EQ(read.scenario, written.scenario);
    EXPECT_EQ(read.contender, written.contender);
    EXPECT_EQ(read.grid, written.grid);
    EXPECT_EQ(read.settings, written.settings);
    EXPECT_EQ(read.versions, written.versions);
    EXPECT_EQ(read.streams, written.streams);
    EXPECT_EQ(read.repeats, written.repeats);
    EXPECT_EQ(read.house.machine, written.house.machine);
    ASSERT_EQ(read.house.rows.size(), 3U);
    EXPECT_EQ(read.house.rows[0].met(), false);
    EXPECT_EQ(read.house.rows[1].met(), true) << "a floor";
    EXPECT_EQ(result_json(read), text);
}

TEST(Result, tells_its_figures_to_readers_that_cannot_make_them) {
    const auto all = ReadJson::parse(result_json(two_repeats()));
    EXPECT_EQ(all["format"], "scialytic-bench-1");
    for (const auto* key : {"commit", "date", "machine", "rows"}) EXPECT_TRUE(all.contains(key)) << key;
    const auto found = std::ranges::find_if(
        all["figures"], [](const ReadJson& figure) { return figure["name"] == "g2g.ultrasound.p99"; });
    ASSERT_NE(found, all["figures"].end());
    EXPECT_NEAR((*found)["value"].get<double>(), 20.5, 0.05);
    EXPECT_EQ((*found)["unit"], "ms");
    EXPECT_EQ((*found)["bound"], 0);
    EXPECT_EQ((*found)["repeats"].size(), 2U);
    EXPECT_FALSE(found->contains("interval")) << "two repeats are too few";
    const auto untold =
        std::ranges::find_if(all["figures"], [](const ReadJson& figure) { return figure["name"] == "skew.p99"; });
    EXPECT_TRUE((*untold)["value"].is_null());
    EXPECT_EQ((*untold)["why"], "nobody measured it");
}

TEST(Result, intervals_come_with_four_repeats_and_are_the_same_every_time) {
    std::vector<ShownRun> repeats(4);
    for (std::size_t i = 0; i < repeats.size(); ++i) repeats[i].latency_us += static_cast<std::int64_t>(i) * 1'000;
    const auto text = result_json(fakes::result_of(repeats));
    EXPECT_EQ(text, result_json(fakes::result_of(repeats)));
    const auto all = ReadJson::parse(text);
    const auto found = std::ranges::find_if(
        all["figures"], [](const ReadJson& figure) { return figure["name"] == "g2g.ultrasound.mean"; });
    const auto low = (*found)["interval"][0].get<double>();
    const auto high = (*found)["interval"][1].get<double>();
    EXPECT_LT(low, 21.2);
    EXPECT_GT(low, 20.2);
    EXPECT_GT(high, 22.2);
    EXPECT_LT(high, 23.3);
}

TEST(Result, of_another_format_is_refused) {
    EXPECT_THAT(result_refusal("{}"), testing::HasSubstr("format: is missing"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["format"] = "scialytic-bench-2"; }), testing::HasSubstr("format"));
    EXPECT_THAT(result_refusal("[1"), testing::HasSubstr("not JSON"));
    EXPECT_THAT(result_refusal("7"), testing::HasSubstr("an object"));
    EXPECT_THAT(result_refusal(R"({"format": "a", "format": "b"})"), testing::HasSubstr("twice"));
    EXPECT_THAT(result_refusal(std::string(100'000, '[')), testing::HasSubstr("deep"));
    EXPECT_THAT(result_refusal(std::string(most_result_bytes + 1, ' ')), testing::HasSubstr("32 MiB"));
}

TEST(Result, with_something_unknown_missing_or_out_of_bounds_names_it) {
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["extra"] = 1; }), testing::HasSubstr("extra: is unknown"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all.erase("grid"); }), testing::HasSubstr("grid: is missing"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["scenario"] = ""; }), testing::HasSubstr("scenario"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["scenario"] = "two\nlines"; }), testing::HasSubstr("scenario"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["streams"][0]["name"] = "a.b"; }),
                testing::HasSubstr("streams[0].name"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["streams"].push_back(all["streams"][0]); }),
                testing::HasSubstr("two of one name"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["settings"]["encoder"] = 5; }),
                testing::HasSubstr("settings.encoder: a text"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["repeats"][1]["numbers"]["freezes"] = 1; }),
                testing::HasSubstr("repeats[1].numbers.freezes: is unknown"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["repeats"][1]["numbers"]["freeze.ultrasound.count"] = "1"; }),
                testing::HasSubstr("a number"));
    EXPECT_THAT(refusal_of([](ReadJson& all) { all["rows"][0]["met"] = nullptr; }), testing::HasSubstr("rows[0].met"));
}

TEST(Result, a_histogram_rises_and_counts) {
    const auto with = [](ReadJson histogram) {
        return refusal_of([&](ReadJson& all) {
            all["repeats"][0]["durations"]["g2g.ultrasound"]["histogram"] = std::move(histogram);
        });
    };
    EXPECT_EQ(with({1, 2, 3, 4}), "none");
    for (const auto& bad : {ReadJson{1, 2, 3}, ReadJson{1, 2, 1, 2}, ReadJson{3, 1, 2, 1}, ReadJson{1, 0},
                            ReadJson{1, -2}, ReadJson{1.5, 2}, ReadJson{60'000'001, 2}, ReadJson{"1", 2}, ReadJson(7)})
        EXPECT_THAT(with(bad), testing::HasSubstr("g2g.ultrasound.histogram")) << bad.dump();
}

TEST(Result, rows_are_made_of_the_headline_figures) {
    const auto rows = headline_rows(all_figures(two_repeats()));
    const auto found = std::ranges::find(rows, "g2g.ultrasound.p99", &Row::name);
    ASSERT_NE(found, rows.end());
    EXPECT_EQ(found->unit, "ms");
    EXPECT_EQ(std::ranges::find(rows, "skew.p99", &Row::name), rows.end()) << "nobody measured it";
}

TEST(Result, every_name_finds_its_figure_and_no_two_are_the_same) {
    const auto figures = all_figures(two_repeats());
    std::set<std::string> names;
    for (const auto& figure : figures) EXPECT_TRUE(names.insert(figure.name).second) << figure.name;
    for (const auto& name : findable_names(figures)) EXPECT_TRUE(find_figure(figures, name).has_value()) << name;
    EXPECT_FALSE(find_figure(figures, "g2g.p98").has_value());
    EXPECT_FALSE(find_figure(figures, "").has_value());
}

TEST(Result, every_kind_of_figure_is_defined_in_the_document) {
    const auto page = fakes::ReportFolder::text(std::filesystem::path{PROJECT_DIR} / "docs/benchmark.md");
    for (const auto& kind : duration_kinds()) {
        if (kind.what.starts_with("hop.")) continue;
        EXPECT_THAT(page, testing::HasSubstr(fmt::format("| `{}` ", kind.what)));
    }
    for (const auto& kind : number_kinds())
        EXPECT_THAT(page, testing::HasSubstr(fmt::format("`{}`", figure_key(kind.what, "", kind.statistic))));
    for (std::size_t i = 0; i < statistic_count; ++i)
        EXPECT_THAT(page, testing::HasSubstr(fmt::format("`{}`", name(static_cast<Statistic>(i)))));
}

struct ResultFiles : fakes::ReportFolder {};

TEST_F(ResultFiles, name_themselves_when_they_cannot_be_read) {
    std::ofstream{folder / "bad.json"} << "{}";
    for (const auto* name : {"bad.json", "none.json"}) {
        try {
            static_cast<void>(read_result(folder / name));
            FAIL() << "was read: " << name;
        } catch (const std::runtime_error& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(name));
        }
    }
}

TEST_F(ResultFiles, the_frames_are_written_one_a_row) {
    ShownRun run;
    run.frames = 3;
    run.twice = true;
    std::ostringstream csv;
    csv << frames_header;
    write_frames(csv, 2, run_figures(run.input()));
    EXPECT_EQ(csv.str(), std::string{frames_header} +
                             "2,ultrasound,0,0,20000,20000,,0,2,0\n"
                             "2,ultrasound,1,16667,36767,20100,16767,0,2,0\n"
                             "2,ultrasound,2,33334,53534,20200,16767,0,2,0\n");
}

}  // namespace

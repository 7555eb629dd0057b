// What the benchmark writes: JSON that every reader takes, a table that people read, rows made of rounds.
#include "bench/commands.hpp"
#include "bench/median.hpp"
#include "bench/path.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace {

using namespace bench;
using transport::Modality;

const Row& row_named(const std::vector<Row>& rows, const std::string& name) {
    const auto found = std::ranges::find(rows, name, &Row::name);
    if (found == rows.end()) throw std::out_of_range("no row " + name);
    return *found;
}

RunResult result(std::int64_t p50_us, std::int64_t p99_us, std::uint64_t lost = 0) {
    RunResult out;
    for (const auto modality : {Modality::ultrasound, Modality::xray})
        out.streams[modality] = {100, lost, p50_us, p99_us, p99_us + 1000};
    out.samples = {{41, 0.98}};
    return out;
}

TEST(Rows, a_goal_is_a_ceiling_or_a_floor) {
    EXPECT_EQ((Row{"a", 12, "ms", 12.0}.met()), true);
    EXPECT_EQ((Row{"a", 12.1, "ms", 12.0}.met()), false);
    EXPECT_EQ((Row{"a", 39.9, "dB", 40.0, Bar::at_least}.met()), false);
    EXPECT_EQ((Row{"a", 40, "dB", 40.0, Bar::at_least}.met()), true);
    EXPECT_FALSE((Row{"a", 12, "ms"}.met()));
    EXPECT_EQ((Row{"a", std::numeric_limits<double>::quiet_NaN(), "ms", 12.0}.met()), false);
}

TEST(Rows, json_has_the_agreed_keys_and_nothing_else) {
    Results results{"abc", "2026-01-02T03:04:05Z", "2 x \"Fast\" \\ CPU\t", {}};
    results.rows = {
        {"p50", 11.5, "ms", 12.0}, {"peer p50", 20, "ms"}, {"odd", std::numeric_limits<double>::infinity(), ""}};
    const auto json = nlohmann::json::parse(to_json(results));
    EXPECT_EQ(json.size(), 4U);
    EXPECT_EQ(json["commit"], "abc");
    EXPECT_EQ(json["date"], "2026-01-02T03:04:05Z");
    EXPECT_EQ(json["machine"], results.machine);
    ASSERT_EQ(json["rows"].size(), 3U);
    EXPECT_EQ(json["rows"][0],
              nlohmann::json({{"name", "p50"}, {"value", 11.5}, {"unit", "ms"}, {"goal", 12}, {"met", true}}));
    EXPECT_EQ(json["rows"][1].size(), 5U);
    EXPECT_TRUE(json["rows"][1]["goal"].is_null());
    EXPECT_TRUE(json["rows"][1]["met"].is_null());
    EXPECT_TRUE(json["rows"][2]["value"].is_null());
}

TEST(Rows, no_rows_are_valid_json_too) {
    EXPECT_TRUE(nlohmann::json::parse(to_json({"", "", "", {}}))["rows"].empty());
}

TEST(Rows, the_table_says_what_was_missed) {
    const auto table = to_table({"abc", "now", "here", {{"p50", 13, "ms", 12.0}, {"peer p50", 20, "ms"}}});
    EXPECT_THAT(table, testing::HasSubstr("MISSED"));
    EXPECT_THAT(table, testing::HasSubstr("here"));
    EXPECT_THAT(table, testing::Not(testing::HasSubstr(" \n")));
}

TEST(Rows, the_place_and_time_are_filled_in) {
    const auto results = results_here();
    EXPECT_FALSE(results.commit.empty());
    EXPECT_THAT(results.date, testing::MatchesRegex("20..-..-..T..:..:..Z"));
    EXPECT_THAT(results.machine, testing::HasSubstr("GiB"));
}

TEST(Median, of_odd_even_and_none) {
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
    EXPECT_THROW((void)median({}), std::invalid_argument);
}

TEST(PathRows, are_medians_over_rounds_and_ratios_within_a_round) {
    const Rounds rounds{{result(10'000, 15'000), result(20'000, 30'000, 2), result(8'000, 12'000, 1)},
                        {result(20'000, 30'000), result(80'000, 90'000), result(10'000, 40'000)}};
    const auto rows = path_rows(60, rounds);
    const auto& p50 = row_named(rows, "60/s ultrasound p50 product");
    EXPECT_EQ(p50.value, 10);
    EXPECT_EQ(p50.goal, 12);
    EXPECT_EQ(row_named(rows, "60/s ultrasound p50 peer").value, 20);
    EXPECT_FALSE(row_named(rows, "60/s ultrasound p50 peer").goal);
    EXPECT_EQ(row_named(rows, "60/s xray p50 product / peer").value, 0.5) << "of 0.5, 0.25, 0.8";
    EXPECT_EQ(row_named(rows, "60/s xray p99 product").value, 15);
    EXPECT_EQ(row_named(rows, "60/s xray max product").value, 31);
    EXPECT_EQ(row_named(rows, "60/s xray frames lost product").value, 3);
    EXPECT_EQ(row_named(rows, "60/s xray frames lost product").met(), false);
    EXPECT_EQ(row_named(rows, "60/s echo PSNR (luma) product").met(), true);
    EXPECT_FALSE(row_named(rows, "60/s echo PSNR (luma) peer").goal);
}

TEST(PathRows, a_quality_that_nobody_measured_is_not_printed) {
    Rounds rounds{{result(1, 2)}, {result(1, 2)}};
    rounds.product[0].samples.clear();
    const auto rows = path_rows(30, rounds);
    EXPECT_TRUE(std::ranges::none_of(rows, [](const Row& row) { return row.name == "30/s echo PSNR (luma) product"; }));
    EXPECT_THROW((void)path_rows(30, {}), std::invalid_argument);
}

TEST(MemoryRows, compare_the_first_minute_with_the_last) {
    const auto rows = memory_rows(60, {{0, 1024}, {60.5, 204'800}, {61.5, 300'000}, {600, 215'040}});
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].value, 200);
    EXPECT_EQ(rows[1].value, 210);
    EXPECT_NEAR(rows[2].value, 5, 1e-9);
    EXPECT_THROW((void)memory_rows(60, {{10, 5}}), std::runtime_error);
}

TEST(PathOptions, defaults_and_every_key) {
    const auto defaults = read_path_options({});
    EXPECT_EQ(defaults.seconds, 8);
    EXPECT_EQ(defaults.rounds, 7);
    EXPECT_EQ(defaults.rates, (std::vector{30, 60}));
    EXPECT_EQ(defaults.minutes, 0);
    const auto options =
        read_path_options({"--seconds", "7.5", "--rounds", "2", "--rates", "25", "--minutes", "10", "--out", "x"});
    EXPECT_EQ(options.seconds, 7.5);
    EXPECT_EQ(options.rounds, 2);
    EXPECT_EQ(options.rates, std::vector{25});
    EXPECT_EQ(options.minutes, 10);
    EXPECT_EQ(options.out, "x");
}

TEST(PathOptions, wrong_words_are_named) {
    using Words = std::vector<std::string>;
    for (const auto& words : {Words{"--second", "5"}, Words{"--rounds"}, Words{"--rounds", "0"},
                              Words{"--rounds", "2x"}, Words{"--rates", "30,,60"}, Words{"--rates", ""},
                              Words{"--seconds", "nan"}, Words{"--minutes", "1"}, Words{"--out", ""}, Words{"5"}}) {
        try {
            (void)read_path_options(words);
            ADD_FAILURE() << "taken: " << words.front();
        } catch (const transport::UsageError& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr(words.front()));
        }
    }
}

TEST(Bench, without_a_known_benchmark_is_wrong_usage) {
    EXPECT_THROW((void)bench::run_bench({"pith"}), transport::UsageError);
    EXPECT_THROW((void)bench::run_bench({"peer-capture"}), transport::UsageError);
    EXPECT_EQ(bench::run_bench({"path", "--seconds", "9", "--help"}), 0);
}

}  // namespace

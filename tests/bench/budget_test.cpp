// A budget passes only what is known to keep to it.
#include "bench/budget_check.hpp"
#include "fakes/shown_run.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace bench;
using fakes::ShownRun;

std::string budget_refusal(const std::string& budget, const BenchResult& result = fakes::result_of({{}})) {
    try {
        static_cast<void>(check_budget(read_budget(budget, "b.yaml"), "b.yaml", result));
    } catch (const transport::UsageError& error) {
        return error.what();
    }
    return "none";
}

bool keeps_to(const BenchResult& result, const std::string& line) {
    return all_met(check_budget(read_budget(line, "b.yaml"), "b.yaml", result));
}

TEST(Budget, is_a_list_of_conditions_with_or_without_yaml_s_marks) {
    const auto lines = read_budget(
        "---\n# of the ward\n- encode.p99 <= 8ms\n\n  - 'skew.p99<=8.3 ms'  # half a frame\n"
        "freeze.count == 0\r\n- \"intact.percent > 99.9%\"",
        "b.yaml");
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0], (BudgetLine{3, "encode.p99 <= 8ms", "encode.p99", Relation::at_most, 8, "ms"}));
    EXPECT_EQ(lines[1], (BudgetLine{5, "skew.p99<=8.3 ms", "skew.p99", Relation::at_most, 8.3, "ms"}));
    EXPECT_EQ(lines[2], (BudgetLine{6, "freeze.count == 0", "freeze.count", Relation::equal, 0, ""}));
    EXPECT_EQ(lines[3].relation, Relation::above);
    EXPECT_EQ(lines[3].unit, "%");
}

TEST(Budget, a_line_that_is_no_condition_is_named) {
    for (const auto* bad : {"g2g.p99", "g2g.p99 <= ", "g2g.p99 <= ms", "<= 5ms", "g2g.p99 = 5ms", "g2g.p99 != 5ms",
                            "g2g.p99 <= 5 ms more", "g2g.p99: 5ms", "g2g.p99 <= nan", "g2g.p99 <= 1e999ms"})
        EXPECT_THAT(budget_refusal(std::string{"# one\n"} + bad + "\ng2g.p99 <= 100ms"),
                    testing::HasSubstr("b.yaml:2: '"))
            << bad;
    EXPECT_THAT(budget_refusal(""), testing::HasSubstr("no condition"));
    EXPECT_THAT(budget_refusal("a\x1b[0m <= 5"), testing::Not(testing::HasSubstr("\x1b")));
    EXPECT_THAT(budget_refusal(std::string(most_budget_bytes + 1, '#')), testing::HasSubstr("1 MiB"));
    std::string many;
    for (std::size_t i = 0; i <= most_budget_lines; ++i) many += "g2g.p99 <= 1ms\n";
    EXPECT_THAT(budget_refusal(many), testing::HasSubstr("b.yaml:1001: more than 1000"));
}

TEST(Budget, an_unknown_figure_lists_those_there_are) {
    const auto words = budget_refusal("g2g.p50 <= 50ms\ng2g.p98 <= 100ms");
    EXPECT_THAT(words, testing::HasSubstr("b.yaml:2: no figure 'g2g.p98'; there are "));
    for (const auto* name :
         {"g2g.p99", "g2g.ultrasound.p99", "encode.p99", "freeze.count", "skew.p99", "hop.fused.max"})
        EXPECT_THAT(words, testing::HasSubstr(name));
    EXPECT_THAT(budget_refusal("g2g.xray.p99 <= 100ms"), testing::HasSubstr("no figure"))
        << "no such stream in this result";
}

TEST(Budget, a_unit_is_the_figure_s_or_converted_to_it) {
    EXPECT_THAT(budget_refusal("g2g.p99 <= 100"), testing::HasSubstr("g2g.p99 is told in ms, not in ''"));
    EXPECT_THAT(budget_refusal("freeze.count == 0ms"), testing::HasSubstr("is told without a unit, not in 'ms'"));
    EXPECT_THAT(budget_refusal("g2g.p99_mm <= 20ms"), testing::HasSubstr("told in mm"));
    const auto result = fakes::result_of({{}});
    EXPECT_TRUE(keeps_to(result, "g2g.p99 <= 21000us"));
    EXPECT_FALSE(keeps_to(result, "g2g.p99 <= 20000us"));
    EXPECT_TRUE(keeps_to(result, "g2g.p99 < 0.021s"));
    EXPECT_TRUE(keeps_to(result, "g2g.p99_mm <= 4.2mm"));
}

TEST(Budget, every_relation_has_its_border) {
    const auto result = fakes::result_of({{}});  // 1200 frames shown
    EXPECT_TRUE(keeps_to(result, "frames.shown == 1200"));
    EXPECT_TRUE(keeps_to(result, "frames.shown <= 1200"));
    EXPECT_TRUE(keeps_to(result, "frames.shown >= 1200"));
    EXPECT_FALSE(keeps_to(result, "frames.shown < 1200"));
    EXPECT_FALSE(keeps_to(result, "frames.shown > 1200"));
    EXPECT_FALSE(keeps_to(result, "frames.shown == 1201"));
}

TEST(Budget, a_figure_that_could_not_be_told_misses_with_the_reason) {
    ShownRun few;
    few.frames = 300;
    const auto checked = check_budget(read_budget("g2g.p99 <= 100ms\nskew.p99 <= 8.3ms\ng2g.p50 <= 100ms", "b"), "b",
                                      fakes::result_of({few}));
    EXPECT_FALSE(checked[0].met);
    EXPECT_EQ(checked[0].told, "g2g.ultrasound.p99: too few: 300 values, 1000 needed");
    EXPECT_FALSE(checked[1].met);
    EXPECT_EQ(checked[1].told, "nobody measured it");
    EXPECT_TRUE(checked[2].met);
    EXPECT_FALSE(all_met(checked));
    EXPECT_THAT(to_table(checked), testing::HasSubstr("1 of 3 met"));
}

TEST(Budget, a_limit_within_the_clock_s_bound_is_missed) {
    auto result = fakes::result_of({{}});
    EXPECT_TRUE(keeps_to(result, "g2g.p99 <= 21ms"));
    result.repeats[0].distributions["g2g.ultrasound"].bound = transport::Microseconds{1'000};
    EXPECT_FALSE(keeps_to(result, "g2g.p99 <= 21ms")) << "20.5 ± 1 ms may be more";
    EXPECT_TRUE(keeps_to(result, "g2g.p99 <= 21.6ms"));
    EXPECT_FALSE(keeps_to(result, "g2g.p99 >= 20ms"));
}

TEST(Budget, the_one_in_the_documents_asks_for_figures_that_there_are) {
    const auto file = std::filesystem::path{PROJECT_DIR} / "docs/budget.yaml";
    std::ifstream stream{file};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    const auto checked = check_budget(read_budget(text, file.string()), file.string(), fakes::result_of({{}}));
    EXPECT_EQ(checked.size(), 6U);
    EXPECT_EQ(std::ranges::count(checked, true, &Checked::met), 4) << "nobody measured server and skew";
}

TEST(Budget, the_planted_faults_miss_it) {
    const std::string budget = "pictures.repeated == 0\nframes.skipped == 0\nfreeze.count == 0\ncorrected.p99 <= 30ms";
    const auto missed = [&](const ShownRun& run) {
        std::vector<std::string> out;
        for (const auto& one : check_budget(read_budget(budget, "b"), "b", fakes::result_of({run})))
            if (!one.met) out.push_back(one.wanted.figure);
        return out;
    };
    ShownRun twice;
    twice.twice = true;
    ShownRun dropping;
    dropping.drop_every = 30;
    ShownRun freezing;
    freezing.frozen_from_us = 5'000'000;
    freezing.frozen_for_us = 400'000;
    EXPECT_THAT(missed({}), testing::IsEmpty());
    EXPECT_THAT(missed(twice), testing::ElementsAre("pictures.repeated"));
    EXPECT_THAT(missed(dropping), testing::ElementsAre("frames.skipped", "corrected.p99"));
    EXPECT_THAT(missed(freezing), testing::ElementsAre("frames.skipped", "freeze.count", "corrected.p99"));
}

TEST(Junit, has_a_case_a_line_and_is_escaped) {
    auto result = fakes::result_of({{}});
    result.scenario = "cath<lab> & \"co\"";
    const auto xml =
        to_junit(check_budget(read_budget("g2g.p99 <= 100ms\nfreeze.count > 0", "b"), "b", result), result);
    EXPECT_THAT(xml, testing::StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"));
    EXPECT_THAT(xml,
                testing::HasSubstr(R"(name="cath&lt;lab&gt; &amp; &quot;co&quot; product" tests="2" failures="1")"));
    EXPECT_THAT(xml, testing::HasSubstr("name=\"g2g.p99 &lt;= 100ms\"><system-out>20.50 ± 0.00 ms</system-out>"));
    EXPECT_THAT(xml, testing::HasSubstr("name=\"freeze.count &gt; 0\"><failure message=\"0\"/>"));
    EXPECT_THAT(xml, testing::EndsWith("</testsuites>\n"));
}

}  // namespace

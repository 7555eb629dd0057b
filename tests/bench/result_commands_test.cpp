// The two commands as a CI calls them: words in, exit code out.
#include "bench/result_commands.hpp"
#include "bench/commands.hpp"
#include "fakes/report_frames.hpp"
#include "fakes/shown_run.hpp"
#include "transport/options.hpp"

#include <gmock/gmock.h>

namespace {

using namespace bench;
using fakes::ShownRun;
using CommandWords = std::vector<std::string>;

struct ResultCommands : fakes::ReportFolder {
    void SetUp() override {
        ReportFolder::SetUp();
        std::vector<ShownRun> repeats(4);
        write("a.json", result_json(fakes::result_of(repeats)));
        for (auto& repeat : repeats) repeat.latency_us += 10'000;
        auto slow = fakes::result_of(repeats);
        write("slow.json", result_json(slow));
        slow.scenario = "ambulance";
        write("other.json", result_json(slow));
        write("kept.yaml", "- g2g.p99 <= 100ms\n- freeze.count == 0\n");
        write("missed.yaml", "- g2g.p99 <= 10ms\n");
    }
    void write(const char* name, const std::string& words) const { std::ofstream{folder / name} << words; }
    [[nodiscard]] std::string at(const char* name) const { return (folder / name).string(); }
    static std::string refusal(const CommandWords& words) {
        try {
            static_cast<void>(run_bench(words));
        } catch (const transport::UsageError& error) {
            return error.what();
        }
        return "none";
    }
};

TEST_F(ResultCommands, compare_exits_with_1_only_when_worse_was_to_fail) {
    EXPECT_EQ(run_bench({"compare", at("a.json"), at("slow.json")}), 0);
    EXPECT_EQ(run_bench({"compare", at("a.json"), at("slow.json"), "--fail-on-worse"}), 1);
    EXPECT_EQ(run_bench({"compare", "--fail-on-worse", at("slow.json"), at("a.json"), "--all"}), 0);
}

TEST_F(ResultCommands, compare_refuses_other_scenarios_unless_forced) {
    EXPECT_THAT(refusal({"compare", at("a.json"), at("other.json")}), testing::HasSubstr("--force"));
    EXPECT_EQ(run_bench({"compare", at("a.json"), at("other.json"), "--force"}), 0);
}

TEST_F(ResultCommands, check_exits_with_1_on_a_miss_and_writes_junit) {
    EXPECT_EQ(run_bench({"check", at("a.json"), at("kept.yaml")}), 0);
    EXPECT_EQ(run_bench({"check", at("a.json"), at("missed.yaml"), "--junit", at("out.xml")}), 1);
    EXPECT_THAT(text(folder / "out.xml"), testing::HasSubstr("failures=\"1\""));
    EXPECT_THROW((void)run_bench({"check", at("a.json"), at("kept.yaml"), "--junit", at("no/where.xml")}),
                 std::runtime_error);
}

TEST_F(ResultCommands, wrong_usage_is_one_line_that_names_what_is_wrong) {
    const std::vector<std::pair<CommandWords, std::string>> wrong{
        {{"compare", at("a.json")}, "wanted"},
        {{"compare", at("a.json"), at("a.json"), at("a.json")}, "wanted"},
        {{"compare", at("a.json"), at("a.json"), "--forse"}, "--forse"},
        {{"compare", at("a.json"), at("none.json")}, "none.json"},
        {{"compare", at("kept.yaml"), at("a.json")}, "kept.yaml"},
        {{"check", at("a.json"), at("none.yaml")}, "none.yaml"},
        {{"check", at("a.json"), at("kept.yaml"), "--junit"}, "--junit wants a file"},
        {{"check", at("a.json"), at("a.json")}, "a.json:1"},
        {{"check", at("a.json"), at("kept.yaml"), "--force"}, "--force"},
    };
    for (const auto& [words, named] : wrong) {
        const auto line = refusal(words);
        EXPECT_THAT(line, testing::HasSubstr(named));
        EXPECT_THAT(line, testing::Not(testing::HasSubstr("\n")));
    }
}

TEST_F(ResultCommands, help_is_told_by_both) {
    EXPECT_EQ(run_bench({"compare", "--help"}), 0);
    EXPECT_EQ(run_bench({"check", "-h"}), 0);
    for (const auto* key : {"--all", "--force", "--fail-on-worse", "--help"})
        EXPECT_THAT(std::string{compare_help()}, testing::HasSubstr(key));
    EXPECT_THAT(std::string{check_help()}, testing::HasSubstr("--junit"));
}

}  // namespace

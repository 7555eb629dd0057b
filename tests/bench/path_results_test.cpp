// What the rounds of `bench path` left in their folders becomes a result that can be compared.
#include "bench/path_results.hpp"
#include "bench/figures.hpp"
#include "fakes/shown_run.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

class PathResults : public testing::Test {
protected:
    PathResults() { options.out = std::filesystem::temp_directory_path() / fmt::format("path_results_{}", getpid()); }
    ~PathResults() override { std::filesystem::remove_all(options.out); }

    /// Two streams at 60/s, of which the echo lost every 30th picture.
    void leave_round(int round) const {
        const auto folder = round_folder(options, 60, Contender::peer, round);
        std::filesystem::create_directories(folder);
        fakes::ShownRun echo;
        echo.drop_every = 30;
        fakes::ShownRun xray;
        xray.stream = 2;
        xray.latency_us = 30'000;
        auto seen = echo.codes();
        const auto more = xray.codes();
        seen.insert(seen.end(), more.begin(), more.end());
        std::ranges::stable_sort(seen, {}, &SeenCode::presented_us);
        std::ofstream file{folder / "codes.csv"};
        file << codes_header;
        for (const auto& code : seen)
            file << fmt::format("{},{},{},{}\n", code.presented_us, code.stream, code.sequence, code.time_us);
    }

    PathOptions options;
};

TEST_F(PathResults, have_every_round_as_a_repeat_with_what_the_run_cost_and_lost) {
    for (const int round : {1, 2}) leave_round(round);
    RunResult run;
    run.cpu_s_per_minute = 48;
    run.wire_mbit_per_s = 52;
    run.samples = {{40, 0.98}, {42, 0.99}, {41, 0.97}};
    std::ostringstream frames;
    const auto result = path_result(options, 60, Contender::peer, {run, run}, {}, frames);
    EXPECT_EQ(result.contender, "peer");
    EXPECT_EQ(result.repeats.size(), 2u);
    const auto figures = all_figures(read_result(std::string_view{result_json(result)}));  // also whole on paper
    const auto value = [&](std::string_view name) { return find_figure(figures, name)->value.value_or(-1); };
    EXPECT_NEAR(value("g2g.ultrasound.p50"), 20.2, 0.3);
    EXPECT_NEAR(value("g2g.xray.p50"), 30.2, 0.3);
    EXPECT_GT(value("frames.ultrasound.skipped"), 60);
    EXPECT_EQ(value("frames.xray.skipped"), 0);
    EXPECT_DOUBLE_EQ(value("processor.per_minute"), 48);
    EXPECT_DOUBLE_EQ(value("wire.rate"), 52);
    EXPECT_DOUBLE_EQ(value("quality.ultrasound.psnr"), 41);
    EXPECT_TRUE(frames.str().starts_with(frames_header));
}

TEST_F(PathResults, name_the_round_that_left_nothing) {
    leave_round(1);
    std::ostringstream frames;
    try {
        static_cast<void>(path_result(options, 60, Contender::peer, {{}, {}}, {}, frames));
        FAIL() << "a result of rounds that were not";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("60-peer-2"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace bench

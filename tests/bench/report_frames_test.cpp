// The frames of a result are read back as they were written, or not at all.
#include "bench/report_frames.hpp"
#include "bench/report_seconds.hpp"
#include "bench/svg.hpp"
#include "fakes/shown_run.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <stdexcept>

namespace {

using namespace bench;

std::string row_refusal(const std::string& rows) {
    std::istringstream csv{std::string{frames_header} + rows};
    try {
        static_cast<void>(read_frames(csv));
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

TEST(ReportFrames, are_what_was_written) {
    fakes::ShownRun run;
    run.drop_every = 30;
    const auto figures = run_figures(run.input());
    std::stringstream csv;
    csv << frames_header;
    write_frames(csv, 3, figures);
    const auto read = read_frames(csv);
    const auto& written = figures.frames.at("ultrasound");
    ASSERT_EQ(read.size(), written.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
        EXPECT_EQ(read[i].repeat, 3U);
        EXPECT_EQ(read[i].stream, "ultrasound");
        EXPECT_EQ(read[i].sequence, written[i].sequence);
        EXPECT_EQ(read[i].latency_us(), written[i].latency_us());
        EXPECT_EQ(read[i].gap_us, written[i].gap_us);
        EXPECT_EQ(read[i].skipped_before, written[i].skipped_before);
    }
}

TEST(ReportFrames, are_refused_with_the_line_that_is_none) {
    const std::string good = "1,xray,5,1000,3000,2000,,0,1,0\n";
    EXPECT_EQ(row_refusal(good), "none");
    for (const auto* bad :
         {"1,xray,5,1000,3000,2001,,0,1,0\n", "0,xray,5,1000,3000,2000,,0,1,0\n", "1,X-ray,5,1000,3000,2000,,0,1,0\n",
          "1,xray,5,1000,3000,2000,,0,1,2\n", "1,xray,5,1000,3000,2000,,0,1\n", "1,xray,5,1000,3000,2000,,0,1,0,\n",
          "\n", "1,xray,-5,1000,3000,2000,,0,1,0\n", "1,xray,5,1000,3000,2000,,0,1,0"})
        EXPECT_THAT(row_refusal(good + bad), testing::HasSubstr("line 3 is no whole row of a frame")) << bad;
    std::istringstream other{"repeat,stream\n"};
    EXPECT_THROW(static_cast<void>(read_frames(other)), std::runtime_error);
}

TEST(ReportSeconds, tell_p99_only_of_a_hundred_frames) {
    ShownRepeat repeat;
    for (std::uint32_t i = 0; i < 300; ++i) {
        const std::int64_t presented_us = i * 8'000;  // 125 a second
        repeat.frames.push_back({1, "xray", i, presented_us - (i % 100 == 99 ? 50'000 : 10'000), presented_us});
    }
    const auto windows = windows_of(repeat, 1);
    ASSERT_EQ(windows.size(), 3U);
    EXPECT_EQ(windows[0].frames, 125U);
    EXPECT_EQ(windows[0].p50_us, 10'000);
    EXPECT_EQ(windows[0].p99_us, 10'000) << "one of 125 is beyond it";
    EXPECT_EQ(windows[0].max_us, 50'000);
    EXPECT_EQ(windows[2].frames, 50U);
    EXPECT_FALSE(windows[2].p99_us.has_value());
    EXPECT_EQ(window_seconds(60), 1);
    EXPECT_EQ(window_seconds(600), 2);
}

TEST(SvgPaths, keep_the_peaks_when_they_are_thinned_out) {
    std::vector<SvgPoint> points;
    for (int i = 0; i < 10'000; ++i) points.push_back({i * 0.1, i == 4321 ? 99.0 : 1.0});
    const auto thin = decimated(points, 200);
    EXPECT_LE(thin.size(), 200U);
    EXPECT_EQ(std::ranges::max_element(thin, {}, &SvgPoint::y)->y, 99.0);
    EXPECT_TRUE(std::ranges::is_sorted(thin, {}, &SvgPoint::x));
}

TEST(SvgScale, has_round_ticks_and_stays_in_the_picture) {
    const Scale linear{0, 47, 0, 470};
    EXPECT_THAT(linear.ticks(5), testing::ElementsAre(0, 10, 20, 30, 40));
    EXPECT_EQ(linear.at(1'000), 470);
    const Scale logarithmic{5, 2'000, 0, 100, Scale::Kind::logarithmic};
    EXPECT_THAT(logarithmic.ticks(8), testing::ElementsAre(5, 10, 20, 50, 100, 200, 500, 1'000, 2'000));
    EXPECT_EQ(logarithmic.at(0), 0);
    EXPECT_EQ(logarithmic.at(2'000), 100);
}

TEST(SvgLabels, cover_no_other) {
    const auto moved = moved_apart({50, 51, 52, 10}, 12, 0, 100);
    EXPECT_THAT(moved, testing::ElementsAre(50, 62, 74, 10));
    EXPECT_THAT(moved_apart({99, 98}, 12, 0, 100), testing::ElementsAre(100, 88));
}

}  // namespace

// timeline.csv and summary.json, also on a disk that will not have them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <algorithm>
#include <csignal>
#include <tuple>

#include "fakes/report_frames.hpp"
#include "render/report.hpp"

namespace {

using namespace fakes;
using render::Endpoints;
using render::Report;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(ReportFolder, the_summary_has_the_keys_and_the_exact_percentiles) {
    Report report{folder, Endpoints{.presented_by = "headless \"A\""}, start, "1.2.3"};
    for (std::uint32_t n = 1; n <= 1000; ++n) report.add(echo_picture(n, 5'000 + static_cast<int>(n)));
    report.dropped("mailbox", 3);
    report.dropped("lost packets", 1);
    report.dropped("mailbox", 4);
    report.checked({1000, 998, 1, 1, Microseconds{33'333}});
    report.finish();
    const auto json = summary();
    const auto& echo = json["glass_to_glass_us"]["ultrasound"];
    EXPECT_EQ(echo["count"], 1000);
    EXPECT_NEAR(echo["p50"].get<double>(), 5'500, 6);
    EXPECT_NEAR(echo["p95"].get<double>(), 5'950, 6);
    EXPECT_NEAR(echo["p99"].get<double>(), 5'990, 6);
    EXPECT_NEAR(echo["p999"].get<double>(), 5'999, 6);
    EXPECT_EQ(echo["max"], 6'000);
    EXPECT_EQ(json["hops_us"]["ultrasound"]["encoded"]["p50"], 2'000);
    EXPECT_EQ(json["hops_us"]["ultrasound"]["presented"]["max"], 4'000);
    EXPECT_FALSE(json["hops_us"]["ultrasound"].contains("decoded")) << "nobody marked it";
    EXPECT_FALSE(json["glass_to_glass_us"].contains("xray")) << "nobody sent it";
    EXPECT_EQ(json["endpoints"]["from"], "captured");
    EXPECT_EQ(json["endpoints"]["to"], "presented");
    EXPECT_EQ(json["endpoints"]["presented_by"], "headless \"A\"");
    EXPECT_EQ(json["frames_presented"], 1000);
    EXPECT_EQ(json["drops"]["mailbox"], 4);
    EXPECT_EQ(json["drops"]["lost packets"], 1);
    EXPECT_EQ(json["pixel_check"]["frames"], 1000);
    EXPECT_EQ(json["pixel_check"]["agree"], 998);
    EXPECT_EQ(json["pixel_check"]["disagree"], 1);
    EXPECT_EQ(json["pixel_check"]["unreadable"], 1);
    EXPECT_EQ(json["pixel_check"]["max_difference_us"], 33'333);
    EXPECT_EQ(json["skew_us"]["p50"], nullptr);
    EXPECT_EQ(json["version"], "1.2.3");
    EXPECT_EQ(json["clock_bound_us"], 0);
    EXPECT_EQ(json["sub_frame"], true);
    EXPECT_GE(json["machine"]["cores"], 1);
    EXPECT_NE(json["machine"]["kernel"], nullptr);
    EXPECT_NEAR(json["seconds"].get<double>(), 33.339, 0.001);
    EXPECT_TRUE(json["date"].is_string());
}

TEST_F(ReportFolder, a_run_without_frames_prints_no_number) {
    Report report{folder, {}, start};
    EXPECT_THAT(report.line(start + std::chrono::seconds{1}), AllOf(HasSubstr("run 1.0 s | 0.0/s"), HasSubstr("skew -"),
                                                                    HasSubstr("slowest hop -"), HasSubstr("drops 0")));
    report.finish();
    const auto json = summary();
    EXPECT_EQ(json["frames_presented"], 0);
    EXPECT_EQ(json["pixel_check"], nullptr);
    EXPECT_EQ(json["endpoints"]["presented_by"], nullptr);
    EXPECT_EQ(json["sub_frame"], false);
    EXPECT_TRUE(json["glass_to_glass_us"].empty());
    EXPECT_TRUE(rows().empty());
    EXPECT_THAT(report.table(), HasSubstr("skew                         0        -"));
}

TEST_F(ReportFolder, a_row_has_every_known_mark_from_the_runs_start_and_nothing_for_the_unknown) {
    Report report{folder, {}, start};
    auto echo = source(Modality::ultrasound, 41, Microseconds{1'000'000},
                       {{Stage::acquired, -1'500}, {Stage::encoded, 2'001}, {Stage::presented, 9'000}});
    echo.timeline.clock_bound = Microseconds{120};
    echo.timeline.acquired_estimated = true;
    PresentedFrame frame = picture(77, {echo});
    frame.skew = Microseconds{-3'100};
    report.add(frame);
    report.finish();
    const auto table = rows();
    ASSERT_EQ(table.size(), 1U);
    const auto& row = table[0];
    EXPECT_EQ(row.at("stream"), "100");
    EXPECT_EQ(row.at("sequence"), "77");
    EXPECT_EQ(row.at("skew_us"), "-3100");
    EXPECT_EQ(row.at("ultrasound_sequence"), "41");
    EXPECT_EQ(row.at("ultrasound_clock_bound_us"), "120");
    EXPECT_EQ(row.at("ultrasound_acquired_estimated"), "1");
    EXPECT_EQ(row.at("ultrasound_acquired_us"), "998500");
    EXPECT_EQ(row.at("ultrasound_captured_us"), "1000000");
    EXPECT_EQ(row.at("ultrasound_encoded_us"), "1002001");
    EXPECT_EQ(row.at("ultrasound_presented_us"), "1009000");
    std::size_t empty = 0;
    for (const auto& [column, cell] : row) empty += cell.empty() ? 1 : 0;
    EXPECT_EQ(empty, 12U + 2 * 20U) << "unknown stages of the echo, all of X-ray and camera";
    for (const auto modality : {"ultrasound", "xray", "camera"})
        for (std::size_t i = 0; i < transport::stage_count; ++i)
            EXPECT_EQ(row.count(std::string{modality} + "_" + std::string{name(static_cast<Stage>(i))} + "_us"), 1U);
}

TEST_F(ReportFolder, rows_reach_the_disk_once_a_second) {
    Report report{folder, {}, start};
    for (std::uint32_t n = 0; n < 30; ++n) report.add(echo_picture(n, 8'000));
    EXPECT_EQ(rows().size(), 0U) << "no disk work per frame";
    std::ignore = report.line(start + std::chrono::seconds{1});
    EXPECT_EQ(rows().size(), 30U);
}

TEST_F(ReportFolder, rows_of_a_run_that_never_finished_are_kept_and_an_old_summary_is_not) {
    std::ofstream{folder / "summary.json"} << "{}";
    {
        Report report{folder, {}, start};
        report.add(echo_picture(1, 8'000));
    }
    EXPECT_EQ(rows().size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder / "summary.json"));
}

TEST_F(ReportFolder, a_folder_that_cannot_be_made_is_named) {
    std::ofstream{folder / "file"} << "x";
    const auto impossible = folder / "file" / "out";
    try {
        const Report report{impossible, {}, start};
        FAIL() << "a folder inside a file";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr(impossible.string()), Not(HasSubstr("\n"))));
    }
}

TEST_F(ReportFolder, a_disk_that_is_full_from_the_start_is_named) {
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "/dev/full is not there";
    std::filesystem::create_symlink("/dev/full", folder / "timeline.csv");
    try {
        const Report report{folder, {}, start};
        FAIL() << "nothing can be written there";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr((folder / "timeline.csv").string()));
    }
}

/// No file of this process may grow beyond `bytes` meanwhile.
struct SmallDisk {
    explicit SmallDisk(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before);
        const rlimit small{bytes, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk() { setrlimit(RLIMIT_FSIZE, &before); }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    rlimit before{};
};

TEST_F(ReportFolder, a_disk_that_fills_up_is_told_once_and_its_rows_are_counted) {
    Report report{folder, {}, start};
    for (std::uint32_t n = 0; n < 10; ++n) report.add(echo_picture(n, 8'000));
    std::ignore = report.line(start + std::chrono::seconds{1});
    testing::internal::CaptureStderr();
    {
        const SmallDisk disk{std::filesystem::file_size(folder / "timeline.csv") + 50};
        for (int second = 2; second <= 4; ++second) {
            for (std::uint32_t n = 0; n < 10; ++n) report.add(echo_picture(n, 8'000));
            std::ignore = report.line(start + std::chrono::seconds{second});
        }
    }
    const auto told = testing::internal::GetCapturedStderr();
    EXPECT_THAT(told, HasSubstr((folder / "timeline.csv").string()));
    EXPECT_EQ(std::ranges::count(told, '\n'), 1) << told;
    EXPECT_EQ(report.rows_lost(), 30U);
    EXPECT_EQ(rows().size(), 10U) << "a torn row was left behind";
    report.finish();
    EXPECT_EQ(summary()["csv_rows_lost"], 30);
    EXPECT_EQ(summary()["frames_presented"], 40);
}

TEST_F(ReportFolder, a_summary_that_cannot_be_written_does_not_end_the_program) {
    Report report{folder, {}, start};
    std::filesystem::remove_all(folder);
    testing::internal::CaptureStderr();
    report.finish();
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr((folder / "summary.json").string()));
}

}  // namespace

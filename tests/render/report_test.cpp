#include "render/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace {

using render::Endpoints;
using render::PresentedFrame;
using render::Report;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using transport::FrameHeader;
using transport::Microseconds;
using transport::Modality;
using transport::Stage;
using transport::Timestamp;
using transport::timestamp;

constexpr Timestamp start = timestamp(5'000'000);

/// Frame `sequence`, captured at `captured` after the start; each later mark by its distance from captured.
FrameHeader source(Modality modality, std::uint32_t sequence, Microseconds captured,
                   const std::vector<std::pair<Stage, int>>& marks) {
    FrameHeader header;
    header.stream = static_cast<transport::StreamId>(1 + static_cast<int>(modality));
    header.sequence = sequence;
    header.modality = modality;
    header.period = Microseconds{33'333};
    header.timeline.mark(Stage::captured, start + captured);
    for (const auto& [stage, us] : marks) header.timeline.mark(stage, start + captured + Microseconds{us});
    return header;
}

PresentedFrame picture(std::uint32_t sequence, std::vector<FrameHeader> sources) {
    return {100, sequence, std::move(sources), std::nullopt};
}

/// Echo at 30/s, from captured to presented in `latency` µs.
PresentedFrame echo_picture(std::uint32_t sequence, int latency) {
    return picture(sequence, {source(Modality::ultrasound, sequence, Microseconds{33'333} * sequence,
                                     {{Stage::encoded, 2'000}, {Stage::presented, latency}})});
}

class ReportFolder : public testing::Test {
protected:
    void SetUp() override {
        auto name = (std::filesystem::temp_directory_path() / "report_test_XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    [[nodiscard]] static std::string text(const std::filesystem::path& path) {
        std::ifstream file{path};
        std::stringstream all;
        all << file.rdbuf();
        return all.str();
    }
    [[nodiscard]] nlohmann::json summary() const { return nlohmann::json::parse(text(folder / "summary.json")); }
    /// timeline.csv as rows of column → cell.
    [[nodiscard]] std::vector<std::map<std::string, std::string>> rows() const {
        std::ifstream file{folder / "timeline.csv"};
        const auto cells = [](const std::string& line) {
            std::vector<std::string> out(1);
            for (const char c : line)
                if (c == ',')
                    out.emplace_back();
                else
                    out.back() += c;
            return out;
        };
        std::string line;
        std::getline(file, line);
        const auto columns = cells(line);
        std::vector<std::map<std::string, std::string>> out;
        while (std::getline(file, line)) {
            const auto values = cells(line);
            EXPECT_EQ(values.size(), columns.size()) << line;
            auto& row = out.emplace_back();
            for (std::size_t i = 0; i < std::min(values.size(), columns.size()); ++i) row[columns[i]] = values[i];
        }
        return out;
    }

    std::filesystem::path folder;
};

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

TEST_F(ReportFolder, an_xray_frame_that_is_shown_twice_is_counted_once_and_written_twice) {
    Report report{folder, {}, start};
    for (std::uint32_t n = 0; n < 60; ++n) {  // picture 30/s, X-ray 15/s
        const Microseconds echo_time{33'333 * static_cast<std::int64_t>(n)};
        const std::uint32_t xray = n / 2;
        const Microseconds xray_time{66'666 * static_cast<std::int64_t>(xray)};
        const int again = n % 2 == 0 ? 0 : 33'333;
        report.add(picture(n, {source(Modality::ultrasound, n, echo_time, {{Stage::presented, 8'000}}),
                               source(Modality::xray, xray, xray_time, {{Stage::presented, 8'000 + again}})}));
    }
    report.finish();
    const auto json = summary();
    EXPECT_EQ(json["frames_presented"], 60);
    EXPECT_EQ(json["glass_to_glass_us"]["ultrasound"]["count"], 60);
    EXPECT_EQ(json["glass_to_glass_us"]["xray"]["count"], 30);
    EXPECT_EQ(json["glass_to_glass_us"]["xray"]["max"], 8'000) << "counted at its second presentation";
    EXPECT_EQ(json["hops_us"]["xray"]["presented"]["count"], 30);
    const auto table = rows();
    ASSERT_EQ(table.size(), 60U);
    EXPECT_EQ(table[6].at("xray_sequence"), "3");
    EXPECT_EQ(table[7].at("xray_sequence"), "3");
    EXPECT_EQ(table[6].at("xray_presented_us"), "207998");
    EXPECT_EQ(table[7].at("xray_presented_us"), "241331");
}

TEST_F(ReportFolder, a_node_that_starts_again_from_zero_is_counted_again) {
    Report report{folder, {}, start};
    for (std::uint32_t n = 0; n < 50; ++n) report.add(echo_picture(n, 8'000));
    for (std::uint32_t n = 0; n < 50; ++n) report.add(echo_picture(n, 8'000));
    report.finish();
    EXPECT_EQ(summary()["glass_to_glass_us"]["ultrasound"]["count"], 100);
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

TEST(ReportStatistics, the_line_tells_the_last_second_only) {
    Report report{std::nullopt, Endpoints{.presented_by = "headless"}, start};
    for (std::uint32_t n = 0; n < 60; ++n) report.add(echo_picture(n, 30'000));
    std::ignore = report.line(start + std::chrono::seconds{1});
    for (std::uint32_t n = 60; n < 120; ++n) {
        auto frame = echo_picture(n, 8'100);
        frame.skew = Microseconds{n % 2 == 0 ? 2'000 : -2'000};
        report.add(frame);
    }
    report.dropped("mailbox", 2);
    report.dropped("lost packets", 5);
    EXPECT_EQ(report.line(start + std::chrono::seconds{2}),
              "run 2.0 s | 60.0/s | captured → presented | echo 8.1 p50 ~8.1 p99 ± 0.0 ms | skew 2.0 ± 0.0 ms | "
              "slowest hop presented 6.1 ± 0.0 ms mean | drops 7");
    EXPECT_THAT(report.line(start + std::chrono::seconds{3}), AllOf(HasSubstr("| 0.0/s |"), HasSubstr("| echo - |")));
}

TEST(ReportStatistics, the_line_shows_what_the_pixels_said) {
    Report report{std::nullopt, {}, start};
    report.checked({1000, 998, 1, 1, Microseconds{0}});
    EXPECT_THAT(report.line(start + std::chrono::seconds{1}), HasSubstr("pixels agree 998 disagree 1 unreadable 1"));
}

TEST(ReportStatistics, a_percentile_with_fewer_than_ten_samples_beyond_is_marked) {
    Report report{std::nullopt, {}, start};
    for (std::uint32_t n = 0; n < 999; ++n) report.add(echo_picture(n, 8'000));
    const auto marked = "captured → presented       999     8.00     8.00    ~8.00    ~8.00     8.00";
    const auto trusted = "captured → presented      1000     8.00     8.00     8.00    ~8.00     8.00";
    EXPECT_THAT(report.table(), HasSubstr(marked));
    report.add(echo_picture(999, 8'000));
    EXPECT_THAT(report.table(), HasSubstr(trusted));
}

/// Pictures whose remote marks can be off by `bound`.
Report with_clock_bound(Microseconds bound, std::optional<std::filesystem::path> out = std::nullopt) {
    Report report{std::move(out), {}, start};
    for (std::uint32_t n = 0; n < 30; ++n) {
        auto echo = source(Modality::ultrasound, n, Microseconds{33'333} * n,
                           {{Stage::encoded, 2'000}, {Stage::decoded, 5'000}, {Stage::presented, 9'000}});
        echo.timeline.clock_bound = bound;
        report.add(picture(n, {echo}));
    }
    return report;
}

TEST(ReportStatistics, every_figure_carries_its_clock_bound) {
    auto report = with_clock_bound(Microseconds{700});
    EXPECT_THAT(report.table(), HasSubstr("worst clock ± 0.70 ms"));
    const auto line = report.line(start + std::chrono::seconds{1});
    EXPECT_THAT(line, HasSubstr("echo 9.0 p50 ~9.0 p99 ± 0.7 ms"));
    EXPECT_THAT(line, HasSubstr("slowest hop presented 4.0 ± 0.7 ms"));
}

TEST_F(ReportFolder, above_half_a_frame_of_clock_error_a_figure_is_unknown_but_hops_on_one_machine_stay) {
    auto good = with_clock_bound(Microseconds{16'666}, folder);
    good.finish();
    EXPECT_EQ(summary()["glass_to_glass_us"]["ultrasound"]["count"], 30);
    EXPECT_EQ(summary()["glass_to_glass_us"]["ultrasound"]["clock_bound"], 16'666);
    EXPECT_EQ(summary()["sub_frame"], false);

    auto bad = with_clock_bound(Microseconds{16'667}, folder);
    EXPECT_THAT(bad.line(start + std::chrono::seconds{1}), HasSubstr("echo unknown (clock ± 16.7 ms)"));
    bad.finish();
    const auto json = summary();
    EXPECT_EQ(json["glass_to_glass_us"]["ultrasound"]["p50"], nullptr);
    EXPECT_EQ(json["glass_to_glass_us"]["ultrasound"]["unknown"], 30);
    EXPECT_EQ(json["hops_us"]["ultrasound"]["encoded"]["p50"], 2'000);
    EXPECT_EQ(json["hops_us"]["ultrasound"]["encoded"]["clock_bound"], 0);
    EXPECT_EQ(json["hops_us"]["ultrasound"]["decoded"]["p50"], nullptr);
}

TEST_F(ReportFolder, sub_frame_is_claimed_up_to_two_milliseconds_of_clock_error) {
    with_clock_bound(Microseconds{2'000}, folder).finish();
    EXPECT_EQ(summary()["sub_frame"], true);
    with_clock_bound(Microseconds{2'001}, folder).finish();
    EXPECT_EQ(summary()["sub_frame"], false);
}

TEST_F(ReportFolder, an_estimated_acquisition_is_a_setting_and_no_hop_is_made_of_it) {
    Report report{folder, {}, start};
    auto told = source(Modality::ultrasound, 1, Microseconds{0}, {{Stage::acquired, -900}});
    auto estimated = source(Modality::xray, 1, Microseconds{0}, {{Stage::acquired, -900}});
    estimated.timeline.acquired_estimated = true;
    report.add(picture(1, {told, estimated}));
    report.finish();
    EXPECT_EQ(summary()["hops_us"]["ultrasound"]["captured"]["p50"], 900);
    EXPECT_TRUE(summary()["hops_us"]["xray"].empty());
}

TEST_F(ReportFolder, a_missing_endpoint_counts_as_unknown) {
    Report report{folder, Endpoints{.from = Stage::acquired, .to = Stage::presented, .presented_by = "kms"}, start};
    report.add(echo_picture(1, 8'000));
    report.finish();
    EXPECT_EQ(summary()["endpoints"]["from"], "acquired");
    EXPECT_EQ(summary()["glass_to_glass_us"]["ultrasound"]["count"], 0);
    EXPECT_EQ(summary()["glass_to_glass_us"]["ultrasound"]["unknown"], 1);
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

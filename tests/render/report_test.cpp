// The figures: what is counted, what is unknown, and how the terminal says it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "fakes/metrics_text.hpp"
#include "fakes/report_frames.hpp"
#include "render/report.hpp"

namespace {

using namespace fakes;
using render::Endpoints;
using render::Report;
using testing::AllOf;
using testing::HasSubstr;

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

TEST(ReportStatistics, a_scrape_counts_what_the_summary_counts) {
    Report report{std::nullopt, {}, start};
    for (std::uint32_t n = 0; n < 10; ++n) report.add(echo_picture(n, 30'000));
    report.add(echo_picture(9, 60'000));  // shown again
    auto doubtful = echo_picture(10, 30'000);
    doubtful.sources[0].timeline.clock_bound = Microseconds{20'000};
    report.add(doubtful);
    transport::MetricsPage page;
    report.tell(page);
    const MetricsText read{page.text()};
    const MetricLabelSet echo{{"modality", "ultrasound"}};
    EXPECT_EQ(read.value("scialytic_frames_total"), 12);
    EXPECT_EQ(read.value("scialytic_captured_to_presented_seconds_count", echo), 10);
    EXPECT_NEAR(*read.value("scialytic_captured_to_presented_seconds_sum", echo), 0.3, 1e-9);
    EXPECT_EQ(read.value("scialytic_untimed_frames_total", echo), 1) << "its clock is not good enough";
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"stage", "encoded"}}), 11) << "of one machine all the same";
    EXPECT_EQ(read.value("scialytic_hop_seconds_count", {{"stage", "presented"}}), 10);
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

/// Pictures whose clock is known that way; of `unknown` frames it is not known at all.
Report with_clock(transport::ClockBasis basis, int unknown, std::optional<std::filesystem::path> out = std::nullopt) {
    Report report{std::move(out), {}, start};
    for (std::uint32_t n = 0; n < 30; ++n) {
        auto echo = source(Modality::ultrasound, n, Microseconds{33'333} * n, {{Stage::presented, 9'000}});
        echo.timeline.clock_bound = Microseconds{basis == transport::ClockBasis::same_machine ? 0 : 5'800};
        echo.timeline.clock_basis = basis;
        if (n < static_cast<std::uint32_t>(unknown)) {
            echo.timeline.clear(Stage::captured);
            echo.timeline.clock_bound = Microseconds{0};
            echo.timeline.clock_basis = {};
        }
        report.add(picture(n, {echo}));
    }
    return report;
}

TEST_F(ReportFolder, says_of_each_source_how_its_clock_is_bounded) {
    using transport::ClockBasis;
    EXPECT_THAT(with_clock(ClockBasis::same_machine, 0).table(), HasSubstr("its clock               same machine\n"));
    EXPECT_THAT(with_clock(ClockBasis::exchanges, 0).table(), HasSubstr("exchanges, ± 5.8 ms, asymmetry unknown\n"));
    EXPECT_THAT(with_clock(ClockBasis::known_asymmetry, 0).table(),
                HasSubstr("exchanges, ± 5.8 ms, asymmetry configured\n"));
    EXPECT_THAT(with_clock(ClockBasis::host_clocks, 4).table(),
                HasSubstr("host clocks disciplined, ± 5.8 ms; unknown for 4 frames\n"));
    with_clock(ClockBasis::exchanges, 7, folder).finish();
    const auto clock = summary()["clocks"]["ultrasound"];
    EXPECT_EQ(clock["basis"], "exchanges, asymmetry unknown");
    EXPECT_EQ(clock["bound_us"], 5'800);
    EXPECT_EQ(clock["frames_known"], 23);
    EXPECT_EQ(clock["frames_unknown"], 7);
}

TEST_F(ReportFolder, sub_frame_is_not_claimed_for_a_source_whose_clock_was_never_known) {
    const auto report = with_clock(transport::ClockBasis::exchanges, 30, folder);
    EXPECT_THAT(report.table(), HasSubstr("its clock               unknown\n"));
    with_clock(transport::ClockBasis::exchanges, 30, folder).finish();
    EXPECT_EQ(summary()["sub_frame"], false);
    EXPECT_EQ(summary()["clocks"]["ultrasound"]["bound_us"], nullptr);
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

}  // namespace

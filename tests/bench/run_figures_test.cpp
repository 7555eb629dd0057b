// A run's figures must find the faults that were planted in it, and claim nothing they cannot know.
#include "bench/figures.hpp"
#include "fakes/shown_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace bench;
using fakes::ShownRun;
using transport::Microseconds;

Told figure(const BenchResult& result, const std::string& name) {
    const auto found = find_figure(all_figures(result), name);
    if (!found) throw std::out_of_range("no figure " + name);
    return *found;
}

double value(const BenchResult& result, const std::string& name) {
    const auto found = figure(result, name);
    if (!found.value) throw std::runtime_error(name + ": " + found.why);
    return *found.value;
}

BenchResult result_with(const RunInput& input) {
    BenchResult out;
    add_repeat(out, input, run_figures(input));
    return out;
}

TEST(RunFigures, of_a_steady_pipeline_are_what_it_does) {
    const auto steady = fakes::result_of({{}});
    EXPECT_NEAR(value(steady, "g2g.ultrasound.p50"), 20.2, 0.05);
    EXPECT_NEAR(value(steady, "g2g.ultrasound.p99"), 20.5, 0.05);
    EXPECT_NEAR(value(steady, "g2g.ultrasound.mean"), 20.25, 0.05);
    EXPECT_NEAR(value(steady, "g2g.ultrasound.std"), 0.17, 0.01);
    EXPECT_NEAR(value(steady, "g2g.ultrasound.p50_mm"), 4.04, 0.01) << "20 cm/s";
    EXPECT_EQ(value(steady, "corrected.ultrasound.max"), value(steady, "g2g.ultrasound.max"));
    // From the latency when a frame comes to a period more when the next does, evenly: no lock to the source's rate.
    EXPECT_NEAR(value(steady, "age.ultrasound.mean"), 20.25 + 8.33, 0.1);
    EXPECT_NEAR(value(steady, "age.ultrasound.p99"), 20.25 + 16.5, 0.2);
    EXPECT_LT(value(steady, "age.ultrasound.max"), 38);
    EXPECT_EQ(value(steady, "frames.ultrasound.shown"), 1200);
    EXPECT_EQ(value(steady, "frames.ultrasound.skipped"), 0);
    EXPECT_EQ(value(steady, "frames.ultrasound.repeated"), 0);
    EXPECT_EQ(value(steady, "pictures.repeated"), 0);
    EXPECT_EQ(value(steady, "intact.ultrasound.percent"), 100);
    EXPECT_EQ(value(steady, "freeze.ultrasound.count"), 0);
    EXPECT_LT(value(steady, "jitter.ultrasound.rfc3550"), 0.3);
    EXPECT_NEAR(value(steady, "quantisation.ultrasound.capture_mean"), 8.33, 0.01);
    EXPECT_NEAR(value(steady, "quantisation.display_worst"), 16.67, 0.01);
    EXPECT_EQ(steady.grid, "nominal grid, 60 Hz, at every phase");
}

TEST(RunFigures, find_a_display_that_shows_every_frame_twice) {
    ShownRun fault;
    fault.twice = true;
    const auto twice = fakes::result_of({fault});
    EXPECT_EQ(value(twice, "pictures.shown"), 2400);
    EXPECT_EQ(value(twice, "pictures.repeated"), 1200);
    EXPECT_EQ(value(twice, "frames.ultrasound.repeated"), 1200);
    EXPECT_EQ(value(twice, "frames.ultrasound.shown"), 1200);
    EXPECT_EQ(value(twice, "g2g.ultrasound.max"), value(fakes::result_of({{}}), "g2g.ultrasound.max"))
        << "the second showing is no latency";
}

TEST(RunFigures, find_a_pipeline_that_drops_every_30th_frame) {
    ShownRun fault;
    fault.drop_every = 30;
    const auto dropping = fakes::result_of({fault});
    EXPECT_EQ(value(dropping, "frames.ultrasound.skipped"), 39) << "the 40th is the last: nobody knows of it";
    EXPECT_NEAR(value(dropping, "intact.ultrasound.percent"), 100 * 29 / 30.0, 0.1);
    EXPECT_EQ(value(dropping, "freeze.ultrasound.count"), 0);
    EXPECT_NEAR(value(dropping, "g2g.ultrasound.p99"), 20.5, 0.05) << "those that came were as fast as ever";
    EXPECT_NEAR(value(dropping, "corrected.ultrasound.p99"), 36.7, 0.5) << "those that did not were waited for";
    EXPECT_NEAR(value(dropping, "gap.ultrasound.p99"), 33.3, 0.5);
}

TEST(RunFigures, find_a_freeze_and_how_long_it_was) {
    ShownRun fault;
    fault.frozen_from_us = 5'000'000;
    fault.frozen_for_us = 400'000;
    const auto frozen = fakes::result_of({fault});
    EXPECT_EQ(value(frozen, "freeze.ultrasound.count"), 1);
    EXPECT_NEAR(value(frozen, "freeze.ultrasound.longest"), 400, 17);
    EXPECT_EQ(value(frozen, "freeze.ultrasound.total"), value(frozen, "freeze.ultrasound.longest"));
    EXPECT_NEAR(value(frozen, "g2g.ultrasound.p99"), 20.5, 0.05) << "a frozen screen is no sample at all";
    EXPECT_GT(value(frozen, "corrected.ultrasound.p99"), 150);
    EXPECT_NEAR(value(frozen, "age.ultrasound.max"), 420, 20);
}

TEST(RunFigures, a_clock_8_ms_wrong_is_within_the_bound_that_is_told) {
    ShownRun fault;
    fault.clock_error_us = 8'000;
    auto input = fault.input();
    input.streams[0].clock_bound.reset();
    input.timelines = fault.timelines(Microseconds{8'200});
    const auto wrong = figure(result_with(input), "g2g.ultrasound.p50");
    ASSERT_TRUE(wrong.value) << wrong.why;
    EXPECT_NEAR(*wrong.value, 28.2, 0.05);
    EXPECT_NEAR(wrong.bound, 8.2, 1e-9);
    EXPECT_LE(*wrong.value - wrong.bound, 20.2) << "the truth is within";
    EXPECT_EQ(value_text(wrong), "28.21 ± 8.20 ms") << "to the histogram's 0.1 %";

    input.timelines = fault.timelines(Microseconds{8'400});  // half a frame is 8.33 ms
    const auto untold = figure(result_with(input), "g2g.ultrasound.p50");
    EXPECT_FALSE(untold.value.has_value());
    EXPECT_EQ(untold.why, "clock not good enough: ± 8.4 ms is more than half a frame");
    const auto gap = figure(result_with(input), "gap.ultrasound.p50");
    EXPECT_TRUE(gap.value.has_value()) << "the display's clock alone tells that";
    EXPECT_EQ(gap.bound, 0);
}

TEST(RunFigures, a_clock_that_nobody_vouches_for_gives_no_latency) {
    auto input = ShownRun{}.input();
    input.streams[0].clock_bound.reset();
    const auto result = result_with(input);
    EXPECT_EQ(figure(result, "g2g.p50").why, "g2g.ultrasound.p50: the clock between the two ends is unknown");
    EXPECT_EQ(result.streams[0].clock, (StreamClock{"unknown", no_clock}));
    EXPECT_EQ(fakes::result_of({{}}).streams[0].clock, (StreamClock{"given", Microseconds{0}}));
}

TEST(RunFigures, a_known_offset_of_the_clock_is_taken_out) {
    ShownRun fault;
    fault.clock_error_us = 5'000;
    auto input = fault.input();
    input.streams[0].clock_offset = Microseconds{5'000};
    EXPECT_NEAR(value(result_with(input), "g2g.ultrasound.p50"), 20.2, 0.05);
}

TEST(RunFigures, too_few_frames_give_no_percentile) {
    ShownRun few;
    few.frames = 500;
    const auto result = fakes::result_of({few});
    EXPECT_EQ(figure(result, "g2g.ultrasound.p99").why, "too few: 500 values, 1000 needed");
    EXPECT_EQ(figure(result, "g2g.ultrasound.p999").why, "too few: 500 values, 10000 needed");
    EXPECT_TRUE(figure(result, "g2g.ultrasound.p95").value.has_value());
    // Two such repeats make enough together, and none has enough alone.
    const auto together = figure(fakes::result_of({few, few}), "g2g.ultrasound.p99");
    EXPECT_TRUE(together.value.has_value());
    EXPECT_FALSE(together.each[0].has_value());
}

TEST(RunFigures, the_warm_up_is_not_counted) {
    ShownRun run;
    run.frozen_from_us = 300'000;
    run.frozen_for_us = 400'000;
    auto input = run.input();
    input.measured.from_us = 2'000'000;
    const auto result = result_with(input);
    EXPECT_EQ(value(result, "freeze.ultrasound.count"), 0);
    EXPECT_EQ(value(result, "intact.ultrasound.percent"), 100);
    EXPECT_LT(value(result, "age.ultrasound.max"), 40);
    EXPECT_NEAR(result.repeats[0].seconds, 18, 0.1);
}

TEST(RunFigures, timelines_tell_legs_and_hops_and_leave_out_what_was_not_measured) {
    ShownRun run;
    auto input = run.input();
    input.timelines = run.timelines(Microseconds{500});
    input.measured.from_us = 10'000'000;
    const auto result = result_with(input);
    EXPECT_EQ(value(result, "encode.ultrasound.p50"), 2);
    EXPECT_EQ(figure(result, "encode.ultrasound.p50").bound, 0) << "one clock";
    EXPECT_EQ(figure(result, "uplink.ultrasound.p50").bound, 0.5);
    EXPECT_EQ(value(result, "server.ultrasound.p50"), 8);
    EXPECT_EQ(value(result, "downlink.ultrasound.p50"), 1);
    EXPECT_EQ(value(result, "display.ultrasound.p50"), 3);
    EXPECT_EQ(value(result, "hop.encoded.ultrasound.p50"), 2);
    EXPECT_EQ(figure(result, "hop.fused.ultrasound.p50").why, "there was nothing to measure");
    EXPECT_EQ(figure(result, "encode.ultrasound.p50").samples,
              static_cast<std::uint64_t>(value(result, "frames.ultrasound.shown")));
}

TEST(RunFigures, a_mark_that_is_missing_is_unknown_and_never_zero) {
    auto input = ShownRun{}.input();
    input.timelines = ShownRun{}.timelines(Microseconds{0});
    for (auto& picture : input.timelines) picture.sources[0].timeline.clear(transport::Stage::encoded);
    const auto encode = figure(result_with(input), "encode.ultrasound.p50");
    EXPECT_FALSE(encode.value.has_value());
    EXPECT_EQ(encode.why, "a mark is missing in 1200 of 1200 frames");
}

TEST(RunFigures, skew_is_between_what_one_picture_shows) {
    ShownRun echo;
    ShownRun xray;
    xray.stream = 2;
    xray.modality = transport::Modality::xray;
    xray.clock_error_us = 4'000;
    auto input = echo.input();
    input.streams.push_back(xray.judged());
    input.codes.clear();
    const auto echo_codes = echo.codes();
    const auto xray_codes = xray.codes();
    for (std::size_t i = 0; i < echo_codes.size(); ++i) {
        input.codes.push_back(echo_codes[i]);
        input.codes.push_back(xray_codes[i]);
    }
    const auto result = result_with(input);
    EXPECT_EQ(value(result, "skew_shown.p50"), 4);
    EXPECT_EQ(value(result, "pictures.shown"), 1200) << "two codes, one picture";
    EXPECT_EQ(value(result, "pictures.repeated"), 0);
    EXPECT_NEAR(value(result, "g2g.p50"), 24.2, 0.05) << "without a stream: the worst";
    EXPECT_EQ(figure(result, "g2g.p50").name, "g2g.xray.p50");
}

TEST(RunFigures, the_time_that_the_display_said_live_is_a_share_of_the_measured) {
    auto input = ShownRun{}.input();
    const auto length = input.measured.until_us;
    input.states = {
        {-5, "ultrasound", "LIVE"}, {length / 2, "ultrasound", "STALE"}, {length * 3 / 4, "ultrasound", "LIVE"}};
    EXPECT_NEAR(value(result_with(input), "live.ultrasound.percent"), 75, 0.01);
    EXPECT_FALSE(figure(result_with(input), "fused.percent").value.has_value()) << "one stream cannot be fused";
    EXPECT_EQ(figure(fakes::result_of({{}}), "live.ultrasound.percent").why, "nobody measured it");
}

TEST(RunFigures, vertical_blanks_that_the_sink_told_replace_the_nominal_grid) {
    auto input = ShownRun{}.input();
    for (std::int64_t us = -100'000; us < input.measured.until_us; us += 8'333) input.vblanks_us.push_back(us);
    const auto result = result_with(input);
    EXPECT_EQ(result.grid, "vertical blanks as the sink told them");
    EXPECT_GT(figure(result, "age.ultrasound.p50").samples, 2300U);
}

TEST(RunFigures, of_a_stream_that_never_was_shown_say_so) {
    auto input = ShownRun{}.input();
    ShownRun dark;
    dark.stream = 7;
    dark.modality = transport::Modality::xray;
    input.streams.push_back(dark.judged());
    const auto result = result_with(input);
    EXPECT_EQ(figure(result, "g2g.xray.p50").why, "there was nothing to measure");
    EXPECT_EQ(value(result, "frames.xray.shown"), 0);
    EXPECT_EQ(value(result, "freeze.xray.count"), 1) << "all the time";
    EXPECT_FALSE(figure(result, "g2g.p50").value.has_value()) << "the worst stream is not known";
}

TEST(RunFigures, want_a_span_and_periods) {
    auto input = ShownRun{}.input();
    input.measured.until_us = input.measured.from_us;
    EXPECT_THROW((void)run_figures(input), std::invalid_argument);
    input = ShownRun{}.input();
    input.streams[0].period = Microseconds{0};
    EXPECT_THROW((void)run_figures(input), std::invalid_argument);
    input = ShownRun{}.input();
    input.streams[0].name = "no.dots";
    EXPECT_THROW((void)run_figures(input), std::invalid_argument);
}

}  // namespace

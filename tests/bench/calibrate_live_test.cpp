// Two live sources of one thing that moves by the machine's clock, of which one is held back by so much.
#include "bench/calibrate_motion.hpp"

#include <gmock/gmock.h>

#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <future>

namespace {

using augment::find_lag;

/// A ball on a straight line, to and fro in one second: half a second off, it goes the opposite way.
const std::string ball =
    "gst: videotestsrc is-live=true pattern=ball animation-mode=wall-time motion=wavy ! "
    "video/x-raw,format=I420,width=640,height=40,framerate=50/1 ! "
    "queue ! clocksync";

TEST(CalibrateLive, a_source_that_is_held_back_is_late_by_that_and_no_longer_once_its_delay_is_set) {
    const bench::LagSide reference{.source = ball, .by = bench::MotionKind::centre};
    auto late = reference, set = reference;
    late.source = set.source = ball + " ts-offset=100000000";
    set.settings.device_delay = std::chrono::milliseconds{100};
    const auto lag = [&](const bench::LagSide& second) {
        const auto [one, other] = record_motions(reference, second, 13, nullptr, {});
        EXPECT_TRUE(one.live && other.live);
        EXPECT_THAT(other.words, testing::HasSubstr("(seen from 30° beside, the lag is 0."));
        const auto answer = find_lag(one.motion, other.motion, {.from_s = -0.3, .to_s = 0.3});
        EXPECT_TRUE(answer.lag) << answer.refusal;
        return answer.lag.value_or(augment::Lag{}).seconds;
    };
    auto without = std::async(std::launch::async, lag, late), with = std::async(std::launch::async, lag, set);
    EXPECT_NEAR(without.get(), 0.1, 0.01) << "half a picture: what a busy machine does to arrivals";
    EXPECT_NEAR(with.get(), 0, 0.01);
}

TEST(CalibrateLive, what_fails_is_told_at_once_and_not_after_the_other_has_watched) {
    const auto path =
        std::filesystem::temp_directory_path() / ("scialytic-calibrate-live-" + std::to_string(getpid()) + ".mha");
    std::ofstream{path} << "ObjectType = Image\nNDims = 3\nDimSize = 0 0 1\nElementDataFile = LOCAL\n";
    constexpr double longer_than_a_test_may_last = 600;
    try {
        (void)bench::record_motions({.source = ball}, {.source = path.string()}, longer_than_a_test_may_last, nullptr,
                                    {});
        ADD_FAILURE() << "recorded";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("no pose of a probe"));
    }
    std::filesystem::remove(path);
}

TEST(CalibrateLive, stopped_it_fails_of_nothing) {
    std::stop_source stop;
    stop.request_stop();
    const auto [one, other] = bench::record_motions({.source = ball}, {.source = ball}, 600, nullptr, stop.get_token());
    EXPECT_TRUE(one.motion.seconds.empty() && other.motion.seconds.empty());
}

}  // namespace

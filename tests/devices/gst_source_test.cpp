#include "devices/devices.hpp"
#include "transport/clock.hpp"

#include <gmock/gmock.h>

namespace {

using capture::Reading;
using transport::Modality;
using transport::PixelFormat;
using transport::Stage;

std::unique_ptr<capture::Source> open(const std::string& description, const devices::SourceSettings& settings = {}) {
    static transport::SystemClock clock;
    return devices::open_source("gst: " + description, Modality::camera, settings, clock);
}

/// The next frame, with the patience of ten questions.
Reading next(capture::Source& source, transport::Frame& frame) {
    for (int i = 0; i < 10; ++i)
        if (const auto reading = source.next(frame, {}); reading != Reading::again) return reading;
    return Reading::again;
}

TEST(GstSource, red_is_red_in_full_range_bt601_and_its_time_is_estimated) {
    devices::SourceSettings settings;
    settings.device_delay = std::chrono::milliseconds{50};
    const auto source =
        open("videotestsrc is-live=true pattern=red ! video/x-raw,format=BGRx,width=160,height=120,framerate=60/1",
             settings);
    EXPECT_EQ(source->info().width, 160);
    EXPECT_EQ(source->info().period.count(), 16666);
    transport::Frame frame;
    ASSERT_EQ(next(*source, frame), Reading::ready);
    const auto now = transport::SystemClock{}.now();
    ASSERT_EQ(frame.pixels->format, PixelFormat::i420);
    EXPECT_EQ(frame.header.height, 120);
    EXPECT_NEAR(frame.pixels->row(0, 60)[80], 76, 2);
    EXPECT_NEAR(frame.pixels->row(1, 30)[40], 85, 2);
    EXPECT_NEAR(frame.pixels->row(2, 30)[40], 255, 2);
    const auto acquired = *frame.header.timeline.at(Stage::acquired);
    EXPECT_GE(now - acquired, settings.device_delay);
    EXPECT_LE(now - acquired, settings.device_delay + std::chrono::seconds{1});
    EXPECT_TRUE(frame.header.timeline.acquired_estimated);
}

TEST(GstSource, studio_range_becomes_full_range_whatever_the_matrix) {
    for (const auto* format : {"I420,colorimetry=bt601", "YUY2,colorimetry=bt601", "NV12,colorimetry=bt709"}) {
        const auto source = open(std::string{"videotestsrc is-live=true pattern=red ! video/x-raw,format="} + format +
                                 ",width=64,height=64,framerate=50/1");
        transport::Frame frame;
        ASSERT_EQ(next(*source, frame), Reading::ready);
        EXPECT_NEAR(frame.pixels->row(0, 30)[30], 76, 2) << format;
        EXPECT_NEAR(frame.pixels->row(1, 15)[15], 85, 2) << format;
        EXPECT_NEAR(frame.pixels->row(2, 15)[15], 255, 2) << format;
    }
}

TEST(GstSource, grey_stays_grey) {
    const auto source = open("videotestsrc is-live=true pattern=white ! video/x-raw,format=GRAY8,width=64,height=64");
    transport::Frame frame;
    ASSERT_EQ(next(*source, frame), Reading::ready);
    EXPECT_EQ(frame.pixels->format, PixelFormat::gray8);
    EXPECT_EQ(frame.pixels->row(0, 30)[30], 235);  // as videotestsrc draws it
}

TEST(GstSource, odd_sizes_lose_their_last_column_and_row_and_masks_are_black) {
    devices::SourceSettings settings;
    settings.masks = {"0,0,10,10"};
    const auto source =
        open("videotestsrc is-live=true pattern=white ! video/x-raw,format=BGRx,width=65,height=49", settings);
    transport::Frame frame;
    ASSERT_EQ(next(*source, frame), Reading::ready);
    EXPECT_EQ(frame.pixels->width, 64);
    EXPECT_EQ(frame.pixels->height, 48);
    EXPECT_EQ(frame.pixels->row(0, 5)[5], 0);
    EXPECT_GT(frame.pixels->row(0, 11)[5], 250);
}

TEST(GstSource, a_stream_that_ends_says_so_in_one_line) {
    testing::internal::CaptureStderr();
    const auto source = open("videotestsrc is-live=true num-buffers=3 ! video/x-raw,width=64,height=64,framerate=50/1");
    transport::Frame frame;
    Reading reading = Reading::ready;
    while (reading == Reading::ready) reading = next(*source, frame);
    EXPECT_EQ(reading, Reading::ended);
    EXPECT_EQ(next(*source, frame), Reading::ended);
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_THAT(said, testing::HasSubstr("the stream ended"));
}

TEST(GstSource, an_error_while_running_ends_it) {
    testing::internal::CaptureStderr();
    const auto source =
        open("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=50/1 ! identity error-after=3");
    transport::Frame frame;
    Reading reading = Reading::ready;
    while (reading == Reading::ready) reading = next(*source, frame);
    EXPECT_EQ(reading, Reading::ended);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("identity"));
}

TEST(GstSource, follows_a_change_of_size) {
    // two sources behind one another: the second begins when the first ends
    const auto source = open(
        "concat name=c videotestsrc num-buffers=4 ! video/x-raw,width=64,height=64,framerate=50/1 ! c. "
        "videotestsrc num-buffers=4 ! video/x-raw,width=32,height=48,framerate=50/1 ! c. c.");
    EXPECT_EQ(source->info().width, 64);
    transport::Frame frame;
    while (next(*source, frame) == Reading::ready) {
        ASSERT_EQ(frame.pixels->width, frame.header.width);
        if (frame.header.width == 32) break;
    }
    EXPECT_EQ(frame.header.width, 32);
    EXPECT_EQ(frame.pixels->height, 48);
}

TEST(GstSource, stops_at_once_when_told) {
    const auto source = open("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=1/2");
    std::stop_source stop;
    stop.request_stop();
    transport::Frame frame;
    const auto before = transport::SystemClock{}.now();
    EXPECT_EQ(source->next(frame, stop.get_token()), Reading::again);
    EXPECT_LT(transport::SystemClock{}.now() - before, std::chrono::milliseconds{500});
}

TEST(GstSource, names_what_cannot_be_built) {
    for (const auto* description :
         {"nosuchelement", "videotestsrc ! ", "", "filesrc location=/nonexistent/x ! decodebin",
          "v4l2src device=/dev/nonexistent", "rtspsrc location=rtsp://me:secret@127.0.0.1:9/x"}) {
        try {
            (void)open(description);
            FAIL() << description;
        } catch (const std::runtime_error& error) {
            const std::string line = error.what();
            EXPECT_THAT(line, testing::StartsWith("cannot open 'gst:"));
            EXPECT_EQ(line.find('\n'), std::string::npos);
            EXPECT_EQ(line.find("secret"), std::string::npos) << line;
        }
    }
}

}  // namespace

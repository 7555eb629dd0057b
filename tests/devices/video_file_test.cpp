#include "devices/devices.hpp"
#include "fakes/stepped_clock.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace {

using capture::Reading;
using transport::Modality;
using transport::Stage;

/// One JPEG of a flat colour (full-range Y, U, V).
std::string jpeg(int width, int height, int y, int u, int v) {
    auto* codec = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_MJPEG));
    codec->width = width;
    codec->height = height;
    codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
    codec->color_range = AVCOL_RANGE_JPEG;
    codec->time_base = {1, 25};
    EXPECT_EQ(avcodec_open2(codec, nullptr, nullptr), 0);
    auto* picture = av_frame_alloc();
    picture->width = width;
    picture->height = height;
    picture->format = AV_PIX_FMT_YUVJ420P;
    picture->pts = 0;
    av_frame_get_buffer(picture, 0);
    const int values[] = {y, u, v};
    for (int plane = 0; plane < 3; ++plane) {
        const int rows = plane == 0 ? height : (height + 1) / 2;
        std::fill_n(picture->data[plane], picture->linesize[plane] * rows, static_cast<std::uint8_t>(values[plane]));
    }
    auto* packet = av_packet_alloc();
    avcodec_send_frame(codec, picture);
    EXPECT_EQ(avcodec_receive_packet(codec, packet), 0);
    std::string bytes{reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)};
    av_packet_free(&packet);
    av_frame_free(&picture);
    avcodec_free_context(&codec);
    return bytes;
}

class VideoFile : public testing::Test {
protected:
    std::string path = testing::TempDir() + "scialytic_video_" + std::to_string(::getpid()) + ".mjpeg";
    fakes::SteppedClock clock;

    void write(const std::string& bytes) const { std::ofstream{path, std::ios::binary} << bytes; }
    std::unique_ptr<capture::Source> open(const devices::SourceSettings& settings = {}) {
        return devices::open_source(path, Modality::ultrasound, settings, clock);
    }
    void TearDown() override { std::remove(path.c_str()); }
};

std::string grey_steps(int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes += jpeg(64, 48, 20 + 20 * i, 128, 128);
    return bytes;
}

TEST_F(VideoFile, loops_at_its_rate_in_full_range) {
    write(grey_steps(5));
    const auto source = open();
    const auto start = clock.now();
    for (int i = 0; i < 13; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        EXPECT_NEAR(frame.pixels->row(0, 10)[10], 20 + 20 * (i % 5), 1);
        EXPECT_EQ(frame.pixels->row(1, 10)[10], 128);
        EXPECT_EQ((*frame.header.timeline.at(Stage::acquired) - start).count(), 40000 * i);
        EXPECT_EQ(clock.now() - start, transport::Microseconds{40000 * i});
    }
}

TEST_F(VideoFile, keeps_its_colours) {
    std::string bytes;
    for (int i = 0; i < 3; ++i) bytes += jpeg(64, 48, 76, 85, 255);
    write(bytes);
    transport::Frame frame;
    ASSERT_EQ(open()->next(frame, {}), Reading::ready);
    EXPECT_NEAR(frame.pixels->row(0, 10)[10], 76, 2);
    EXPECT_NEAR(frame.pixels->row(1, 10)[10], 85, 2);
    EXPECT_NEAR(frame.pixels->row(2, 10)[10], 255, 2);
}

TEST_F(VideoFile, a_broken_packet_is_told_once_and_keeps_its_place_in_time) {
    auto bytes = grey_steps(2);
    auto broken = jpeg(64, 48, 60, 128, 128);
    const auto tables = broken.find("\xff\xc4");
    broken.replace(tables + 4, 200, 200, '\x7f');
    bytes += broken + jpeg(64, 48, 80, 128, 128) + jpeg(64, 48, 100, 128, 128);
    write(bytes);
    const auto source = open();
    const auto start = clock.now();
    std::string readings;
    std::vector<std::int64_t> times;
    for (int i = 0; i < 10; ++i) {
        transport::Frame frame;
        const auto reading = source->next(frame, {});
        readings += reading == Reading::ready ? 'r' : reading == Reading::corrupt ? 'c' : '?';
        if (reading == Reading::ready)
            times.push_back((*frame.header.timeline.at(Stage::acquired) - start).count() / 1000);
    }
    EXPECT_EQ(readings, "rrcrrrrcrr");
    EXPECT_THAT(times, testing::ElementsAre(0, 40, 120, 160, 200, 240, 320, 360));
}

TEST_F(VideoFile, skips_what_a_late_reader_missed) {
    write(grey_steps(10));
    const auto source = open();
    const auto start = clock.now();
    transport::Frame frame;
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    clock.advance(transport::Microseconds{250'000});
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ((*frame.header.timeline.at(Stage::acquired) - start).count(), 240'000);
    EXPECT_NEAR(frame.pixels->row(0, 10)[10], 20 + 20 * 6, 1);
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ((*frame.header.timeline.at(Stage::acquired) - start).count(), 280'000);
}

TEST_F(VideoFile, does_not_burst_after_a_pause_that_is_too_long_to_catch_up_with) {
    write(grey_steps(5));
    const auto source = open();
    transport::Frame frame;
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    clock.advance(std::chrono::seconds{60});
    const auto now = clock.now();
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(*frame.header.timeline.at(Stage::acquired), now);
    ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(*frame.header.timeline.at(Stage::acquired), now + transport::Microseconds{40000});
}

TEST_F(VideoFile, may_change_its_size_half_way) {
    write(jpeg(64, 48, 50, 128, 128) + jpeg(64, 48, 50, 128, 128) + jpeg(33, 31, 90, 128, 128) +
          jpeg(33, 31, 90, 128, 128));
    const auto source = open();
    std::vector<int> widths;
    for (int i = 0; i < 5; ++i) {
        transport::Frame frame;
        ASSERT_EQ(source->next(frame, {}), Reading::ready);
        widths.push_back(frame.header.width);
        EXPECT_EQ(frame.pixels->width, frame.header.width);
        EXPECT_EQ(frame.header.height, frame.header.width == 64 ? 48 : 30);
    }
    EXPECT_THAT(widths, testing::ElementsAre(64, 64, 32, 32, 64));
}

TEST_F(VideoFile, masks_are_black) {
    write(grey_steps(3));
    devices::SourceSettings settings;
    settings.masks = {"0,0,64,8"};
    const auto source = open(settings);
    transport::Frame frame;
    for (int i = 0; i < 3; ++i) ASSERT_EQ(source->next(frame, {}), Reading::ready);
    EXPECT_EQ(frame.pixels->row(0, 7)[10], 0);
    EXPECT_NEAR(frame.pixels->row(0, 8)[10], 60, 1);
}

TEST_F(VideoFile, without_a_picture_that_decodes_is_refused_in_one_line) {
    auto broken = jpeg(64, 48, 60, 128, 128);
    broken.replace(broken.find("\xff\xc4") + 4, 200, 200, '\x7f');
    write(broken + broken + broken);
    try {
        open();
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(path));
    }
}

}  // namespace

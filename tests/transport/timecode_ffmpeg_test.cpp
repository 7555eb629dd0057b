// The in-picture code after a true H.264 encoder and decoder, far below the quality that the product uses.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "transport/timecode.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
}

namespace {

using transport::Pixels;
using transport::read_timecode;
using transport::Rect;
using transport::Timecode;

struct Free {
    void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
    void operator()(AVFrame* frame) const { av_frame_free(&frame); }
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using Context = std::unique_ptr<AVCodecContext, Free>;
using Picture = std::unique_ptr<AVFrame, Free>;
using Packet = std::unique_ptr<AVPacket, Free>;

constexpr int picture_width = 640;
constexpr int picture_height = 480;

Context open_encoder(int quality) {
    const auto* codec = avcodec_find_encoder_by_name("libx264");
    if (codec == nullptr) return nullptr;
    Context context{avcodec_alloc_context3(codec)};
    context->width = transport::padded_width(picture_width);
    context->height = transport::padded_height(picture_height);
    context->pix_fmt = AV_PIX_FMT_YUV420P;
    context->time_base = {1, 30};
    context->gop_size = 1000;
    av_opt_set(context->priv_data, "preset", "ultrafast", 0);
    av_opt_set(context->priv_data, "tune", "zerolatency", 0);
    av_opt_set(context->priv_data, "crf", std::to_string(quality).c_str(), 0);
    return avcodec_open2(context.get(), codec, nullptr) == 0 ? std::move(context) : nullptr;
}

Context open_decoder() {
    const auto* codec = avcodec_find_decoder(AV_CODEC_ID_H264);
    Context context{avcodec_alloc_context3(codec)};
    context->flags |= AV_CODEC_FLAG_LOW_DELAY;
    context->thread_count = 1;
    return avcodec_open2(context.get(), codec, nullptr) == 0 ? std::move(context) : nullptr;
}

/// Our view of FFmpeg's memory.
Pixels view(const AVFrame& frame) {
    Pixels pixels;
    pixels.width = frame.width;
    pixels.height = frame.height;
    for (std::size_t plane = 0; plane < 3; ++plane) pixels.planes[plane] = {frame.data[plane], frame.linesize[plane]};
    return pixels;
}

/// Moving waves under speckle: enough to leave the encoder no bits to spare.
void draw_content(Pixels& picture, int number) {
    unsigned noise = 1U + static_cast<unsigned>(number);
    for (int y = 0; y < picture_height; ++y)
        for (int x = 0; x < picture_width; ++x) {
            noise = noise * 1664525U + 1013904223U;
            const double wave = 110 + 80 * std::sin((x + 5 * number) * 0.05) * std::cos((y - 3 * number) * 0.07);
            picture.row(0, y)[x] = static_cast<std::uint8_t>(std::clamp(wave + (noise >> 24) / 8.0, 0.0, 255.0));
        }
    for (int plane = 1; plane < 3; ++plane)
        for (int y = 0; y < picture.plane_height(plane); ++y)
            std::memset(picture.row(plane, y), 128, static_cast<std::size_t>(picture.plane_width(plane)));
}

/// Codes that were read right out of `count` pictures; -1 when there is no H.264 encoder here.
int codes_read(int quality, int count) {
    av_log_set_level(AV_LOG_ERROR);
    const auto encoder = open_encoder(quality);
    const auto decoder = open_decoder();
    if (!encoder || !decoder) return -1;
    const Picture picture{av_frame_alloc()};
    const Picture decoded{av_frame_alloc()};
    const Packet packet{av_packet_alloc()};
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = encoder->width;
    picture->height = encoder->height;
    av_frame_get_buffer(picture.get(), 0);
    const Rect strip = transport::timecode_rect(picture_height);
    int read = 0;
    for (int number = 0; number < count; ++number) {
        const Timecode code{7, static_cast<std::uint32_t>(number) * 0x9E3779B1U,
                            1'700'000'000'000 + std::int64_t{33'333} * number};
        av_frame_make_writable(picture.get());
        auto pixels = view(*picture);
        draw_content(pixels, number);
        write_timecode(pixels, strip.x, strip.y, code);
        picture->pts = number;
        avcodec_send_frame(encoder.get(), picture.get());
        while (avcodec_receive_packet(encoder.get(), packet.get()) == 0) {
            avcodec_send_packet(decoder.get(), packet.get());
            av_packet_unref(packet.get());
            while (avcodec_receive_frame(decoder.get(), decoded.get()) == 0)
                read += read_timecode(view(*decoded), strip) == code ? 1 : 0;
        }
    }
    return read;
}

TEST(TimecodeThroughH264, is_read_from_every_picture_even_at_the_lowest_quality) {
    for (const int quality : {18, 35, 51}) {
        const int read = codes_read(quality, 40);
        if (read < 0) GTEST_SKIP() << "libx264 or the H.264 decoder is not in this FFmpeg";
        EXPECT_EQ(read, 40) << "constant rate factor " << quality;
    }
}

}  // namespace

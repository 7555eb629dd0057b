// H.264 into pictures: low delay, slice threads, planes lent by libavcodec without a copy.
#include "transport/codec.hpp"
#include "transport/handle.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <stdexcept>

namespace transport {

namespace {

using SharedFrame = std::shared_ptr<AVFrame>;

SharedFrame make_frame() {
    return {av_frame_alloc(), [](AVFrame* frame) { av_frame_free(&frame); }};
}

std::optional<PixelFormat> format_of(const AVFrame& frame) {
    switch (frame.format) {
        case AV_PIX_FMT_YUV420P:
        case AV_PIX_FMT_YUVJ420P: return PixelFormat::i420;
        case AV_PIX_FMT_GRAY8: return PixelFormat::gray8;
        default: return std::nullopt;
    }
}

class FfmpegDecoder final : public Decoder {
public:
    explicit FfmpegDecoder(int threads) {
        const auto* codec = avcodec_find_decoder(AV_CODEC_ID_H264);
        if (codec == nullptr) throw std::runtime_error("libavcodec was built without an H.264 decoder");
        context_.reset(avcodec_alloc_context3(codec));
        packet_.reset(av_packet_alloc());
        context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
        context_->thread_count = threads;
        context_->thread_type = FF_THREAD_SLICE;  // frame threads would hold one picture each
        if (avcodec_open2(context_.get(), codec, nullptr) < 0)
            throw std::runtime_error("libavcodec: the H.264 decoder does not open");
    }

    Decoding decode(std::span<const std::byte> access_unit, SharedPixels& picture) override {
        // libavcodec reads up to AV_INPUT_BUFFER_PADDING_SIZE bytes past the end.
        padded_.assign(access_unit.begin(), access_unit.end());
        padded_.resize(access_unit.size() + AV_INPUT_BUFFER_PADDING_SIZE, std::byte{0});
        packet_->data = reinterpret_cast<std::uint8_t*>(padded_.data());
        packet_->size = static_cast<int>(access_unit.size());
        if (avcodec_send_packet(context_.get(), packet_.get()) < 0) return Decoding::corrupt;
        auto frame = make_frame();
        const int code = avcodec_receive_frame(context_.get(), frame.get());
        if (code == AVERROR(EAGAIN)) return Decoding::again;
        if (code < 0) return Decoding::corrupt;
        const bool damaged = frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0;
        const auto format = format_of(*frame);
        if (damaged || !format) return Decoding::corrupt;
        auto pixels = std::make_shared<Pixels>();
        pixels->format = *format;
        pixels->width = frame->width;
        pixels->height = frame->height;
        for (std::size_t plane = 0; plane < static_cast<std::size_t>(pixels->plane_count()); ++plane)
            pixels->planes[plane] = {frame->data[plane], frame->linesize[plane]};
        pixels->owner = std::move(frame);
        picture = std::move(pixels);
        return Decoding::ready;
    }

private:
    HandleAt<AVCodecContext, avcodec_free_context> context_;
    HandleAt<AVPacket, av_packet_free> packet_;
    std::vector<std::byte> padded_;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder(int threads) {
    return std::make_unique<FfmpegDecoder>(threads);
}

}  // namespace transport

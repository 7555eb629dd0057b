// libavcodec with AV_CODEC_FLAG2_CHUNKS: slices of a picture in several packets.
#include "bench/sliced_codec.hpp"
#include "transport/handle.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <stdexcept>
#include <vector>

namespace bench {

using namespace transport;

namespace {

class FfmpegSlicedDecoder final : public SlicedDecoder {
public:
    explicit FfmpegSlicedDecoder(int threads) {
        const auto* codec = avcodec_find_decoder(AV_CODEC_ID_H264);
        if (codec == nullptr) throw std::runtime_error("libavcodec was built without an H.264 decoder");
        context_.reset(avcodec_alloc_context3(codec));
        packet_.reset(av_packet_alloc());
        context_->flags |= AV_CODEC_FLAG_LOW_DELAY;
        context_->flags2 |= AV_CODEC_FLAG2_CHUNKS;
        context_->thread_count = threads;
        context_->thread_type = FF_THREAD_SLICE;
        if (avcodec_open2(context_.get(), codec, nullptr) < 0)
            throw std::runtime_error("libavcodec: the H.264 decoder does not open");
    }

    SharedPixels decode(std::span<const std::byte> slices) override {
        padded_.assign(slices.begin(), slices.end());
        padded_.resize(slices.size() + AV_INPUT_BUFFER_PADDING_SIZE, std::byte{0});
        packet_->data = reinterpret_cast<std::uint8_t*>(padded_.data());
        packet_->size = static_cast<int>(slices.size());
        if (avcodec_send_packet(context_.get(), packet_.get()) < 0)
            throw std::runtime_error("libavcodec refuses a slice");
        std::shared_ptr<AVFrame> frame{av_frame_alloc(), [](AVFrame* old) { av_frame_free(&old); }};
        if (avcodec_receive_frame(context_.get(), frame.get()) < 0) return nullptr;
        auto pixels = std::make_shared<Pixels>();
        pixels->width = frame->width;
        pixels->height = frame->height;
        for (std::size_t plane = 0; plane < 3; ++plane)
            pixels->planes[plane] = {frame->data[plane], frame->linesize[plane]};
        if (frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
            throw std::runtime_error("libavcodec found a damaged picture");
        pixels->owner = std::move(frame);
        return pixels;
    }

private:
    HandleAt<AVCodecContext, avcodec_free_context> context_;
    HandleAt<AVPacket, av_packet_free> packet_;
    std::vector<std::byte> padded_;
};

}  // namespace

std::unique_ptr<SlicedDecoder> make_sliced_decoder(int threads) {
    return std::make_unique<FfmpegSlicedDecoder>(threads);
}

}  // namespace bench

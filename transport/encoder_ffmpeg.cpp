// H.264 out of hardware, through libavcodec: NVENC and VA-API.
#include "transport/encoder_kinds.hpp"
#include "transport/handle.hpp"
#include "transport/stamp.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/hwcontext.h>
#include <libavutil/opt.h>
}

#include <fmt/format.h>

#include <cmath>
#include <cstdarg>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace transport {

namespace {

using ContextHandle = HandleAt<AVCodecContext, avcodec_free_context>;
using FrameHandle = HandleAt<AVFrame, av_frame_free>;
using PacketHandle = HandleAt<AVPacket, av_packet_free>;
using BufferHandle = HandleAt<AVBufferRef, av_buffer_unref>;

constexpr std::int64_t pictures_between_limits = 30;

std::string error_text(int code) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    return text.data();
}

// What libavcodec itself says while an encoder is opened is the reason that `doctor` prints.
thread_local std::string last_words;

void keep_last_words(void* /*source*/, int level, const char* format, va_list arguments) noexcept {
    if (level > AV_LOG_ERROR) return;
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    last_words = text.data();
    while (!last_words.empty() && std::isspace(static_cast<unsigned char>(last_words.back())) != 0)
        last_words.pop_back();
}

void capture_log() {
    static std::once_flag once;
    std::call_once(once, [] { av_log_set_callback(keep_last_words); });
    last_words.clear();
}

const char* codec_name(EncoderKind kind) {
    switch (kind) {
        case EncoderKind::nvenc: return "h264_nvenc";
        default: return "h264_vaapi";
    }
}

void set(AVCodecContext& context, const char* key, const std::string& value) {
    if (av_opt_set(context.priv_data, key, value.c_str(), 0) < 0)
        throw std::runtime_error(
            fmt::format("encoder {}: this libavcodec does not know option {}={}", context.codec->name, key, value));
}

void set_nvenc(AVCodecContext& context, const EncoderSettings& settings) {
    // No old preset names: drivers from 590 on have dropped them.
    for (const auto& [key, value] : {std::pair{"preset", "p1"},
                                     {"tune", "ull"},
                                     {"rc", "vbr"},
                                     {"zerolatency", "1"},
                                     {"delay", "0"},
                                     {"forced-idr", "1"}})
        set(context, key, value);
    set(context, "cq", std::to_string(settings.quality));
    if (settings.profile == CodecProfile::intra_refresh)
        set(context, "intra-refresh", "1");
    else
        set(context, "profile", "baseline");
}

class FfmpegEncoder final : public Encoder {
public:
    FfmpegEncoder(const EncoderSettings& settings, EncoderKind kind)
        : settings_{settings}, kind_{kind}, frames_per_second_{settings.frames_per_second} {
        if (settings.format == PixelFormat::gray8)
            neutral_.assign(
                static_cast<std::size_t>(settings.width / 2) * static_cast<std::size_t>(settings.height / 2), 128);
        capture_log();
        const auto* codec = avcodec_find_encoder_by_name(codec_name(kind));
        if (codec == nullptr)
            throw std::runtime_error(fmt::format("libavcodec was built without {}", codec_name(kind)));
        context_.reset(avcodec_alloc_context3(codec));
        packet_.reset(av_packet_alloc());
        const auto rate = av_d2q(settings.frames_per_second, 1000);
        context_->width = settings.width;
        context_->height = settings.height;
        context_->time_base = {1, 1'000'000};
        context_->framerate = rate;
        context_->pix_fmt = AV_PIX_FMT_YUV420P;
        context_->color_range = AVCOL_RANGE_JPEG;
        context_->colorspace = AVCOL_SPC_BT470BG;
        context_->max_b_frames = 0;
        context_->gop_size = 1 << 30;
        context_->thread_count = settings.threads;
        context_->thread_type = FF_THREAD_SLICE;
        set_ceiling(settings.max_kbit_per_s);
        if (kind == EncoderKind::nvenc) set_nvenc(*context_, settings);
        if (kind == EncoderKind::vaapi) set_vaapi();
        if (kind == EncoderKind::vaapi && settings.profile == CodecProfile::browser)
            set(*context_, "profile", "constrained_baseline");
        if (const int code = avcodec_open2(context_.get(), codec, nullptr); code < 0)
            throw std::runtime_error(
                fmt::format("{}: {}", codec->name, last_words.empty() ? error_text(code) : last_words));
    }

    std::optional<EncodedPicture> encode(const SharedPixels& picture, bool force_keyframe) override {
        auto frame = wrap(picture);
        if (!frame) return std::nullopt;
        if (kind_ == EncoderKind::vaapi) frame = upload(*frame);
        if (!frame) return std::nullopt;
        frame->pts = next_pts_++;
        frame->pict_type = force_keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        frame->color_range = AVCOL_RANGE_JPEG;
        if (avcodec_send_frame(context_.get(), frame.get()) < 0) return std::nullopt;
        if (avcodec_receive_packet(context_.get(), packet_.get()) < 0) return std::nullopt;
        EncodedPicture out;
        const auto* bytes = reinterpret_cast<const std::byte*>(packet_->data);
        out.bytes.assign(bytes, bytes + packet_->size);
        out.keyframe = is_keyframe(out.bytes);  // the packet's own flag is also set on recovery points
        av_packet_unref(packet_.get());
        return out;
    }

    /// libavcodec has NVENC reconfigured before the next picture, and asks for an IDR with it: only what is worth one
    /// is done. VA-API runs with a constant quantiser and has no ceiling.
    bool limit(int max_kbit_per_s) override {
        const auto now = static_cast<double>(context_->rc_max_rate) / 1000;
        const bool worth_it = max_kbit_per_s < 0.7 * now || max_kbit_per_s > 1.5 * now;
        if (kind_ != EncoderKind::nvenc || !worth_it || next_pts_ - limited_at_ < pictures_between_limits) return false;
        limited_at_ = next_pts_;
        set_ceiling(max_kbit_per_s);
        return true;
    }
    void pace(double frames_per_second) override { frames_per_second_ = frames_per_second; }

    std::string name() const override { return context_->codec->name; }

private:
    /// Over three frames: one would starve a refresh column, thirty would fill a radio's queue.
    void set_ceiling(int kbit_per_s) {
        context_->rc_max_rate = std::int64_t{kbit_per_s} * 1000;
        context_->rc_buffer_size =
            static_cast<int>(3.0 * static_cast<double>(context_->rc_max_rate) / std::max(1.0, frames_per_second_));
    }
    void set_vaapi() {
        AVBufferRef* device = nullptr;
        if (const int code = av_hwdevice_ctx_create(&device, AV_HWDEVICE_TYPE_VAAPI, nullptr, nullptr, 0); code < 0)
            throw std::runtime_error(fmt::format("h264_vaapi: {}", last_words.empty() ? error_text(code) : last_words));
        device_.reset(device);
        BufferHandle frames{av_hwframe_ctx_alloc(device)};
        auto& layout = *reinterpret_cast<AVHWFramesContext*>(frames->data);
        layout.format = AV_PIX_FMT_VAAPI;
        layout.sw_format = AV_PIX_FMT_YUV420P;
        layout.width = settings_.width;
        layout.height = settings_.height;
        layout.initial_pool_size = 4;
        if (const int code = av_hwframe_ctx_init(frames.get()); code < 0)
            throw std::runtime_error(fmt::format("h264_vaapi: no 4:2:0 surfaces: {}", error_text(code)));
        context_->pix_fmt = AV_PIX_FMT_VAAPI;
        context_->hw_frames_ctx = av_buffer_ref(frames.get());
        set(*context_, "rc_mode", "CQP");
        context_->global_quality = settings_.quality;
        context_->gop_size = static_cast<int>(std::lround(settings_.frames_per_second));
    }

    FrameHandle upload(const AVFrame& picture) {
        FrameHandle surface{av_frame_alloc()};
        if (av_hwframe_get_buffer(context_->hw_frames_ctx, surface.get(), 0) < 0) return nullptr;
        if (av_hwframe_transfer_data(surface.get(), &picture, 0) < 0) return nullptr;
        return surface;
    }

    /// Lends our planes to libavcodec without a copy; the picture stays alive as long as it holds them.
    FrameHandle wrap(const SharedPixels& picture) {
        if (!picture || picture->width != settings_.width || picture->height != settings_.height ||
            picture->format != settings_.format)
            return nullptr;
        FrameHandle frame{av_frame_alloc()};
        frame->width = picture->width;
        frame->height = picture->height;
        frame->format = AV_PIX_FMT_YUV420P;
        for (std::size_t plane = 0; plane < 3; ++plane) {
            const bool there = plane < static_cast<std::size_t>(picture->plane_count());
            frame->data[plane] = there ? picture->planes[plane].data : neutral_.data();
            frame->linesize[plane] = there ? picture->planes[plane].stride : settings_.width / 2;
        }
        auto* keeper = new SharedPixels(picture);
        frame->buf[0] = av_buffer_create(
            picture->planes[0].data,
            static_cast<std::size_t>(picture->planes[0].stride) * static_cast<std::size_t>(picture->height),
            [](void* opaque, std::uint8_t*) noexcept { delete static_cast<SharedPixels*>(opaque); }, keeper,
            AV_BUFFER_FLAG_READONLY);
        return frame;
    }

    std::vector<std::uint8_t> neutral_;  ///< grey goes as 4:2:0: hardware takes no 4:0:0
    EncoderSettings settings_;
    EncoderKind kind_;
    double frames_per_second_;  ///< that share the ceiling, from the next `limit` on
    BufferHandle device_;
    ContextHandle context_;
    PacketHandle packet_;
    std::int64_t next_pts_ = 0;
    std::int64_t limited_at_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_hardware_encoder(const EncoderSettings& settings, EncoderKind kind) {
    return std::make_unique<FfmpegEncoder>(settings, kind);
}

}  // namespace transport

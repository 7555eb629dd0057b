#include "devices/video_file.hpp"

#include "devices/mask.hpp"
#include "devices/playback.hpp"
#include "transport/handle.hpp"
#include "transport/pool.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace devices {

namespace {

using capture::Reading;
using transport::Microseconds;
using transport::PixelFormat;
using transport::SharedPixels;

using Format = transport::HandleAt<AVFormatContext, avformat_close_input>;
using Codec = transport::HandleAt<AVCodecContext, avcodec_free_context>;
using Packet = transport::HandleAt<AVPacket, av_packet_free>;
using Picture = transport::HandleAt<AVFrame, av_frame_free>;

std::string words(int error) {
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(error, text, sizeof text);
    return text;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw std::runtime_error(fmt::format("cannot play '{}': {}", path, why));
}

bool is_grey(AVPixelFormat format) {
    const auto* description = av_pix_fmt_desc_get(format);
    return description != nullptr && description->nb_components <= 2 &&
           (description->flags & AV_PIX_FMT_FLAG_RGB) == 0 && (description->flags & AV_PIX_FMT_FLAG_PAL) == 0;
}

/// Into full-range BT.601 4:2:0, or grey. An odd last column or row is cut off.
class Converter {
public:
    SharedPixels convert(const AVFrame& picture, const Mask& mask) {
        const auto source = static_cast<AVPixelFormat>(picture.format);
        const auto grey = is_grey(source);
        const int width = picture.width / 2 * 2, height = picture.height / 2 * 2;
        auto pixels = pool_.get(grey ? PixelFormat::gray8 : PixelFormat::i420, width, height);
        scaler_.reset(sws_getCachedContext(scaler_.release(), width, height, source, width, height,
                                           grey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUVJ420P, SWS_AREA | SWS_ACCURATE_RND,
                                           nullptr, nullptr, nullptr));
        if (!scaler_) return nullptr;
        const int matrix = picture.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_ITU601 : picture.colorspace;
        const bool full = picture.color_range == AVCOL_RANGE_JPEG;
        sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(matrix), full ? 1 : 0,
                                 sws_getCoefficients(SWS_CS_ITU601), 1, 0, 1 << 16, 1 << 16);
        std::uint8_t* planes[4] = {};
        int strides[4] = {};
        for (int plane = 0; plane < pixels->plane_count(); ++plane) {
            planes[plane] = pixels->row(plane, 0);
            strides[plane] = pixels->planes[static_cast<std::size_t>(plane)].stride;
        }
        if (sws_scale(scaler_.get(), picture.data, picture.linesize, 0, height, planes, strides) <= 0) return nullptr;
        mask.apply(*pixels);
        return pixels;
    }

private:
    transport::Handle<SwsContext, sws_freeContext> scaler_;
    transport::PixelPool pool_;
};

class VideoFile final : public capture::Source {
public:
    VideoFile(const std::string& path, double frames_per_second, const std::vector<transport::Rect>& black,
              transport::Clock& clock, AtEnd at_end)
        : path_{path}, override_{frames_per_second}, at_end_{at_end}, mask_{{}, black}, pacing_{clock} {
        av_log_set_level(AV_LOG_QUIET);  // its complaints come back as Reading::corrupt
        open();
        Reading first = Reading::corrupt;
        while (first == Reading::corrupt) first = prepare();
        if (first == Reading::ended) refuse(path, "no picture in it can be decoded");
        info_.width = ready_->width;
        info_.height = ready_->height;
        info_.period = period_;
        info_.description = fmt::format("video, {}, {}x{}, {:.1f}/s", codec_->codec->name, ready_->width,
                                        ready_->height, 1e6 / static_cast<double>(period_.count()));
    }

    [[nodiscard]] capture::SourceInfo info() const override { return info_; }

    Reading next(transport::Frame& frame, std::stop_token stop) override {
        if (!ready_)
            if (const auto reading = prepare(); reading != Reading::ready) return reading;
        if (!pacing_.wait(ready_at_, stop)) return Reading::again;
        frame.header.width = ready_->width;
        frame.header.height = ready_->height;
        frame.header.period = period_;
        frame.header.beam_on = true;
        frame.header.geometry = {};
        frame.header.timeline.mark(transport::Stage::acquired, pacing_.instant(ready_at_));
        frame.header.timeline.acquired_estimated = false;
        frame.pixels = std::move(ready_);
        ready_ = nullptr;
        started_ = true;
        return Reading::ready;
    }

private:
    void open() {
        AVFormatContext* opened = nullptr;
        if (const int error = avformat_open_input(&opened, path_.c_str(), nullptr, nullptr); error < 0)
            refuse(path_, fmt::format("neither DICOM nor a video ({})", words(error)));
        format_.reset(opened);
        avformat_find_stream_info(opened, nullptr);
        const AVCodec* decoder = nullptr;
        stream_ = av_find_best_stream(opened, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
        if (stream_ < 0 || decoder == nullptr) refuse(path_, "no video in it that can be decoded");
        codec_.reset(avcodec_alloc_context3(decoder));
        const auto* stream = opened->streams[stream_];
        avcodec_parameters_to_context(codec_.get(), stream->codecpar);
        codec_->pkt_timebase = stream->time_base;
        codec_->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
        codec_->thread_count = 1;
        if (const int error = avcodec_open2(codec_.get(), decoder, nullptr); error < 0) refuse(path_, words(error));
        const auto rate =
            override_ > 0 ? override_ : av_q2d(av_guess_frame_rate(opened, format_->streams[stream_], nullptr));
        const bool sensible = std::isfinite(rate) && rate >= 0.01 && rate <= 1000;
        period_ = Microseconds{std::llround(1e6 / (sensible ? rate : 25.0))};
    }

    /// Begins again. The file is opened anew: raw streams and damaged indices do not seek reliably.
    void rewind() {
        open();
        loop_start_ = last_at_ + period_;
        first_stamp_.reset();
        draining_ = false;
    }

    /// One more picture out of the decoder, or what happened instead.
    Reading decode() {
        while (true) {
            av_frame_unref(picture_.get());
            const int got = avcodec_receive_frame(codec_.get(), picture_.get());
            if (got == 0) {
                const bool damaged =
                    picture_->decode_error_flags != 0 || (picture_->flags & AV_FRAME_FLAG_CORRUPT) != 0;
                return damaged ? Reading::corrupt : Reading::ready;
            }
            if (got == AVERROR_EOF) return Reading::ended;
            if (got != AVERROR(EAGAIN)) return Reading::corrupt;
            if (const int sent = feed(); sent < 0) return Reading::corrupt;
        }
    }

    int feed() {
        if (draining_) return AVERROR_EOF;
        while (av_read_frame(format_.get(), packet_.get()) >= 0) {
            const bool ours = packet_->stream_index == stream_;
            const int sent = ours ? avcodec_send_packet(codec_.get(), packet_.get()) : 0;
            av_packet_unref(packet_.get());
            if (ours) return sent;
        }
        draining_ = true;
        return avcodec_send_packet(codec_.get(), nullptr);
    }

    /// Gets the next picture ready before it is due. Pictures that are a period late are not worth converting.
    Reading prepare() {
        for (int skipped = 0;; ++skipped) {
            auto reading = decode();
            if (reading == Reading::ended) {
                if (!any_in_loop_ || at_end_ == AtEnd::ended) return Reading::ended;
                any_in_loop_ = false;
                rewind();
                reading = decode();
            }
            stamp(reading == Reading::ready);
            if (reading != Reading::ready) return reading;
            any_in_loop_ = true;
            if (!started_) break;
            const auto late = pacing_.elapsed() - ready_at_;
            if (late < period_) break;
            if (skipped < most_skipped) continue;
            pacing_.delay(late);  // this machine cannot decode so fast
            break;
        }
        ready_ = converter_.convert(*picture_, mask_);
        return ready_ ? Reading::ready : Reading::corrupt;
    }

    /// When the picture is due, since the first one. Damaged pictures keep their place in time.
    void stamp(bool has_picture) {
        const auto number = static_cast<double>(decoded_++);
        auto at = decoded_ == 1 ? Microseconds{0} : last_at_ + period_;
        if (override_ > 0) {
            at = Microseconds{std::llround(number * 1e6 / override_)};
        } else if (has_picture && picture_->best_effort_timestamp != AV_NOPTS_VALUE) {
            const Microseconds told{av_rescale_q(picture_->best_effort_timestamp, format_->streams[stream_]->time_base,
                                                 AVRational{1, 1'000'000})};
            if (!first_stamp_) first_stamp_ = told - (at - loop_start_);
            const auto here = loop_start_ + told - *first_stamp_;
            const bool sensible = here > last_at_ && here - last_at_ < longest_gap;
            if (decoded_ == 1 || sensible) at = here;
        }
        last_at_ = ready_at_ = at;
    }

    static constexpr int most_skipped = 60;
    static constexpr Microseconds longest_gap{60'000'000};

    std::string path_;
    double override_;
    AtEnd at_end_;
    Mask mask_;
    Pacing pacing_;
    capture::SourceInfo info_;
    Format format_;
    Codec codec_;
    int stream_ = -1;
    Packet packet_{av_packet_alloc()};
    Picture picture_{av_frame_alloc()};
    Converter converter_;
    bool draining_ = false;
    bool any_in_loop_ = false;
    bool started_ = false;
    Microseconds period_{0};
    std::uint64_t decoded_ = 0;
    Microseconds loop_start_{0}, last_at_{0}, ready_at_{0};
    std::optional<Microseconds> first_stamp_;
    SharedPixels ready_;
};

}  // namespace

std::unique_ptr<capture::Source> open_video_file(const std::string& path, double frames_per_second,
                                                 const std::vector<transport::Rect>& black, transport::Clock& clock,
                                                 AtEnd at_end) {
    return std::make_unique<VideoFile>(path, frames_per_second, black, clock, at_end);
}

}  // namespace devices

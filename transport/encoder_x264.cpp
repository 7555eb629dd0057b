// H.264 on the CPU, by libx264 itself: libavcodec's wrapper cannot set the quantiser of one picture, and x264's own
// rate control costs a fifth of the time of every picture.
#include "transport/encoder_kinds.hpp"
#include "transport/handle.hpp"
#include "transport/rate_ceiling.hpp"

#include <x264.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace transport {

namespace {

constexpr int most_slices = 4;  // some browsers decode no more of one picture

x264_param_t parameters(const EncoderSettings& settings) {
    x264_param_t p;
    if (x264_param_default_preset(&p, "ultrafast", "zerolatency") < 0)
        throw std::runtime_error("libx264: no preset ultrafast, zerolatency");
    p.i_log_level = X264_LOG_NONE;
    p.i_width = settings.width;
    p.i_height = settings.height;
    p.i_csp = X264_CSP_I420;
    p.i_fps_num = static_cast<std::uint32_t>(std::lround(std::max(1.0, settings.frames_per_second) * 1000));
    p.i_fps_den = 1000;
    p.b_vfr_input = 0;
    p.vui.b_fullrange = 1;
    p.vui.i_colmatrix = 5;  // BT.470BG, the matrix of BT.601 and of DICOM's YBR_FULL
    p.i_threads = std::clamp(settings.threads, 1, most_slices);
    p.b_sliced_threads = p.i_threads > 1 ? 1 : 0;
    p.i_slice_count = p.i_threads;
    p.i_scenecut_threshold = 0;
    p.b_annexb = 1;
    p.b_repeat_headers = 1;
    p.rc.i_rc_method = X264_RC_CQP;
    p.rc.i_qp_constant = settings.quality;
    // With a constant quantiser x264 holds each picture's own one between those that it derives for I and B pictures.
    // There are no B pictures; this one is derived as the coarsest.
    p.rc.f_pb_factor = 1000;
    // Psychovisual tricks put grain where none was. Without them the same bits hold 0.1 dB more.
    p.analyse.b_psy = 0;
    p.analyse.b_dct_decimate = 0;  // takes a twentieth of the time, and 0.04 dB
    if (settings.profile == CodecProfile::browser) {
        p.i_keyint_max = X264_KEYINT_MAX_INFINITE;
        if (x264_param_apply_profile(&p, "baseline") < 0) throw std::runtime_error("libx264: no baseline profile");
    } else {
        // Intra refresh spreads what an IDR would cost in one picture over a second: it decides the tail on a thin
        // link. An infinite interval would emit no recovery point at all.
        p.b_intra_refresh = 1;
        p.i_keyint_max = std::max(10, static_cast<int>(std::lround(settings.frames_per_second)));
    }
    return p;
}

/// Bytes of a keyframe of medical pictures: 0.8 bits a pixel with quantiser 20.
double usual_keyframe(const EncoderSettings& settings) {
    return 0.1 * settings.width * settings.height * std::exp2((20 - settings.quality) / 6.0);
}

class X264Encoder final : public Encoder {
public:
    explicit X264Encoder(const EncoderSettings& settings)
        : settings_{settings},
          ceiling_{settings.quality, settings.max_kbit_per_s, settings.frames_per_second, usual_keyframe(settings)} {
        if (settings.format == PixelFormat::gray8)
            neutral_.assign(
                static_cast<std::size_t>(settings.width / 2) * static_cast<std::size_t>(settings.height / 2), 128);
        auto p = parameters(settings);
        encoder_.reset(x264_encoder_open(&p));
        if (!encoder_)
            throw std::runtime_error(
                fmt::format("libx264 does not open for {}x{} pixels", settings.width, settings.height));
    }

    std::optional<EncodedPicture> encode(const SharedPixels& picture, bool force_keyframe) override {
        if (!picture || picture->width != settings_.width || picture->height != settings_.height ||
            picture->format != settings_.format)
            return std::nullopt;
        x264_picture_t in;
        x264_picture_init(&in);
        in.i_type = force_keyframe ? X264_TYPE_IDR : X264_TYPE_AUTO;
        in.i_pts = next_pts_++;
        const bool keyframe = force_keyframe || in.i_pts == 0;
        const int quantiser = keyframe ? ceiling_.keyframe_quantiser() : ceiling_.quantiser();
        in.i_qpplus1 = quantiser + 1;
        in.img.i_csp = X264_CSP_I420;
        in.img.i_plane = 3;
        for (std::size_t plane = 0; plane < 3; ++plane) {
            const bool there = plane < static_cast<std::size_t>(picture->plane_count());
            in.img.plane[plane] = there ? picture->planes[plane].data : neutral_.data();
            in.img.i_stride[plane] = there ? picture->planes[plane].stride : settings_.width / 2;
        }
        x264_nal_t* units = nullptr;
        int count = 0;
        x264_picture_t made;
        const int size = x264_encoder_encode(encoder_.get(), &units, &count, &in, &made);
        if (size <= 0) return std::nullopt;
        if (keyframe) {
            ceiling_.made_keyframe(static_cast<std::size_t>(size), quantiser);
        } else {
            ceiling_.made(static_cast<std::size_t>(size));
        }
        EncodedPicture out;
        out.quantiser = quantiser;
        // The units lie one behind the other in memory: x264.h.
        const auto* bytes = reinterpret_cast<const std::byte*>(units[0].p_payload);
        out.bytes.assign(bytes, bytes + size);
        out.keyframe = made.i_type == X264_TYPE_IDR;  // b_keyframe is also set on recovery points
        return out;
    }

    void pace(double frames_per_second) override { ceiling_.pace(frames_per_second); }
    bool limit(int max_kbit_per_s) override {
        ceiling_.limit(max_kbit_per_s);
        return true;
    }
    std::string name() const override { return "libx264"; }

private:
    std::vector<std::uint8_t> neutral_;  ///< grey goes as 4:2:0: x264 164 crashes in 4:0:0 with slice threads
    EncoderSettings settings_;
    RateCeiling ceiling_;
    Handle<x264_t, x264_encoder_close> encoder_;
    std::int64_t next_pts_ = 0;
};

}  // namespace

std::unique_ptr<Encoder> make_x264_encoder(const EncoderSettings& settings) {
    return std::make_unique<X264Encoder>(settings);
}

}  // namespace transport

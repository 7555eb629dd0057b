// libx264 with nalu_process: each slice is handed out by the thread that made it.
#include "bench/sliced_codec.hpp"
#include "transport/handle.hpp"

#include <x264.h>

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace bench {

using namespace transport;

namespace {

int macroblocks(int pixels) {
    return (pixels + 15) / 16;
}

/// As transport/encoder_x264.cpp has them for an OR display: what is measured must be the product's own work.
x264_param_t sliced_parameters(const SliceSettings& settings) {
    x264_param_t p;
    if (x264_param_default_preset(&p, "ultrafast", "zerolatency") < 0)
        throw std::runtime_error("libx264: no preset ultrafast, zerolatency");
    p.i_log_level = X264_LOG_NONE;
    p.i_width = settings.width;
    p.i_height = settings.height;
    p.i_csp = X264_CSP_I420;
    p.i_fps_num = 30;
    p.i_fps_den = 1;
    p.b_vfr_input = 0;
    p.vui.b_fullrange = 1;
    p.vui.i_colmatrix = 5;
    p.i_threads = settings.threads;
    p.b_sliced_threads = settings.threads > 1 ? 1 : 0;
    if (settings.slices > settings.threads) {  // i_slice_count does not cut what one thread makes
        const int rows = macroblocks(settings.height);
        p.i_slice_max_mbs = (rows + settings.slices - 1) / settings.slices * macroblocks(settings.width);
    } else {
        p.i_slice_count = settings.slices;
    }
    p.i_scenecut_threshold = 0;
    p.b_annexb = 1;
    p.b_repeat_headers = 1;
    p.rc.i_rc_method = X264_RC_CQP;
    p.rc.i_qp_constant = settings.quality;
    p.rc.f_pb_factor = 1000;
    p.analyse.b_psy = 0;
    p.analyse.b_dct_decimate = 0;
    p.b_intra_refresh = 1;
    p.i_keyint_max = 30;
    return p;
}

/// Of one picture: slices come as they are ready, and leave in order.
class SliceOrder {
public:
    SliceOrder(const OnSlice& on_slice, int macroblocks) : on_slice_{on_slice}, macroblocks_{macroblocks} {}
    void take(x264_t* encoder, x264_nal_t& unit) {
        // x264.h: room for what escaping may add.
        std::vector<std::byte> bytes(static_cast<std::size_t>(unit.i_payload) * 3 / 2 + 5 + 64);
        unit.b_long_startcode = 1;
        x264_nal_encode(encoder, reinterpret_cast<std::uint8_t*>(bytes.data()), &unit);
        bytes.resize(static_cast<std::size_t>(unit.i_payload));
        const std::scoped_lock lock{mutex_};
        if (unit.i_type != NAL_SLICE && unit.i_type != NAL_SLICE_IDR) {
            before_first_.insert(before_first_.end(), bytes.begin(), bytes.end());
            return;
        }
        waiting_[unit.i_first_mb] = {std::move(bytes), unit.i_last_mb};
        for (auto next = waiting_.find(next_mb_); next != waiting_.end(); next = waiting_.find(next_mb_)) {
            auto& slice = next->second.bytes;
            slice.insert(slice.begin(), before_first_.begin(), before_first_.end());
            before_first_.clear();
            next_mb_ = next->second.last_mb + 1;
            on_slice_(slice, next_mb_ == macroblocks_);
            waiting_.erase(next);
        }
    }

private:
    struct Slice {
        std::vector<std::byte> bytes;
        int last_mb = 0;
    };
    const OnSlice& on_slice_;
    int macroblocks_;
    std::mutex mutex_;
    std::vector<std::byte> before_first_;
    std::map<int, Slice> waiting_;  ///< by first macroblock
    int next_mb_ = 0;
};

class X264SlicedEncoder final : public SlicedEncoder {
public:
    explicit X264SlicedEncoder(const SliceSettings& settings) : settings_{settings} {
        auto p = sliced_parameters(settings);
        p.nalu_process = [](x264_t* encoder, x264_nal_t* unit, void* order) noexcept {
            static_cast<SliceOrder*>(order)->take(encoder, *unit);
        };
        encoder_.reset(x264_encoder_open(&p));
        if (!encoder_)
            throw std::runtime_error(
                fmt::format("libx264 does not open for {}x{} pixels", settings.width, settings.height));
        neutral_.assign(static_cast<std::size_t>(settings.width / 2) * static_cast<std::size_t>(settings.height / 2),
                        128);
    }

    void encode(const SharedPixels& picture, const OnSlice& on_slice) override {
        SliceOrder order{on_slice, macroblocks(settings_.width) * macroblocks(settings_.height)};
        x264_picture_t in;
        x264_picture_init(&in);
        in.i_pts = next_pts_++;
        in.i_qpplus1 = settings_.quality + 1;
        in.opaque = &order;
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
        if (x264_encoder_encode(encoder_.get(), &units, &count, &in, &made) <= 0)
            throw std::runtime_error("libx264 gave no picture");
    }

private:
    SliceSettings settings_;
    std::vector<std::uint8_t> neutral_;
    Handle<x264_t, x264_encoder_close> encoder_;
    std::int64_t next_pts_ = 0;
};

}  // namespace

std::unique_ptr<SlicedEncoder> make_sliced_encoder(const SliceSettings& settings) {
    return std::make_unique<X264SlicedEncoder>(settings);
}

}  // namespace bench

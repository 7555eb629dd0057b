#include "devices/gst_pixels.hpp"

#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace devices {

namespace {

using transport::PixelFormat;
using transport::Pixels;
using transport::SharedPixels;

/// The buffer's own memory, mapped; it stays mapped for as long as anybody holds the pixels.
struct Mapped {
    GstSample* sample = nullptr;
    GstVideoFrame frame{};
    bool mapped = false;

    explicit Mapped(GstSample* taken) : sample{taken} {}
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;
    ~Mapped() {
        if (mapped) gst_video_frame_unmap(&frame);
        gst_sample_unref(sample);
    }
};

SharedPixels wrap(const std::shared_ptr<Mapped>& mapped) {
    auto pixels = std::make_shared<Pixels>();
    const bool grey = GST_VIDEO_FRAME_FORMAT(&mapped->frame) == GST_VIDEO_FORMAT_GRAY8;
    pixels->format = grey ? PixelFormat::gray8 : PixelFormat::i420;
    pixels->width = GST_VIDEO_FRAME_WIDTH(&mapped->frame) / 2 * 2;
    pixels->height = GST_VIDEO_FRAME_HEIGHT(&mapped->frame) / 2 * 2;
    for (int plane = 0; plane < pixels->plane_count(); ++plane)
        pixels->planes[static_cast<std::size_t>(plane)] = {
            static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped->frame, plane)),
            GST_VIDEO_FRAME_PLANE_STRIDE(&mapped->frame, plane)};
    pixels->owner = mapped;
    return pixels;
}

/// Studio range into full range: `span` steps become 255, `middle` becomes `full_middle`.
std::array<std::uint8_t, 256> widened(int middle, int span, int full_middle) {
    std::array<std::uint8_t, 256> table{};
    for (int value = 0; value < 256; ++value) {
        const double wide = full_middle + (value - middle) * 255.0 / span;
        table[static_cast<std::size_t>(value)] = static_cast<std::uint8_t>(std::clamp(wide + 0.5, 0.0, 255.0));
    }
    return table;
}

}  // namespace

SharedPixels GstPixels::take(GstSample* sample, bool studio_range) {
    const auto mapped = std::make_shared<Mapped>(sample);
    GstVideoInfo video;
    auto* buffer = gst_sample_get_buffer(sample);
    auto* caps = gst_sample_get_caps(sample);
    if (!buffer || !caps || !gst_video_info_from_caps(&video, caps)) return nullptr;
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED)) return nullptr;
    mapped->mapped = gst_video_frame_map(&mapped->frame, &video, buffer, GST_MAP_READ);
    if (!mapped->mapped) return nullptr;
    const auto pixels = wrap(mapped);
    if (pixels->width < 2 || pixels->height < 2) return nullptr;
    const bool widen = studio_range && pixels->format == PixelFormat::i420;
    return mask_.empty() && !widen ? pixels : copy(*pixels, widen);
}

SharedPixels GstPixels::copy(const Pixels& source, bool studio_range) {
    static const auto full_luma = widened(16, 219, 0), full_chroma = widened(128, 224, 128);
    auto written = pool_.get(source.format, source.width, source.height);
    for (int plane = 0; plane < source.plane_count(); ++plane) {
        const auto& full = plane == 0 ? full_luma : full_chroma;
        const auto width = static_cast<std::size_t>(source.plane_width(plane));
        for (int y = 0; y < source.plane_height(plane); ++y) {
            const auto* from = source.row(plane, y);
            auto* to = written->row(plane, y);
            if (studio_range)
                for (std::size_t x = 0; x < width; ++x) to[x] = full[from[x]];
            else
                std::memcpy(to, from, width);
        }
    }
    mask_.apply(*written);
    return written;
}

}  // namespace devices

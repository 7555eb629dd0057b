#include "bench/gst_peer.hpp"

#include "bench/gst_line.hpp"
#include "bench/judge.hpp"
#include "bench/peer_chain.hpp"
#include "bench/peer_picture.hpp"
#include "capture/source.hpp"
#include "devices/devices.hpp"
#include "transport/handle.hpp"
#include "transport/timecode.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

using ElementHandle = Handle<GstElement, gst_object_unref>;
using SampleHandle = Handle<GstSample, gst_sample_unref>;

constexpr int echo_height = 600;
constexpr int xray_height = 512;

/// A picture in GStreamer's memory.
struct Mapped {
    GstVideoFrame frame{};
    SampleHandle sample;  ///< empty: the caller holds the buffer

    Mapped(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags, SampleHandle keep = nullptr)
        : sample{std::move(keep)} {
        if (!gst_video_frame_map(&frame, &info, buffer, flags))
            throw std::runtime_error("GStreamer: a picture cannot be mapped");
    }
    ~Mapped() { gst_video_frame_unmap(&frame); }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;

    /// Valid as long as this is.
    [[nodiscard]] Pixels pixels() {
        Pixels out;
        out.width = GST_VIDEO_FRAME_WIDTH(&frame);
        out.height = GST_VIDEO_FRAME_HEIGHT(&frame);
        for (guint plane = 0; plane < 3; ++plane)
            out.planes[plane] = {static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane)),
                                 GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane)};
        return out;
    }
};

GstVideoInfo i420(int width, int height) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(width), static_cast<guint>(height));
    return info;
}

GstBuffer* padded(const Pixels& picture, const Timecode& code) {
    const auto info = i420(padded_width(picture.width), padded_height(picture.height));
    auto* buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr);
    Mapped mapped{info, buffer, GST_MAP_WRITE};
    auto pixels = mapped.pixels();
    write_coded(picture, code, pixels);
    return buffer;
}

Rect strip_of(const Rect& picture, int padded_picture_width, int image_height) {
    const double x = static_cast<double>(picture.width) / padded_picture_width;
    const double y = static_cast<double>(picture.height) / padded_height(image_height);
    return {picture.x, picture.y + static_cast<int>(std::lround(image_height * y)),
            static_cast<int>(std::lround(timecode_width * x)), static_cast<int>(std::lround(timecode_height * y))};
}

}  // namespace

std::string peer_input(int width, int height, double frames_per_second, bool newest_wins) {
    return fmt::format("appsrc name=in is-live=true do-timestamp=true format=time {}caps={}",
                       newest_wins ? "max-buffers=1 leaky-type=downstream " : "",
                       raw(width, height, static_cast<int>(std::lround(frames_per_second))));
}

void feed(GstLine& pipeline, capture::Source& source, Modality modality, Clock& clock, const std::stop_token& stop) {
    const ElementHandle in{pipeline.element("in")};
    for (std::uint32_t sequence = 0; !stop.stop_requested();) {
        Frame frame;
        const auto reading = source.next(frame, stop);
        if (reading == capture::Reading::ended) throw std::runtime_error("the source has ended");
        if (reading != capture::Reading::ready) continue;
        const auto captured = clock.now();
        gst_app_src_push_buffer(GST_APP_SRC(in.get()),
                                padded(*frame.pixels, {peer_stream(modality), sequence++, microseconds(captured)}));
        pipeline.check();
    }
}

void run_peer_capture(Modality modality, double frames_per_second, const std::string& to_the_wire, Clock& clock,
                      const std::stop_token& stop, const std::string& source_name) {
    const auto name = source_name.empty() ? "synthetic" : source_name;
    const auto source = devices::open_source(name, modality, {.frames_per_second = frames_per_second}, clock);
    const auto info = source->info();
    GstLine pipeline{
        peer_input(padded_width(info.width), padded_height(info.height), frames_per_second, !source_name.empty()) +
        " ! " + to_the_wire};
    pipeline.play();
    feed(pipeline, *source, modality, clock, stop);
}

void run_peer_display(const std::string& from_the_wire, const std::filesystem::path& out, Clock& clock,
                      const std::stop_token& stop) {
    JudgingSink judge{std::make_unique<NullSink>(clock),
                      out,
                      {strip_of(echo_picture, 800, echo_height), strip_of(xray_picture, 512, xray_height)}};
    GstLine pipeline{from_the_wire + " ! video/x-raw,format=I420 ! appsink name=out sync=false max-buffers=1"};
    const ElementHandle sink{pipeline.element("out")};
    pipeline.play();
    while (!stop.stop_requested()) {
        pipeline.check();
        SampleHandle sample{gst_app_sink_try_pull_sample(GST_APP_SINK(sink.get()), 100 * GST_MSECOND)};
        if (!sample) continue;
        GstVideoInfo info;
        if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample.get()))) continue;
        auto* buffer = gst_sample_get_buffer(sample.get());
        const auto mapped = std::make_shared<Mapped>(info, buffer, GST_MAP_READ, std::move(sample));
        auto picture = std::make_shared<Pixels>(mapped->pixels());
        picture->owner = mapped;
        judge.present(picture);
    }
}

Rect peer_echo_pane() {
    const int rows = echo_picture.height * echo_height / padded_height(echo_height);
    return without_rim({echo_picture.x, echo_picture.y, echo_picture.width, rows});
}

std::vector<Luma> peer_echo_references(const std::vector<SharedPixels>& pictures) {
    constexpr int rate = 30;
    GstLine pipeline{fmt::format(
        "appsrc name=in format=time caps={} ! compositor background=black {} ! {} ! "
        "appsink name=out sync=false",
        raw(800, padded_height(echo_height), rate), pane(0, echo_picture), raw(chain_width, chain_height, rate))};
    const ElementHandle in{pipeline.element("in")};
    const ElementHandle out{pipeline.element("out")};
    pipeline.play();
    const auto info = i420(chain_width, chain_height);
    std::vector<Luma> references;
    // All of them first: the compositor looks at the picture after the one that it draws.
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        auto* buffer = padded(*pictures[i], {});
        GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(i, GST_SECOND, rate);
        GST_BUFFER_DURATION(buffer) = GST_SECOND / rate;
        gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
    while (const SampleHandle sample{gst_app_sink_pull_sample(GST_APP_SINK(out.get()))}) {
        pipeline.check();
        Mapped mapped{info, gst_sample_get_buffer(sample.get()), GST_MAP_READ};
        references.push_back(luma_of(mapped.pixels(), peer_echo_pane()));
    }
    pipeline.check();
    return references;
}

}  // namespace bench

#include "bench/gst_peer.hpp"

#include "bench/judge.hpp"
#include "bench/peer_chain.hpp"
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
#include <cstring>
#include <memory>
#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

using ElementHandle = Handle<GstElement, gst_object_unref>;
using BusHandle = Handle<GstBus, gst_object_unref>;
using MessageHandle = Handle<GstMessage, gst_message_unref>;
using SampleHandle = Handle<GstSample, gst_sample_unref>;
using ErrorHandle = Handle<GError, g_error_free>;

constexpr int echo_height = 600;
constexpr int xray_height = 512;

/// Runs while it lives.
class Pipeline {
public:
    explicit Pipeline(const std::string& description) {
        gst_init(nullptr, nullptr);
        GError* error = nullptr;
        pipeline_.reset(gst_parse_launch(description.c_str(), &error));
        const ErrorHandle owned{error};
        if (!pipeline_ || error != nullptr)
            throw std::runtime_error(fmt::format("GStreamer: {}", error != nullptr ? error->message : "no pipeline"));
        bus_.reset(gst_element_get_bus(pipeline_.get()));
    }
    ~Pipeline() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    void play() {
        if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return;
        check();
        throw std::runtime_error("GStreamer: the pipeline does not start");
    }
    /// Throws with the reason when the pipeline has failed.
    void check() {
        const MessageHandle message{gst_bus_pop_filtered(bus_.get(), GST_MESSAGE_ERROR)};
        if (!message) return;
        GError* error = nullptr;
        gst_message_parse_error(message.get(), &error, nullptr);
        const ErrorHandle owned{error};
        throw std::runtime_error(fmt::format("GStreamer: {}: {}", GST_MESSAGE_SRC_NAME(message.get()), error->message));
    }
    [[nodiscard]] ElementHandle element(const char* name) const {
        return ElementHandle{gst_bin_get_by_name(GST_BIN(pipeline_.get()), name)};
    }

private:
    ElementHandle pipeline_;
    BusHandle bus_;
};

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

/// The image in the left top corner, black around it; grey becomes 4:2:0.
void copy_image(const Pixels& from, Pixels& to) {
    for (int plane = 0; plane < 3; ++plane) {
        const bool there = plane < from.plane_count();
        const auto width = there ? static_cast<std::size_t>(from.plane_width(plane)) : 0;
        for (int y = 0; y < to.plane_height(plane); ++y) {
            const bool inside = there && y < from.plane_height(plane);
            auto* row = to.row(plane, y);
            if (inside) std::memcpy(row, from.row(plane, y), width);
            const auto copied = inside ? width : 0;
            std::memset(row + copied, plane == 0 ? 0 : 128, static_cast<std::size_t>(to.plane_width(plane)) - copied);
        }
    }
}

GstBuffer* padded(const Pixels& picture, const Timecode& code) {
    const auto info = i420(padded_width(picture.width), padded_height(picture.height));
    auto* buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr);
    Mapped mapped{info, buffer, GST_MAP_WRITE};
    auto pixels = mapped.pixels();
    copy_image(picture, pixels);
    const auto strip = timecode_rect(picture.height);
    write_timecode(pixels, strip.x, strip.y, code);
    return buffer;
}

Rect strip_of(const Rect& picture, int padded_picture_width, int image_height) {
    const double x = static_cast<double>(picture.width) / padded_picture_width;
    const double y = static_cast<double>(picture.height) / padded_height(image_height);
    return {picture.x, picture.y + static_cast<int>(std::lround(image_height * y)),
            static_cast<int>(std::lround(timecode_width * x)), static_cast<int>(std::lround(timecode_height * y))};
}

}  // namespace

void run_peer_capture(Modality modality, double frames_per_second, const std::string& to_the_wire, Clock& clock,
                      const std::stop_token& stop) {
    const auto source = devices::open_source("synthetic", modality, {.frames_per_second = frames_per_second}, clock);
    const auto info = source->info();
    const int rate = static_cast<int>(std::lround(frames_per_second));
    Pipeline pipeline{"appsrc name=in is-live=true do-timestamp=true format=time caps=" +
                      raw(padded_width(info.width), padded_height(info.height), rate) + " ! " + to_the_wire};
    const auto in = pipeline.element("in");
    pipeline.play();
    for (std::uint32_t sequence = 0; !stop.stop_requested();) {
        Frame frame;
        const auto reading = source->next(frame, stop);
        if (reading == capture::Reading::ended) throw std::runtime_error("the source has ended");
        if (reading != capture::Reading::ready) continue;
        const auto captured = clock.now();
        const auto stream = static_cast<StreamId>(1 + static_cast<int>(modality));
        gst_app_src_push_buffer(GST_APP_SRC(in.get()),
                                padded(*frame.pixels, {stream, sequence++, microseconds(captured)}));
        pipeline.check();
    }
}

void run_peer_display(const std::string& from_the_wire, const std::filesystem::path& out, Clock& clock,
                      const std::stop_token& stop) {
    JudgingSink judge{std::make_unique<NullSink>(clock),
                      out,
                      {strip_of(echo_picture, 800, echo_height), strip_of(xray_picture, 512, xray_height)}};
    Pipeline pipeline{from_the_wire + " ! video/x-raw,format=I420 ! appsink name=out sync=false max-buffers=1"};
    const auto sink = pipeline.element("out");
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
    Pipeline pipeline{fmt::format(
        "appsrc name=in format=time caps={} ! compositor background=black {} ! {} ! "
        "appsink name=out sync=false",
        raw(800, padded_height(echo_height), rate), pane(0, echo_picture), raw(chain_width, chain_height, rate))};
    const auto in = pipeline.element("in");
    const auto out = pipeline.element("out");
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

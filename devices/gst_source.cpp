#include "devices/gst_source.hpp"

#include "devices/mask.hpp"
#include "transport/mailbox.hpp"
#include "transport/pool.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace devices {

namespace {

using capture::Reading;
using transport::Microseconds;
using transport::PixelFormat;
using transport::Pixels;
using transport::SharedPixels;

struct Unref {
    void operator()(GstElement* element) const { gst_object_unref(element); }
    void operator()(GstBus* bus) const { gst_object_unref(bus); }
    void operator()(GstMessage* message) const { gst_message_unref(message); }
    void operator()(GstSample* sample) const { gst_sample_unref(sample); }
    void operator()(GError* error) const { g_error_free(error); }
    void operator()(char* text) const { g_free(text); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;
struct StopAndUnref {
    void operator()(GstElement* pipeline) const {
        gst_element_set_state(pipeline, GST_STATE_NULL);
        gst_object_unref(pipeline);
    }
};

// Colorimetry 1:4:0:0 is full range, BT.601 matrix, transfer and primaries left open.
constexpr auto tail =
    " ! videoconvert name=scialytic_convert ! capsfilter name=scialytic_format"
    " caps=video/x-raw,format=I420,colorimetry=(string)1:4:0:0"
    " ! appsink name=scialytic_frames max-buffers=1 drop=true sync=false";

std::string one_line(std::string text) {
    for (auto& letter : text)
        if (letter == '\n' || letter == '\r') letter = ' ';
    return text;
}

std::string reason(GstMessage* message) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    const Owned<GError> owned{error};
    return one_line(fmt::format("{}: {}", GST_MESSAGE_SRC_NAME(message), error ? error->message : "unknown error"));
}

/// A login in an address (rtsp://name:password@camera) is nobody's business.
std::string without_logins(std::string text) {
    for (auto at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
        const auto end = text.find_first_of("/ \"'", at + 3);
        const auto sign = text.rfind('@', end);
        if (sign != std::string::npos && sign > at + 3) text.erase(at + 3, sign - at - 2);
    }
    return text;
}

/// A picture, and when it came.
struct Arrival {
    Owned<GstSample> sample;
    transport::Timestamp time{};
};

/// The buffer's own memory, mapped; it stays mapped for as long as anybody holds the pixels.
struct Mapped {
    Owned<GstSample> sample;
    GstVideoFrame frame{};
    bool mapped = false;
    ~Mapped() {
        if (mapped) gst_video_frame_unmap(&frame);
    }
};

class GstSource final : public capture::Source {
public:
    GstSource(const std::string& description, Microseconds device_delay, const std::vector<transport::Rect>& black,
              transport::Clock& clock)
        : description_{one_line(without_logins(description))},
          device_delay_{device_delay},
          mask_{{}, black},
          clock_{clock} {
        static std::once_flag once;
        std::call_once(once, [] { gst_init(nullptr, nullptr); });
        GError* error = nullptr;
        pipeline_.reset(gst_parse_launch((description + tail).c_str(), &error));
        const Owned<GError> owned{error};
        if (!pipeline_ || error) refuse(error ? one_line(error->message) : "cannot be parsed");
        if (!GST_IS_BIN(pipeline_.get())) refuse("is not a pipeline");
        sink_ = element("scialytic_frames");
        bus_.reset(gst_element_get_bus(pipeline_.get()));
        start();
    }
    GstSource(const GstSource&) = delete;
    GstSource& operator=(const GstSource&) = delete;

    [[nodiscard]] capture::SourceInfo info() const override { return info_; }

    Reading next(transport::Frame& frame, std::stop_token stop) override {
        for (int attempt = 0; attempt < 20 && !stop.stop_requested(); ++attempt) {
            if (auto arrival = arrivals_.take(stop, glance)) return fill(frame, std::move(*arrival));
            if (const auto line = failure()) {
                if (!told_) fmt::print(stderr, "gst:{}: {}\n", description_, *line);
                told_ = true;
                return Reading::ended;
            }
        }
        return Reading::again;
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw std::runtime_error(fmt::format("cannot open 'gst:{}': {}", description_, why));
    }

    /// GStreamer's thread: the picture is stamped when it comes, not when somebody asks for it.
    static GstFlowReturn on_sample(GstAppSink* sink, gpointer self) noexcept {
        auto& source = *static_cast<GstSource*>(self);
        Owned<GstSample> sample{gst_app_sink_pull_sample(sink)};
        if (sample) source.arrivals_.put({std::move(sample), source.clock_.now()});
        return GST_FLOW_OK;
    }

    /// Waits for the first picture, so that what is wrong is told at once and the size is known. The picture itself
    /// is let go: it would be old when the node asks for it.
    void start() {
        constexpr auto patience = std::chrono::seconds{10};
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = on_sample;
        gst_app_sink_set_callbacks(GST_APP_SINK(sink_.get()), &callbacks, this, nullptr);
        auto state = gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
        if (state == GST_STATE_CHANGE_ASYNC)
            state = gst_element_get_state(pipeline_.get(), nullptr, nullptr, patience / std::chrono::nanoseconds{1});
        if (state == GST_STATE_CHANGE_FAILURE) refuse(failure().value_or("does not start"));
        // A source that is not live has no rate of its own: the pipeline's clock gives it one.
        const bool live = state == GST_STATE_CHANGE_NO_PREROLL;
        g_object_set(sink_.get(), "sync", live ? FALSE : TRUE, nullptr);
        if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
            refuse(failure().value_or("does not start"));
        info_.description = fmt::format("GStreamer, {}", description_);
        std::optional<Arrival> first;
        for (auto waited = Microseconds{0}; waited < patience && !first; waited += glance) {
            first = arrivals_.take({}, glance);
            if (first) break;
            if (const auto line = failure()) refuse(*line);
        }
        if (const auto video = incoming(); first && video && GST_VIDEO_INFO_IS_GRAY(&*video)) first = keep_grey();
        GstVideoInfo video;
        if (!first) {
            info_.warnings.emplace_back("no picture from GStreamer within 10 s: still waiting");
        } else if (gst_video_info_from_caps(&video, gst_sample_get_caps(first->sample.get()))) {
            info_.width = GST_VIDEO_INFO_WIDTH(&video) / 2 * 2;
            info_.height = GST_VIDEO_INFO_HEIGHT(&video) / 2 * 2;
            info_.period = period(video);
        }
    }

    Owned<GstElement> element(const char* name) const {
        return Owned<GstElement>{gst_bin_get_by_name(GST_BIN(pipeline_.get()), name)};
    }

    /// What comes into the converter; nothing before the first picture.
    [[nodiscard]] std::optional<GstVideoInfo> incoming() const {
        const auto converter = element("scialytic_convert");
        auto* pad = gst_element_get_static_pad(converter.get(), "sink");
        auto* caps = gst_pad_get_current_caps(pad);
        gst_object_unref(pad);
        GstVideoInfo video;
        const bool known = caps && gst_video_info_from_caps(&video, caps);
        if (caps) gst_caps_unref(caps);
        return known ? std::optional{video} : std::nullopt;
    }

    /// videoconvert 1.22 converts the range together with the matrix, or not at all: BT.601 video of studio range
    /// (16 to 235) comes out as it went in, whatever the caps say.
    [[nodiscard]] bool keeps_studio_range() const {
        const auto video = incoming();
        if (!video || !GST_VIDEO_INFO_IS_YUV(&*video)) return false;
        const auto& colorimetry = GST_VIDEO_INFO_COLORIMETRY(&*video);
        return colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235 && colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT601;
    }

    /// Then chroma would only be ballast. Offered both formats at once, videoconvert takes grey for colour, too.
    std::optional<Arrival> keep_grey() {
        const auto format = element("scialytic_format");
        auto* caps = gst_caps_from_string("video/x-raw,format=GRAY8");
        g_object_set(format.get(), "caps", caps, nullptr);
        gst_caps_unref(caps);
        return arrivals_.take({}, std::chrono::seconds{1});
    }

    static Microseconds period(const GstVideoInfo& video) {
        if (GST_VIDEO_INFO_FPS_N(&video) <= 0) return Microseconds{0};
        return Microseconds{std::int64_t{1'000'000} * GST_VIDEO_INFO_FPS_D(&video) / GST_VIDEO_INFO_FPS_N(&video)};
    }

    /// What the bus says, if that means the end.
    std::optional<std::string> failure() {
        const Owned<GstMessage> message{
            gst_bus_pop_filtered(bus_.get(), static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS))};
        if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) return reason(message.get());
        if (message || gst_app_sink_is_eos(GST_APP_SINK(sink_.get()))) return "the stream ended";
        return std::nullopt;
    }

    Reading fill(transport::Frame& frame, Arrival arrival) {
        auto mapped = std::make_shared<Mapped>();
        mapped->sample = std::move(arrival.sample);
        GstVideoInfo video;
        auto* buffer = gst_sample_get_buffer(mapped->sample.get());
        if (!gst_video_info_from_caps(&video, gst_sample_get_caps(mapped->sample.get())) || buffer == nullptr)
            return Reading::corrupt;
        mapped->mapped = gst_video_frame_map(&mapped->frame, &video, buffer, GST_MAP_READ);
        if (!mapped->mapped || GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_CORRUPTED)) return Reading::corrupt;
        const auto pixels = wrap(mapped);
        if (pixels->width < 2 || pixels->height < 2) return Reading::corrupt;

        const bool studio_range = !grey(*pixels) && keeps_studio_range();
        frame.pixels = mask_.empty() && !studio_range ? pixels : copy(*pixels, studio_range);
        frame.header.width = pixels->width;
        frame.header.height = pixels->height;
        frame.header.period = period(video);
        frame.header.beam_on = true;
        frame.header.geometry = {};
        frame.header.timeline.mark(transport::Stage::acquired, arrival.time - device_delay_);
        frame.header.timeline.acquired_estimated = true;
        return Reading::ready;
    }

    /// No copy: an odd last column or row is simply not looked at.
    static SharedPixels wrap(const std::shared_ptr<Mapped>& mapped) {
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

    static bool grey(const Pixels& pixels) { return pixels.format == PixelFormat::gray8; }

    SharedPixels copy(const Pixels& source, bool studio_range) {
        auto written = pool_.get(source.format, source.width, source.height);
        for (int plane = 0; plane < source.plane_count(); ++plane) {
            const auto& full = plane == 0 ? full_luma_ : full_chroma_;
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

    /// Studio range into full range: `span` steps become 255, `middle` becomes `full_middle`.
    static std::array<std::uint8_t, 256> widened(int middle, int span, int full_middle) {
        std::array<std::uint8_t, 256> table{};
        for (int value = 0; value < 256; ++value) {
            const double wide = full_middle + (value - middle) * 255.0 / span;
            table[static_cast<std::size_t>(value)] = static_cast<std::uint8_t>(std::clamp(wide + 0.5, 0.0, 255.0));
        }
        return table;
    }

    const std::array<std::uint8_t, 256> full_luma_ = widened(16, 219, 0);
    const std::array<std::uint8_t, 256> full_chroma_ = widened(128, 224, 128);
    static constexpr Microseconds glance{50'000};  // between looks at the bus

    std::string description_;
    Microseconds device_delay_;
    Mask mask_;
    transport::Clock& clock_;
    capture::SourceInfo info_;
    transport::PixelPool pool_;
    transport::Mailbox<Arrival> arrivals_;
    std::unique_ptr<GstElement, StopAndUnref> pipeline_;  // goes before the mailbox that its thread fills
    Owned<GstElement> sink_;
    Owned<GstBus> bus_;
    bool told_ = false;
};

}  // namespace

std::unique_ptr<capture::Source> open_gst_source(const std::string& description, Microseconds device_delay,
                                                 const std::vector<transport::Rect>& black, transport::Clock& clock) {
    return std::make_unique<GstSource>(description, device_delay, black, clock);
}

}  // namespace devices

#include "devices/gst_source.hpp"

#include "devices/gst_pixels.hpp"
#include "devices/mask.hpp"
#include "transport/handle.hpp"
#include "transport/mailbox.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <cstdio>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace devices {

namespace {

using capture::Reading;
using transport::Microseconds;

using ElementHandle = transport::Handle<GstElement, gst_object_unref>;
using BusHandle = transport::Handle<GstBus, gst_object_unref>;
using MessageHandle = transport::Handle<GstMessage, gst_message_unref>;
using SampleHandle = transport::Handle<GstSample, gst_sample_unref>;
using ErrorHandle = transport::Handle<GError, g_error_free>;
/// Stops, and gives back.
void stop(GstElement* pipeline) {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

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
    const ErrorHandle owned{error};
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
    SampleHandle sample;
    transport::Timestamp time{};
};

class GstSource final : public capture::Source {
public:
    GstSource(const std::string& description, Microseconds device_delay, const std::vector<transport::Rect>& black,
              transport::Clock& clock)
        : description_{one_line(without_logins(description))},
          device_delay_{device_delay},
          pixels_{Mask{{}, black}},
          clock_{clock} {
        static std::once_flag once;
        std::call_once(once, [] { gst_init(nullptr, nullptr); });
        GError* error = nullptr;
        pipeline_.reset(gst_parse_launch((description + tail).c_str(), &error));
        const ErrorHandle owned{error};
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
        SampleHandle sample{gst_app_sink_pull_sample(sink)};
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

    ElementHandle element(const char* name) const {
        return ElementHandle{gst_bin_get_by_name(GST_BIN(pipeline_.get()), name)};
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
        const MessageHandle message{
            gst_bus_pop_filtered(bus_.get(), static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS))};
        if (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) return reason(message.get());
        if (message || gst_app_sink_is_eos(GST_APP_SINK(sink_.get()))) return "the stream ended";
        return std::nullopt;
    }

    Reading fill(transport::Frame& frame, Arrival arrival) {
        GstVideoInfo video;
        auto* caps = gst_sample_get_caps(arrival.sample.get());
        if (!caps || !gst_video_info_from_caps(&video, caps)) return Reading::corrupt;
        frame.pixels = pixels_.take(arrival.sample.release(), keeps_studio_range());
        if (!frame.pixels) return Reading::corrupt;
        frame.header.width = frame.pixels->width;
        frame.header.height = frame.pixels->height;
        frame.header.period = period(video);
        frame.header.beam_on = true;
        frame.header.geometry = {};
        frame.header.timeline.mark(transport::Stage::acquired, arrival.time - device_delay_);
        frame.header.timeline.acquired_estimated = true;
        return Reading::ready;
    }

    static constexpr Microseconds glance{50'000};  // between looks at the bus

    std::string description_;
    Microseconds device_delay_;
    GstPixels pixels_;
    transport::Clock& clock_;
    capture::SourceInfo info_;
    transport::Mailbox<Arrival> arrivals_;
    transport::Handle<GstElement, stop> pipeline_;  // goes before the mailbox that its thread fills
    ElementHandle sink_;
    BusHandle bus_;
    bool told_ = false;
};

}  // namespace

std::unique_ptr<capture::Source> open_gst_source(const std::string& description, Microseconds device_delay,
                                                 const std::vector<transport::Rect>& black, transport::Clock& clock) {
    return std::make_unique<GstSource>(description, device_delay, black, clock);
}

}  // namespace devices

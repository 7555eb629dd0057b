#include "bench/gst_watcher.hpp"

#include "transport/handle.hpp"
#include "transport/stamp.hpp"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <fmt/format.h>

#include <sys/socket.h>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <span>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

using WatcherElement = Handle<GstElement, gst_object_unref>;

constexpr guint time_to_repair_ms = 200;  // what comes in order does not wait for it
constexpr int receive_buffer = 262'144;   // bytes, as a browser's (libwebrtc: kVideoRtpRecvBufferSize)

/// libnice's are the kernel's default, and it has no word for it.
void widen_sockets() {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const int descriptor = std::atoi(entry.path().filename().c_str());
        int type = 0;
        socklen_t size = sizeof type;
        if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
}

}  // namespace

struct PictureWatcher::Inside {
    Inside(std::string name, Opens opens, Clock& clock) : name_{std::move(name)}, clock_{clock} {
        gst_init(nullptr, nullptr);
        pipeline_.reset(gst_pipeline_new("watcher"));
        auto* rtc = gst_element_factory_make("webrtcbin", "rtc");
        if (rtc == nullptr) throw std::runtime_error("no webrtcbin here");
        gst_bin_add(GST_BIN(pipeline_.get()), rtc);
        rtc_ = rtc;
        g_object_set(rtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", time_to_repair_ms, nullptr);
        g_signal_connect(rtc, "pad-added", G_CALLBACK(&on_pad), this);
        g_signal_connect(rtc, "on-new-transceiver", G_CALLBACK(&on_transceiver), nullptr);
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
        if (opens == Opens::offer) receive();
    }
    ~Inside() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

    void receive() const {
        auto* caps = gst_caps_from_string(
            "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
            "packetization-mode=(string)1,profile-level-id=(string)42e01f");
        GstWebRTCRTPTransceiver* transceiver = nullptr;
        g_signal_emit_by_name(rtc_, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps,
                              &transceiver);
        gst_caps_unref(caps);
        if (transceiver == nullptr) throw std::runtime_error("webrtcbin takes no transceiver");
        gst_object_unref(transceiver);
    }
    static void on_transceiver(GstElement*, GstWebRTCRTPTransceiver* transceiver, gpointer) noexcept {
        g_object_set(transceiver, "do-nack", TRUE, nullptr);
    }
    static void on_pad(GstElement*, GstPad* pad, gpointer self) noexcept {
        auto* const watcher = static_cast<Inside*>(self);
        if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
        auto* chain = gst_parse_bin_from_description(
            "rtph264depay request-keyframe=true wait-for-keyframe=true ! "
            "video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false async=false",
            TRUE, nullptr);
        if (chain == nullptr) return;
        widen_sockets();
        gst_bin_add(GST_BIN(watcher->pipeline_.get()), chain);
        WatcherElement out{gst_bin_get_by_name(GST_BIN(chain), "out")};
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = &on_sample;
        gst_app_sink_set_callbacks(GST_APP_SINK(out.get()), &callbacks, self, nullptr);
        gst_element_sync_state_with_parent(chain);
        const Handle<GstPad, gst_object_unref> sink{gst_element_get_static_pad(chain, "sink")};
        gst_pad_link(pad, sink.get());
        const std::scoped_lock lock{watcher->mutex_};
        watcher->out_ = std::move(out);
    }
    static GstFlowReturn on_sample(GstAppSink* sink, gpointer self) noexcept {
        const Handle<GstSample, gst_sample_unref> sample{gst_app_sink_pull_sample(sink)};
        if (!sample) return GST_FLOW_EOS;
        auto* buffer = gst_sample_get_buffer(sample.get());
        GstMapInfo map;
        if (buffer == nullptr || gst_buffer_map(buffer, &map, GST_MAP_READ) == FALSE) return GST_FLOW_OK;
        static_cast<Inside*>(self)->take_unit(std::as_bytes(std::span{map.data, map.size}));
        gst_buffer_unmap(buffer, &map);
        return GST_FLOW_OK;
    }
    /// The receiving thread's.
    void take_unit(std::span<const std::byte> unit) {
        const auto delivered = clock_.now();
        const auto remote = find_stamp(unit);
        if (!remote) return;
        ClockOffset same;
        same.same_machine();
        const auto stamp = remote->localise(same);
        if (sequence_ && stamp.sequence > *sequence_ + 1) missing_ += stamp.sequence - *sequence_ - 1;
        sequence_ = stamp.sequence;
        Delivery delivery;
        delivery.display = name_;
        delivery.delivered_us = microseconds(delivered);
        delivery.bytes = unit.size();
        delivery.missing = missing_;
        for (const auto& source : stamp.sources) {
            const auto modality = source.header.modality;
            auto& last = last_source_.at(index(modality));
            if (last == source.header.sequence || modality == Modality::camera) continue;
            last = source.header.sequence;
            if (const auto captured = source.header.timeline.at(Stage::captured))
                (modality == Modality::xray ? delivery.xray_us : delivery.ultrasound_us) = microseconds(*captured);
        }
        const std::scoped_lock lock{mutex_};
        keyframe_ = keyframe_ || is_keyframe(unit);
        deliveries_.push_back(std::move(delivery));
    }

    const std::string name_;
    Clock& clock_;
    WatcherElement pipeline_;
    GstElement* rtc_ = nullptr;  ///< the pipeline's
    // the receiving thread's
    std::optional<std::uint32_t> sequence_;
    std::uint64_t missing_ = 0;
    std::array<std::optional<std::uint32_t>, modality_count> last_source_{};

    std::mutex mutex_;
    WatcherElement out_;  ///< once there is a picture
    std::vector<Delivery> deliveries_;
    bool keyframe_ = false;
};

PictureWatcher::PictureWatcher(std::string name, Opens opens, Clock& clock)
    : inside_{std::make_unique<Inside>(std::move(name), opens, clock)} {}
PictureWatcher::~PictureWatcher() = default;

GstElement* PictureWatcher::rtc() const {
    return inside_->rtc_;
}

std::vector<Delivery> PictureWatcher::take() {
    std::vector<Delivery> taken;
    GstElement* out = nullptr;
    {
        const std::scoped_lock lock{inside_->mutex_};
        taken.swap(inside_->deliveries_);
        out = inside_->out_.get();
    }
    if (taken.empty() && out != nullptr)
        gst_element_send_event(out, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
    return taken;
}

bool PictureWatcher::has_keyframe() {
    const std::scoped_lock lock{inside_->mutex_};
    return inside_->keyframe_;
}

}  // namespace bench

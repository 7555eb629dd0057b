#include "render/share_publish.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace render {
namespace {

constexpr guint64 most_unsent = 4U << 20U;           // bytes before the payloader
constexpr guint64 rtcp_spacing = 200 * GST_MSECOND;  // the gateway answers whom it has heard
constexpr int send_buffer = 1 << 20;                 // a keyframe goes at once

std::string publish_chain(const PublishTo& to) {
    return fmt::format(
        "rtpbin name=rtp rtp-profile=avpf "
        "appsrc name=in is-live=true format=time do-timestamp=false max-bytes=0 "
        "caps=video/x-h264,stream-format=byte-stream,alignment=au ! "
        "rtph264pay mtu=1200 aggregate-mode=zero-latency config-interval=0 pt=96 ! rtp.send_rtp_sink_0 "
        "rtp.send_rtp_src_0 ! udpsink host={0} port={1} sync=false async=false buffer-size={3} "
        "rtp.send_rtcp_src_0 ! udpsink name=report host={0} port={2} sync=false async=false close-socket=false "
        "udpsrc name=heard port=0 ! application/x-rtcp ! rtp.recv_rtcp_sink_0",
        to.host, to.rtp_port, to.rtcp_port, send_buffer);
}

bool is_host(std::string_view host) {
    constexpr auto allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:";
    return !host.empty() && host.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

std::string words_of(const PublishTo& to) {
    return fmt::format("{} {} {}", to.host, to.rtp_port, to.rtcp_port);
}

struct Publisher::Calls {
    static GstPadProbeReturn on_upstream(GstPad* pad, GstPadProbeInfo* info, gpointer self) noexcept {
        static_cast<void>(pad);
        if (gst_video_event_is_force_key_unit(gst_pad_probe_info_get_event(info)) != FALSE)
            static_cast<Publisher*>(self)->parent_.send(PipeKind::keyframe, {});
        return GST_PAD_PROBE_OK;
    }
};

Publisher::Publisher(std::string_view to, PipeWriter& parent) : parent_{parent} {
    PublishTo where;
    std::istringstream words{std::string{to}};
    words >> where.host >> where.rtp_port >> where.rtcp_port;
    if (!words || !is_host(where.host)) throw std::runtime_error("no place to publish to");
    GError* error = nullptr;
    pipeline_ = gst_parse_launch(publish_chain(where).c_str(), &error);
    if (pipeline_ == nullptr || error != nullptr) {
        const auto why = fmt::format("GStreamer cannot: {}", error != nullptr ? error->message : "unknown");
        g_clear_error(&error);
        throw std::runtime_error(why);
    }
    in_ = gst_bin_get_by_name(GST_BIN(pipeline_), "in");
    auto* pad = gst_element_get_static_pad(in_, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, &Calls::on_upstream, this, nullptr);
    gst_object_unref(pad);

    GObject* session = nullptr;
    auto* rtp = gst_bin_get_by_name(GST_BIN(pipeline_), "rtp");
    g_signal_emit_by_name(rtp, "get-internal-session", 0U, &session);
    if (session != nullptr) {
        g_object_set(session, "rtcp-min-interval", rtcp_spacing, nullptr);
        g_object_unref(session);
    }
    gst_object_unref(rtp);

    // Reports leave by the socket at which answers are heard; it is there once its element is ready.
    auto* heard = gst_bin_get_by_name(GST_BIN(pipeline_), "heard");
    auto* report = gst_bin_get_by_name(GST_BIN(pipeline_), "report");
    gst_element_set_state(heard, GST_STATE_READY);
    GObject* socket = nullptr;
    g_object_get(heard, "used-socket", &socket, nullptr);
    g_object_set(report, "socket", socket, nullptr);
    if (socket != nullptr) g_object_unref(socket);
    gst_object_unref(heard);
    gst_object_unref(report);
    if (socket == nullptr || gst_element_set_state(pipeline_, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        throw std::runtime_error("RTP cannot be sent; `scialytic doctor` names what is missing");
}

Publisher::~Publisher() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(in_);
    gst_object_unref(pipeline_);
}

void Publisher::give(const PipeMessage& message) {
    const auto head = head_of<UnitHead>(message.bytes);
    if (message.kind != PipeKind::unit || !head) return;
    if (gst_app_src_get_current_level_bytes(GST_APP_SRC(in_)) > most_unsent) needs_keyframe_ = true;
    if (needs_keyframe_ && head->keyframe == 0) return;
    const auto now = gst_element_get_current_running_time(in_);
    if (now == GST_CLOCK_TIME_NONE) return;  // not running yet
    needs_keyframe_ = false;
    const auto bytes = std::span{message.bytes}.subspan(sizeof(UnitHead));
    auto* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    due_ = std::max(due_ + GST_MSECOND, now);  // two that come at once have times of their own
    GST_BUFFER_PTS(buffer) = due_;
    gst_app_src_push_buffer(GST_APP_SRC(in_), buffer);
}

}  // namespace render

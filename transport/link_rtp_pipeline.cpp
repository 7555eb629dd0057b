#include "transport/link_rtp_pipeline.hpp"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

namespace transport {

namespace {

// A request for a keyframe goes out at once, the next one at most so much later. Reports come as often: at 20 ms they
// cost a seventh of the link's time.
constexpr guint64 early_feedback_ns = 200'000'000;
constexpr gdouble feedback_bits_per_s = 2e7;

void start_gstreamer() {
    static std::once_flag once;
    std::call_once(once, [] { gst_init(nullptr, nullptr); });
}

/// Errors inside a pipeline are rare and final for that stream: one line.
GstBusSyncReply on_bus(GstBus* /*bus*/, GstMessage* message, gpointer /*data*/) noexcept {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        GError* error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        fmt::print(stderr, "link: {}: {}\n", GST_MESSAGE_SRC_NAME(message), error->message);
        g_error_free(error);
    }
    gst_message_unref(message);
    return GST_BUS_DROP;
}

GstFlowReturn on_sample(GstAppSink* sink, gpointer data) noexcept {
    GstSample* sample = gst_app_sink_pull_sample(sink);
    if (sample == nullptr) return GST_FLOW_EOS;
    std::vector<GstMapInfo> maps;
    std::vector<std::span<const std::byte>> packets;
    std::vector<GstBuffer*> buffers;
    if (auto* list = gst_sample_get_buffer_list(sample); list != nullptr)
        for (guint i = 0; i < gst_buffer_list_length(list); ++i) buffers.push_back(gst_buffer_list_get(list, i));
    else if (auto* buffer = gst_sample_get_buffer(sample); buffer != nullptr)
        buffers.push_back(buffer);
    maps.resize(buffers.size());
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        gst_buffer_map(buffers[i], &maps[i], GST_MAP_READ);
        packets.emplace_back(reinterpret_cast<const std::byte*>(maps[i].data), maps[i].size);
    }
    (*static_cast<RtpPipeline::OnPackets*>(data))(packets);
    for (std::size_t i = 0; i < buffers.size(); ++i) gst_buffer_unmap(buffers[i], &maps[i]);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
}

}  // namespace

GstElement* make_element(const char* factory, const char* package) {
    start_gstreamer();
    auto* element = gst_element_factory_make(factory, nullptr);
    if (element == nullptr)
        throw std::runtime_error(fmt::format("link: GStreamer has no '{}'; install {}", factory, package));
    return element;
}

std::string media_caps(const RtpStream& stream) {
    return fmt::format(
        "application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload={},rtcp-fb-nack-pli=(boolean)true,"
        "ssrc=(uint){}",
        stream.payload_type, stream.media_ssrc);
}

RtpPipeline::RtpPipeline() {
    start_gstreamer();
    rtpbin_ = make_element("rtpbin", "gstreamer1.0-plugins-good");
    pipeline_ = gst_pipeline_new(nullptr);
    add(rtpbin_);
    gst_util_set_object_arg(G_OBJECT(rtpbin_), "rtp-profile", "avpf");
    gst_util_set_object_arg(G_OBJECT(rtpbin_), "ntp-time-source", "clock-time");
    g_object_set(rtpbin_, "rtcp-sync-send-time", FALSE, nullptr);
    // Running time is the monotonic clock itself, so that RTP time stamps are sampling times as they stand.
    auto* clock = gst_system_clock_obtain();
    gst_pipeline_use_clock(GST_PIPELINE(pipeline_), clock);
    gst_object_unref(clock);
    gst_element_set_start_time(pipeline_, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(pipeline_, 0);
    auto* bus = gst_pipeline_get_bus(GST_PIPELINE(pipeline_));
    gst_bus_set_sync_handler(bus, on_bus, nullptr, nullptr);
    gst_object_unref(bus);
}

RtpPipeline::~RtpPipeline() {
    stop();
    for (auto* pad : pads_) {
        gst_pad_set_active(pad, FALSE);
        gst_object_unref(pad);
    }
    gst_object_unref(pipeline_);
}

GstElement* RtpPipeline::add(GstElement* element) {
    gst_bin_add(GST_BIN(pipeline_), element);
    return element;
}

void RtpPipeline::tune_session(std::uint32_t own_ssrc) {
    GObject* session = nullptr;
    g_signal_emit_by_name(rtpbin_, "get-internal-session", 0U, &session);
    if (session == nullptr) return;
    g_object_set(session, "rtcp-min-interval", early_feedback_ns, "bandwidth", feedback_bits_per_s, "rtcp-fraction",
                 0.05, "internal-ssrc", own_ssrc, nullptr);
    g_object_unref(session);
}

GstPad* RtpPipeline::add_input(const char* rtpbin_pad, const char* caps_text) {
    auto* input = gst_pad_new(nullptr, GST_PAD_SRC);
    gst_pad_set_active(input, TRUE);
    auto* sink = gst_element_request_pad_simple(rtpbin_, rtpbin_pad);
    // A pad of our own outside the pipeline: its pusher's thread goes all the way, without a queue between.
    const auto linked = gst_pad_link_full(input, sink, GST_PAD_LINK_CHECK_NOTHING);
    gst_object_unref(sink);
    pads_.push_back(input);
    if (linked != GST_PAD_LINK_OK) throw std::runtime_error(fmt::format("link: rtpbin refuses pad {}", rtpbin_pad));
    gst_pad_push_event(input, gst_event_new_stream_start(rtpbin_pad));
    auto* caps = gst_caps_from_string(caps_text);
    gst_pad_push_event(input, gst_event_new_caps(caps));
    gst_caps_unref(caps);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(input, gst_event_new_segment(&segment));
    return input;
}

void RtpPipeline::add_output(const char* rtpbin_pad, OnPackets on_packets) {
    auto* sink = add(make_element("appsink", "gstreamer1.0-plugins-base"));
    g_object_set(sink, "sync", FALSE, "async", FALSE, "buffer-list", TRUE, "enable-last-sample", FALSE, nullptr);
    outputs_.push_back(std::make_unique<OnPackets>(std::move(on_packets)));
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = on_sample;
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, outputs_.back().get(), nullptr);
    auto* pad = gst_element_get_static_pad(sink, "sink");
    auto* source = gst_element_get_static_pad(rtpbin_, rtpbin_pad);
    if (source == nullptr) source = gst_element_request_pad_simple(rtpbin_, rtpbin_pad);
    gst_pad_link(source, pad);
    gst_object_unref(source);
    gst_object_unref(pad);
}

void RtpPipeline::push(GstPad* input, RtpPackets packets, Timestamp time) {
    auto* shared = new std::vector<std::byte>(std::move(packets.bytes));
    auto* memory =
        gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, shared->data(), shared->size(), 0, shared->size(), shared,
                               [](gpointer data) noexcept { delete static_cast<std::vector<std::byte>*>(data); });
    auto* list = gst_buffer_list_new_sized(static_cast<guint>(packets.ends.size()));
    std::size_t begin = 0;
    for (const auto end : packets.ends) {
        auto* buffer = gst_buffer_new();
        gst_buffer_append_memory(
            buffer, gst_memory_share(memory, static_cast<gssize>(begin), static_cast<gssize>(end - begin)));
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(microseconds(time)) * 1000;
        gst_buffer_list_add(list, buffer);
        begin = end;
    }
    gst_memory_unref(memory);
    gst_pad_push_list(input, list);
}

bool RtpPipeline::push(GstPad* input, std::span<const std::byte> packet) {
    auto* buffer = gst_buffer_new_memdup(packet.data(), packet.size());
    GST_BUFFER_DTS(buffer) = static_cast<GstClockTime>(microseconds(SystemClock{}.now())) * 1000;
    return gst_pad_push(input, buffer) == GST_FLOW_OK;
}

void RtpPipeline::play() {
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
}

void RtpPipeline::stop() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
}

}  // namespace transport

#include "transport/bytes.hpp"
#include "transport/link_rtp.hpp"
#include "transport/link_rtp_pipeline.hpp"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video-event.h>

#include <fmt/format.h>

#include <atomic>

namespace transport {

namespace {

class RtpReceiver final : public Receiver {
public:
    RtpReceiver(MediaPort& port, const RtpStream& stream, OnArrival on_arrival, Clock& clock,
                const RtpSettings& settings)
        : port_{port}, stream_{stream}, on_arrival_{std::move(on_arrival)}, clock_{clock}, peer_{stream.peer} {
        g_object_set(pipeline_.rtpbin(), "latency", static_cast<guint>(settings.jitter_ms), nullptr);
        g_signal_connect(pipeline_.rtpbin(), "new-jitterbuffer", G_CALLBACK(on_jitter_buffer), this);
        depayloader_ = pipeline_.add(make_element("rtph264depay", "gstreamer1.0-plugins-good"));
        auto* sink = pipeline_.add(make_element("appsink", "gstreamer1.0-plugins-base"));
        auto* caps = gst_caps_from_string("video/x-h264,stream-format=byte-stream,alignment=au");
        g_object_set(sink, "caps", caps, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
        gst_caps_unref(caps);
        GstAppSinkCallbacks callbacks{};
        callbacks.new_sample = on_access_unit;
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
        gst_element_link(depayloader_, sink);
        auto* pad = gst_element_get_static_pad(depayloader_, "sink");
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_ordered_packet, this, nullptr);
        gst_object_unref(pad);
        g_signal_connect(pipeline_.rtpbin(), "pad-added", G_CALLBACK(on_pad), this);
        // Playing first: an element that is not yet active refuses the first events and packets.
        pipeline_.play();
        media_ = pipeline_.add_input(
            "recv_rtp_sink_0",
            fmt::format("application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload={},"
                        "rtcp-fb-nack-pli=(boolean)true,ssrc=(uint){}",
                        stream.payload_type, stream.media_ssrc)
                .c_str());
        pipeline_.tune_session(stream.feedback_ssrc);
        reports_ = pipeline_.add_input("recv_rtcp_sink_0", "application/x-rtcp");
        pipeline_.add_output("send_rtcp_src_0", [this](auto packets) {
            if (const auto to = peer()) port_.send(*to, packets);
        });
        pipeline_.play();
        port_.route(stream_.media_ssrc, [this](const Datagram& datagram) { on_datagram(datagram); });
    }

    ~RtpReceiver() override {
        port_.unroute(stream_.media_ssrc);
        pipeline_.stop();
        if (jitter_buffer_ != nullptr) gst_object_unref(jitter_buffer_);
    }

    void request_keyframe() override {
        auto* pad = gst_element_get_static_pad(depayloader_, "sink");
        gst_pad_push_event(pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
        gst_object_unref(pad);
    }

    void keep_open() override {
        const auto to = peer();
        if (!to || last_packet_.load() > clock_.now() - std::chrono::seconds{1}) return;
        ByteWriter report;  // an empty receiver report: 2 words, RFC 3550 6.4.2
        report.put(std::uint8_t{0x80});
        report.put(std::uint8_t{201});
        report.put(std::uint16_t{1});
        report.put(stream_.feedback_ssrc);
        const std::span<const std::byte> packet{report.bytes()};
        port_.send(*to, {&packet, 1});
    }

    std::uint64_t lost_packets() const override {
        const auto* buffer = jitter_buffer_.load();
        if (buffer == nullptr) return 0;
        GstStructure* stats = nullptr;
        g_object_get(const_cast<GstElement*>(buffer), "stats", &stats, nullptr);
        guint64 lost = 0;
        gst_structure_get_uint64(stats, "num-lost", &lost);
        gst_structure_free(stats);
        return lost;
    }

private:
    struct Span {
        Timestamp first{};
        Timestamp last{};
    };

    static void on_jitter_buffer(GstElement* /*bin*/, GstElement* buffer, guint /*session*/, guint /*ssrc*/,
                                 RtpReceiver* self) noexcept {
        if (self->jitter_buffer_ == nullptr) self->jitter_buffer_ = GST_ELEMENT(gst_object_ref(buffer));
    }

    static void on_pad(GstElement* /*bin*/, GstPad* pad, RtpReceiver* self) noexcept {
        if (g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtp_src_0_") == FALSE) return;
        auto* sink = gst_element_get_static_pad(self->depayloader_, "sink");
        if (gst_pad_is_linked(sink) == FALSE) gst_pad_link(pad, sink);
        gst_object_unref(sink);
    }

    /// Packets leave the jitter buffer in order; the access unit made of them carries the same PTS.
    static GstPadProbeReturn on_ordered_packet(GstPad* /*pad*/, GstPadProbeInfo* info, gpointer data) noexcept {
        auto& self = *static_cast<RtpReceiver*>(data);
        auto* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
        if (gst_rtp_buffer_map(buffer, GST_MAP_READ, &rtp) == FALSE) return GST_PAD_PROBE_OK;
        const auto stamp = gst_rtp_buffer_get_timestamp(&rtp);
        gst_rtp_buffer_unmap(&rtp);
        if (stamp != self.current_rtp_time_ || GST_BUFFER_PTS(buffer) != self.current_pts_) {
            self.previous_rtp_time_ = self.current_rtp_time_;
            self.previous_pts_ = self.current_pts_;
            self.current_rtp_time_ = stamp;
            self.current_pts_ = GST_BUFFER_PTS(buffer);
        }
        return GST_PAD_PROBE_OK;
    }

    static GstFlowReturn on_access_unit(GstAppSink* sink, gpointer data) noexcept {
        auto& self = *static_cast<RtpReceiver*>(data);
        GstSample* sample = gst_app_sink_pull_sample(sink);
        if (sample == nullptr) return GST_FLOW_EOS;
        auto* buffer = gst_sample_get_buffer(sample);
        GstMapInfo map;
        if (gst_buffer_map(buffer, &map, GST_MAP_READ) != FALSE) {
            // A picture whose last packet was lost comes out when the next one begins.
            const bool late =
                GST_BUFFER_PTS(buffer) != self.current_pts_ && GST_BUFFER_PTS(buffer) == self.previous_pts_;
            const auto span = self.arriving_.find(late ? self.previous_rtp_time_ : self.current_rtp_time_);
            const auto now = self.clock_.now();
            const auto* bytes = reinterpret_cast<const std::byte*>(map.data);
            Arrival arrival{{bytes, bytes + map.size}, span ? span->first : now, span ? span->last : now};
            gst_buffer_unmap(buffer, &map);
            self.on_arrival_(std::move(arrival));
        }
        gst_sample_unref(sample);
        return GST_FLOW_OK;
    }

    std::optional<Address> peer() {
        const std::scoped_lock lock{mutex_};
        return peer_;
    }

    void on_datagram(const Datagram& datagram) {
        {
            const std::scoped_lock lock{mutex_};
            if (!peer_) peer_ = datagram.from;
            if (*peer_ != datagram.from) return;
        }
        if (is_rtcp(datagram.bytes)) {
            RtpPipeline::push(reports_, datagram.bytes);
            return;
        }
        last_packet_ = datagram.received;
        arriving_.update(ByteReader{datagram.bytes.subspan(4)}.get<std::uint32_t>(), [&](Span& span) {
            if (span.first == Timestamp{}) span.first = datagram.received;
            span.last = datagram.received;
        });
        RtpPipeline::push(media_, datagram.bytes);
    }

    MediaPort& port_;
    RtpStream stream_;
    OnArrival on_arrival_;
    Clock& clock_;
    std::mutex mutex_;
    std::optional<Address> peer_;
    std::atomic<Timestamp> last_packet_{Timestamp{}};
    StampRing<Span> arriving_;
    // The jitter buffer's thread only.
    std::uint32_t current_rtp_time_ = 0;
    std::uint32_t previous_rtp_time_ = 0;
    GstClockTime current_pts_ = GST_CLOCK_TIME_NONE;
    GstClockTime previous_pts_ = GST_CLOCK_TIME_NONE;
    std::atomic<GstElement*> jitter_buffer_{nullptr};
    RtpPipeline pipeline_;
    GstElement* depayloader_ = nullptr;
    GstPad* media_ = nullptr;
    GstPad* reports_ = nullptr;
};

}  // namespace

std::unique_ptr<Receiver> make_rtp_receiver(MediaPort& port, const RtpStream& stream, OnArrival on_arrival,
                                            Clock& clock, const RtpSettings& settings) {
    return std::make_unique<RtpReceiver>(port, stream, std::move(on_arrival), clock, settings);
}

}  // namespace transport

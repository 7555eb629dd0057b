#include "transport/bytes.hpp"
#include "transport/link_rtp.hpp"
#include "transport/link_rtp_pipeline.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video-event.h>

#include <atomic>
#include <deque>

namespace transport {

namespace {

constexpr guint64 most_waiting = 3;  // access units between encoder and socket: more is a link that does not keep up

class RtpSender final : public Sender {
public:
    RtpSender(MediaPort& port, const RtpStream& stream, Clock& clock, const RtpSettings& settings)
        : port_{port}, stream_{stream}, clock_{clock}, peer_{stream.peer} {
        source_ = pipeline_.add(make_element("appsrc", "gstreamer1.0-plugins-base"));
        auto* caps = gst_caps_from_string("video/x-h264,stream-format=byte-stream,alignment=au");
        g_object_set(source_, "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, "max-bytes", guint64{0},
                     nullptr);
        gst_caps_unref(caps);
        auto* payloader = pipeline_.add(make_element("rtph264pay", "gstreamer1.0-plugins-good"));
        gst_util_set_object_arg(G_OBJECT(payloader), "aggregate-mode", "zero-latency");
        // config-interval 0: the encoder repeats SPS and PPS itself; -1 would tear an IDR of several slices apart.
        g_object_set(payloader, "mtu", settings.mtu, "pt", guint{stream.payload_type}, "config-interval", 0, "ssrc",
                     stream.media_ssrc, "timestamp-offset", guint{0}, nullptr);
        gst_element_link(source_, payloader);
        gst_element_link_pads(payloader, "src", pipeline_.rtpbin(), "send_rtp_sink_0");
        pipeline_.tune_session(stream.media_ssrc);
        pipeline_.add_output("send_rtp_src_0", [this](auto packets) { on_rtp(packets); });
        pipeline_.add_output("send_rtcp_src_0", [this](auto packets) { on_rtcp(packets); });
        feedback_ = pipeline_.add_input("recv_rtcp_sink_0", "application/x-rtcp");
        auto* pad = gst_element_get_static_pad(source_, "src");
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, this, nullptr);
        gst_object_unref(pad);
        pipeline_.play();
        port_.route(stream_.feedback_ssrc, [this](const Datagram& datagram) { on_feedback(datagram); });
    }

    ~RtpSender() override {
        port_.unroute(stream_.feedback_ssrc);
        pipeline_.stop();
    }

    void send(AccessUnit unit) override {
        const bool behind = gst_app_src_get_current_level_buffers(GST_APP_SRC(source_)) >= most_waiting;
        if (!has_peer() || behind) waiting_for_keyframe_ = true;
        if (waiting_for_keyframe_ && (behind || !unit.keyframe || !has_peer())) {
            if (has_peer()) {
                ++dropped_;
                keyframe_wanted_ = true;
            }
            return;
        }
        waiting_for_keyframe_ = false;
        leaving_.update(rtp_time(unit.sampled), [&](std::uint32_t& sequence) { sequence = unit.sequence; });
        auto* bytes = new std::vector<std::byte>(std::move(unit.bytes));
        auto* buffer = gst_buffer_new_wrapped_full(
            GST_MEMORY_FLAG_READONLY, bytes->data(), bytes->size(), 0, bytes->size(), bytes,
            [](gpointer data) noexcept { delete static_cast<std::vector<std::byte>*>(data); });
        GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(microseconds(unit.sampled)) * 1000;
        gst_app_src_push_buffer(GST_APP_SRC(source_), buffer);
    }

    std::optional<Departure> take_departure() override {
        const std::scoped_lock lock{mutex_};
        if (departures_.empty()) return std::nullopt;
        const auto departure = departures_.front();
        departures_.pop_front();
        return departure;
    }

    bool take_keyframe_request() override { return keyframe_wanted_.exchange(false); }
    std::uint64_t dropped() const override { return dropped_; }

private:
    static GstPadProbeReturn on_upstream_event(GstPad* /*pad*/, GstPadProbeInfo* info, gpointer self) noexcept {
        if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info)) != FALSE)
            static_cast<RtpSender*>(self)->keyframe_wanted_ = true;
        return GST_PAD_PROBE_OK;
    }

    bool has_peer() {
        const std::scoped_lock lock{mutex_};
        return peer_.has_value();
    }

    std::optional<Address> peer() {
        const std::scoped_lock lock{mutex_};
        return peer_;
    }

    void on_rtp(std::span<const std::span<const std::byte>> packets) {
        const auto to = peer();
        if (!to || packets.empty()) return;
        const auto now = clock_.now();  // before the call: on loopback the packets are there when it returns
        const auto taken = port_.send(*to, packets);
        if (taken < packets.size()) {  // the socket is full: the picture is torn
            ++dropped_;
            keyframe_wanted_ = true;
        }
        for (const auto packet : packets.first(taken)) {
            if (packet.size() < 12 || (packet[1] & std::byte{0x80}) == std::byte{0}) continue;  // no marker
            const auto sequence = leaving_.find(ByteReader{packet.subspan(4)}.get<std::uint32_t>());
            if (!sequence) continue;
            const std::scoped_lock lock{mutex_};
            departures_.push_back({*sequence, now});
            if (departures_.size() > 64) departures_.pop_front();
        }
    }

    void on_rtcp(std::span<const std::span<const std::byte>> packets) {
        if (const auto to = peer()) port_.send(*to, packets);
    }

    void on_feedback(const Datagram& datagram) {
        {
            const std::scoped_lock lock{mutex_};
            if (!peer_) {
                peer_ = datagram.from;
                keyframe_wanted_ = true;
            }
            if (*peer_ != datagram.from) return;  // somebody else's packet under this SSRC
        }
        if (is_rtcp(datagram.bytes)) RtpPipeline::push(feedback_, datagram.bytes);
    }

    MediaPort& port_;
    RtpStream stream_;
    Clock& clock_;
    std::mutex mutex_;
    std::optional<Address> peer_;
    std::deque<Departure> departures_;
    StampRing<std::uint32_t> leaving_;
    std::atomic<bool> keyframe_wanted_{false};
    std::atomic<std::uint64_t> dropped_{0};
    bool waiting_for_keyframe_ = false;
    RtpPipeline pipeline_;
    GstElement* source_ = nullptr;
    GstPad* feedback_ = nullptr;
};

}  // namespace

std::unique_ptr<Sender> make_rtp_sender(MediaPort& port, const RtpStream& stream, Clock& clock,
                                        const RtpSettings& settings) {
    return std::make_unique<RtpSender>(port, stream, clock, settings);
}

}  // namespace transport

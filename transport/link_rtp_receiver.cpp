#include "transport/arrivals.hpp"
#include "transport/bytes.hpp"
#include "transport/link_rtp.hpp"
#include "transport/link_rtp_pipeline.hpp"
#include "transport/rtp_order.hpp"
#include "transport/rtp_packet.hpp"

#include <gst/gst.h>
#include <gst/video/video-event.h>

#include <atomic>

namespace transport {

namespace {

constexpr Microseconds longest_backlog{250'000};  // of a decoder that cannot keep up

/// socket → rtpbin (session, RTCP) → order → access unit, all on the media port's thread; then the decoder's thread.
class RtpReceiver final : public Receiver {
public:
    RtpReceiver(MediaPort& port, const RtpStream& stream, OnArrival on_arrival, Clock& clock,
                const RtpSettings& settings)
        : port_{port},
          stream_{stream},
          clock_{clock},
          peer_{stream.peer},
          order_{std::chrono::milliseconds{settings.jitter_ms}},
          arrivals_{std::move(on_arrival), clock, longest_backlog} {
        g_signal_connect(pipeline_.rtpbin(), "request-jitterbuffer", G_CALLBACK(on_jitter_buffer), this);
        // Playing first: an element that is not yet active refuses the first events and packets.
        pipeline_.play();
        media_ = pipeline_.add_input("recv_rtp_sink_0", media_caps(stream).c_str());
        pipeline_.tune_session(stream.feedback_ssrc);
        reports_ = pipeline_.add_input("recv_rtcp_sink_0", "application/x-rtcp");
        pipeline_.add_output("send_rtcp_src_0", [this](auto packets) {
            if (const auto to = peer()) port_.send(*to, packets);
        });
        pipeline_.play();
        port_.route(stream_.media_ssrc, [this](auto datagrams) {
            for (const auto& datagram : datagrams) on_datagram(datagram);
        });
    }

    ~RtpReceiver() override {
        port_.unroute(stream_.media_ssrc);
        pipeline_.stop();
        if (gate_ != nullptr) gst_object_unref(gate_);
    }

    void request_keyframe() override {
        auto* gate = gate_.load();
        if (gate == nullptr) return;  // no packet has come yet: there is nobody to ask
        auto* wish = gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0);
        gst_structure_set(gst_event_writable_structure(wish), "payload", G_TYPE_UINT, guint{stream_.payload_type},
                          nullptr);  // the session looks up what feedback this payload takes
        auto* sink = gst_element_get_static_pad(gate, "sink");
        gst_pad_push_event(sink, wish);
        gst_object_unref(sink);
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

    std::uint64_t lost_packets() const override { return lost_; }

private:
    struct Span {
        Timestamp first{};
        Timestamp last{};
    };

    /// GStreamer's own jitter buffer has a thread that is woken for every packet. RtpOrder needs none.
    static GstElement* on_jitter_buffer(GstElement* /*bin*/, guint /*session*/, RtpReceiver* self) noexcept {
        auto* gate = make_gate(&self->on_packet_);
        if (self->gate_ == nullptr) self->gate_ = GST_ELEMENT(gst_object_ref(gate));
        return gate;
    }

    std::optional<Address> peer() {
        const std::scoped_lock lock{mutex_};
        return peer_;
    }

    // ---- on the media port's thread --------------------------------------------------------------------------

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

    void on_packet(std::span<const std::byte> bytes) {
        const auto packet = read_rtp(bytes);
        if (!packet || packet->payload_type != stream_.payload_type) return;
        order_.take(packet->sequence, bytes, last_packet_.load(),
                    [this](std::span<const std::byte> next) { on_ordered_packet(next); });
        lost_ = order_.lost();
    }

    void on_ordered_packet(std::span<const std::byte> bytes) {
        auto unit = units_.take(*read_rtp(bytes));
        if (!unit) return;
        const auto span = arriving_.find(unit->time);
        const auto now = clock_.now();
        arrivals_.put({std::move(unit->bytes), span ? span->first : now, span ? span->last : now});
    }

    MediaPort& port_;
    RtpStream stream_;
    Clock& clock_;
    std::mutex mutex_;
    std::optional<Address> peer_;
    std::atomic<Timestamp> last_packet_{Timestamp{}};
    std::atomic<std::uint64_t> lost_{0};
    StampRing<Span> arriving_;
    RtpOrder order_;
    H264Depacketizer units_;
    RtpPipeline::OnPacket on_packet_ = [this](std::span<const std::byte> packet) { on_packet(packet); };
    std::atomic<GstElement*> gate_{nullptr};
    RtpPipeline pipeline_;
    GstPad* media_ = nullptr;
    GstPad* reports_ = nullptr;
    Arrivals arrivals_;  // last: its thread calls the others
};

}  // namespace

std::unique_ptr<Receiver> make_rtp_receiver(MediaPort& port, const RtpStream& stream, OnArrival on_arrival,
                                            Clock& clock, const RtpSettings& settings) {
    return std::make_unique<RtpReceiver>(port, stream, std::move(on_arrival), clock, settings);
}

}  // namespace transport

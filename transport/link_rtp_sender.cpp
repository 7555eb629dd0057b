#include "transport/link_rtp.hpp"
#include "transport/link_rtp_pipeline.hpp"

#include <gst/gst.h>
#include <gst/video/video-event.h>

#include <atomic>
#include <deque>
#include <utility>

namespace transport {

namespace {

class RtpSender final : public Sender {
public:
    RtpSender(MediaPort& port, const RtpStream& stream, Clock& clock, const RtpSettings& settings)
        : port_{port},
          stream_{stream},
          clock_{clock},
          peer_{stream.peer},
          packetizer_{{stream.media_ssrc, stream.payload_type, static_cast<std::size_t>(settings.mtu)}} {
        pipeline_.play();
        media_ = pipeline_.add_input("send_rtp_sink_0", media_caps(stream).c_str());
        pipeline_.tune_session(stream.media_ssrc);
        pipeline_.add_output("send_rtp_src_0", [this](auto packets) { on_rtp(packets); });
        pipeline_.add_output("send_rtcp_src_0", [this](auto packets) { on_rtcp(packets); });
        feedback_ = pipeline_.add_input("recv_rtcp_sink_0", "application/x-rtcp");
        pipeline_.play();  // what was added since
        gst_pad_add_probe(media_, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event, this, nullptr);
        port_.route(stream_.feedback_ssrc, [this](auto datagrams) {
            for (const auto& datagram : datagrams) on_feedback(datagram);
        });
    }

    ~RtpSender() override {
        port_.unroute(stream_.feedback_ssrc);
        pipeline_.stop();
    }

    /// Through packetizer, session and socket on the caller's thread: the socket takes a picture or tears it, but never
    /// waits, and under load a change of threads costs more than the packets do.
    void send(AccessUnit unit) override {
        const bool reachable = has_peer();
        if (!reachable || std::exchange(torn_, false)) waiting_for_keyframe_ = true;
        if (waiting_for_keyframe_ && (!unit.keyframe || !reachable)) {
            if (reachable) {
                ++dropped_;
                keyframe_wanted_ = true;
            }
            return;
        }
        waiting_for_keyframe_ = false;
        sending_ = unit.sequence;
        RtpPipeline::push(media_, packetizer_.packets(unit.bytes, rtp_time(unit.sampled)), unit.sampled);
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
            torn_ = true;
            keyframe_wanted_ = true;
            return;
        }
        const std::scoped_lock lock{mutex_};
        departures_.push_back({sending_, now});
        if (departures_.size() > 64) departures_.pop_front();
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
    std::atomic<bool> keyframe_wanted_{false};
    std::atomic<std::uint64_t> dropped_{0};
    // The caller of send alone.
    bool waiting_for_keyframe_ = false;
    bool torn_ = false;
    std::uint32_t sending_ = 0;
    H264Packetizer packetizer_;
    RtpPipeline pipeline_;
    GstPad* media_ = nullptr;
    GstPad* feedback_ = nullptr;
};

}  // namespace

std::unique_ptr<Sender> make_rtp_sender(MediaPort& port, const RtpStream& stream, Clock& clock,
                                        const RtpSettings& settings) {
    return std::make_unique<RtpSender>(port, stream, clock, settings);
}

}  // namespace transport

#include "render/share_peer_rtc.hpp"

#include "render/share_playout.hpp"
#include "transport/clock.hpp"

#include <fmt/format.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#include <gst/video/video.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace render {

namespace {

constexpr guint64 most_queued = 4U << 20U;  // bytes before the payloader
constexpr std::int64_t connect_within_us = 15'000'000;
constexpr GstClockTime least_spacing = GST_MSECOND;
constexpr GstClockTime most_sound_off = 100 * GST_MSECOND;
constexpr auto gather_within = 3'000'000;  // us

template <typename Thing, auto release>
struct Release {
    void operator()(Thing* thing) const { release(thing); }
};
using SdpMessage = std::unique_ptr<GstSDPMessage, Release<GstSDPMessage, gst_sdp_message_free>>;
using Description = std::unique_ptr<GstWebRTCSessionDescription,
                                    Release<GstWebRTCSessionDescription, gst_webrtc_session_description_free>>;
using Promise = std::unique_ptr<GstPromise, Release<GstPromise, gst_promise_unref>>;

SdpMessage parse_sdp(const std::string& text) {
    GstSDPMessage* raw = nullptr;
    if (gst_sdp_message_new_from_text(text.c_str(), &raw) != GST_SDP_OK)
        throw std::runtime_error("the offer is no SDP");
    return SdpMessage{raw};
}

/// Waits for webrtcbin; throws what it says.
Promise done(GstPromise* raw, const char* what) {
    Promise promise{raw};
    gst_promise_wait(promise.get());
    const auto* reply = gst_promise_get_reply(promise.get());
    if (reply != nullptr && gst_structure_has_field(reply, "error")) {
        GError* error = nullptr;
        gst_structure_get(reply, "error", G_TYPE_ERROR, &error, nullptr);
        auto words = fmt::format("{}: {}", what, error != nullptr ? error->message : "refused");
        g_clear_error(&error);
        throw std::runtime_error(words);
    }
    return promise;
}

std::string chain_of(Connection kind, int payload_type, std::uint32_t rtp_offset) {
    constexpr auto rtc = "webrtcbin name=rtc bundle-policy=max-bundle latency={} ";
    // Told in the answer: a browser takes retransmissions only of a stream that it knows.
    const auto ssrc = std::max(g_random_int(), 1U);
    if (kind == Connection::view)
        return fmt::format(rtc, 20) +
               fmt::format(
                   "appsrc name=in is-live=true format=time do-timestamp=false max-bytes=0 "
                   "caps=video/x-h264,stream-format=byte-stream,alignment=au ! "
                   "rtph264pay name=pay mtu=1200 aggregate-mode=zero-latency config-interval=0 pt={0} ssrc={1} "
                   "timestamp-offset={2} ! "
                   "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload={0},ssrc=(uint){1} ! "
                   "rtc.",
                   payload_type, ssrc, rtp_offset);
    if (kind == Connection::talk)
        return fmt::format(rtc, 40) +
               fmt::format(
                   "appsrc name=in is-live=true format=time do-timestamp=false max-bytes=0 "
                   "caps=audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
                   "opusenc audio-type=voice bitrate=48000 frame-size=20 inband-fec=true packet-loss-percentage=5 ! "
                   "rtpopuspay pt={0} ssrc={1} ! "
                   "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload={0},ssrc=(uint){1} ! "
                   "rtc.",
                   payload_type, ssrc);
    return fmt::format(rtc, 40);
}

/// From webrtcbin's new pad to an appsink.
const char* chain_from(Connection kind) {
    return kind == Connection::talk
               ? "rtpopusdepay ! opusdec plc=true use-inband-fec=true ! audioconvert ! audioresample ! "
                 "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved ! "
                 "appsink name=out sync=false async=false max-buffers=50 drop=true"
               : "rtph264depay request-keyframe=true wait-for-keyframe=true ! h264parse config-interval=-1 ! "
                 "video/x-h264,stream-format=byte-stream,alignment=au ! appsink name=out sync=false async=false "
                 "max-buffers=60";
}

}  // namespace

std::optional<int> payload_type_in(const std::string& offer, Connection kind) {
    const auto sdp = parse_sdp(offer);
    const std::string_view wanted_media = kind == Connection::talk ? "audio" : "video";
    std::optional<int> best;
    int best_rank = 0;
    for (guint i = 0; i < gst_sdp_message_medias_len(sdp.get()); ++i) {
        const auto* media = gst_sdp_message_get_media(sdp.get(), i);
        if (gst_sdp_media_get_media(media) != wanted_media) continue;
        for (guint format = 0; format < gst_sdp_media_formats_len(media); ++format) {
            const int type = std::atoi(gst_sdp_media_get_format(media, format));
            auto* caps = gst_sdp_media_get_caps_from_media(media, type);
            if (caps == nullptr) continue;
            const auto* structure = gst_caps_get_structure(caps, 0);
            const auto field = [&](const char* name) {
                const char* value = gst_structure_get_string(structure, name);
                return std::string{value != nullptr ? value : ""};
            };
            const auto codec = field("encoding-name");
            // GStreamer turns the profile-level-id into this.
            const auto profile = field("profile");
            int rank = 0;
            if (kind == Connection::talk) rank = codec == "OPUS" ? 1 : 0;
            if (kind != Connection::talk && codec == "H264" && field("packetization-mode") == "1")
                rank = profile == "constrained-baseline" ? 3 : profile == "baseline" ? 2 : 1;
            if (rank > best_rank) best_rank = rank, best = type;
            gst_caps_unref(caps);
        }
        break;
    }
    return best;
}

struct PeerConnection::Calls {
    static GstPadProbeReturn on_upstream(GstPad* pad, GstPadProbeInfo* info, gpointer self) noexcept {
        static_cast<void>(pad);
        if (gst_video_event_is_force_key_unit(gst_pad_probe_info_get_event(info)) != FALSE)
            static_cast<PeerConnection*>(self)->parent_.send(PipeKind::keyframe, {});
        return GST_PAD_PROBE_OK;
    }
    static void on_pad(GstElement* rtc, GstPad* pad, gpointer self) noexcept {
        static_cast<void>(rtc);
        if (GST_PAD_DIRECTION(pad) == GST_PAD_SRC) static_cast<PeerConnection*>(self)->on_stream(pad);
    }
    static void on_transceiver(GstElement* rtc, GstWebRTCRTPTransceiver* transceiver, gpointer self) noexcept {
        static_cast<void>(rtc);
        g_object_set(transceiver, "do-nack", TRUE, "fec-type", GST_WEBRTC_FEC_TYPE_NONE, nullptr);
        if (static_cast<PeerConnection*>(self)->settings_.kind != Connection::camera) return;
        auto* caps = gst_caps_from_string("application/x-rtp,media=video,encoding-name=H264,clock-rate=90000");
        g_object_set(transceiver, "codec-preferences", caps, nullptr);
        gst_caps_unref(caps);
    }
    static void on_channel(GstElement* rtc, GstWebRTCDataChannel* channel, gpointer self) noexcept {
        static_cast<void>(rtc);
        gchar* label = nullptr;
        g_object_get(channel, "label", &label, nullptr);
        if (label != nullptr && label == stamps_label)
            static_cast<PeerConnection*>(self)->stamps_.use(channel);
        else
            g_signal_connect(channel, "on-message-string", G_CALLBACK(&Calls::on_text), self);
        g_free(label);
    }
    static void on_text(GstWebRTCDataChannel* channel, gchar* text, gpointer self) noexcept {
        if (text != nullptr)
            static_cast<PeerConnection*>(self)->on_channel_text(reinterpret_cast<GstElement*>(channel), text);
    }
    static GstFlowReturn on_sample(GstAppSink* sink, gpointer self) noexcept {
        auto* const peer = static_cast<PeerConnection*>(self);
        auto* sample = gst_app_sink_pull_sample(sink);
        if (sample == nullptr) return GST_FLOW_EOS;
        auto* buffer = gst_sample_get_buffer(sample);
        GstMapInfo map;
        if (buffer != nullptr && gst_buffer_map(buffer, &map, GST_MAP_READ) != FALSE) {
            const auto bytes = std::as_bytes(std::span{map.data, map.size});
            if (peer->settings_.kind == Connection::talk) {
                peer->parent_.send(PipeKind::sound, bytes);
            } else {
                UnitHead head;
                head.time_us = transport::microseconds(transport::SystemClock{}.now());
                head.keyframe = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT) ? 0 : 1;
                const auto* caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
                gst_structure_get_int(caps, "width", &head.width);
                gst_structure_get_int(caps, "height", &head.height);
                peer->parent_.send(PipeKind::unit, bytes_of(head), bytes);
            }
            gst_buffer_unmap(buffer, &map);
        }
        gst_sample_unref(sample);
        return GST_FLOW_OK;
    }
};

PeerConnection::PeerConnection(PeerSettings settings, const std::string& offer, PipeWriter& parent)
    : settings_{std::move(settings)},
      offer_{offer},
      parent_{parent},
      rtp_offset_{g_random_int()},
      begun_us_{transport::microseconds(transport::SystemClock{}.now())} {
    make(offer);
}

PeerConnection::~PeerConnection() {
    if (pipeline_ == nullptr) return;
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    for (auto* element : {rtc_, in_, out_, pipeline_})
        if (element != nullptr) gst_object_unref(element);
}

void PeerConnection::make(const std::string& offer) {
    const auto type = payload_type_in(offer, settings_.kind);
    if (!type)
        throw std::runtime_error(settings_.kind == Connection::talk ? "this browser offers no Opus"
                                                                    : "this browser offers no H.264 (baseline)");
    GError* error = nullptr;
    // A bin, also when the chain is one element.
    auto* chain = gst_parse_bin_from_description(chain_of(settings_.kind, *type, rtp_offset_).c_str(), FALSE, &error);
    if (chain == nullptr) {
        const auto words = fmt::format("GStreamer cannot: {}", error != nullptr ? error->message : "unknown");
        g_clear_error(&error);
        throw std::runtime_error(words);
    }
    pipeline_ = gst_pipeline_new("peer");
    gst_bin_add(GST_BIN(pipeline_), chain);
    rtc_ = gst_bin_get_by_name(GST_BIN(pipeline_), "rtc");
    in_ = gst_bin_get_by_name(GST_BIN(pipeline_), "in");
    if (!settings_.stun.empty()) g_object_set(rtc_, "stun-server", settings_.stun.c_str(), nullptr);
    if (!settings_.turn.empty()) g_object_set(rtc_, "turn-server", settings_.turn.c_str(), nullptr);
    g_signal_connect(rtc_, "pad-added", G_CALLBACK(&Calls::on_pad), this);
    g_signal_connect(rtc_, "on-new-transceiver", G_CALLBACK(&Calls::on_transceiver), this);
    g_signal_connect(rtc_, "on-data-channel", G_CALLBACK(&Calls::on_channel), this);
    if (settings_.kind == Connection::view) {
        playout_delay_ = playout_delay_in(offer);
        auto* payloader = gst_bin_get_by_name(GST_BIN(pipeline_), "pay");
        if (playout_delay_) ask_for_no_delay(payloader, *playout_delay_);
        gst_object_unref(payloader);
    }
    if (in_ != nullptr) {
        GstWebRTCRTPTransceiver* transceiver = nullptr;  // made with the pad, before anybody listened
        g_signal_emit_by_name(rtc_, "get-transceiver", 0, &transceiver);
        if (transceiver != nullptr) {
            Calls::on_transceiver(rtc_, transceiver, this);
            gst_object_unref(transceiver);
        }
        auto* pad = gst_element_get_static_pad(in_, "src");
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, &Calls::on_upstream, this, nullptr);
        gst_object_unref(pad);
    }
    if (gst_element_set_state(pipeline_, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
        throw std::runtime_error("webrtcbin does not start; `scialytic doctor` names what is missing");
}

std::string PeerConnection::answer() {
    const Description offer{gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, parse_sdp(offer_).release())};
    auto* promise = gst_promise_new();
    g_signal_emit_by_name(rtc_, "set-remote-description", offer.get(), promise);
    done(promise, "the offer is not taken");
    promise = gst_promise_new();
    g_signal_emit_by_name(rtc_, "create-answer", nullptr, promise);
    const auto made = done(promise, "no answer to this offer");
    GstWebRTCSessionDescription* raw = nullptr;
    gst_structure_get(gst_promise_get_reply(made.get()), "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &raw, nullptr);
    if (raw == nullptr) throw std::runtime_error("no answer to this offer");
    const Description answer{raw};
    promise = gst_promise_new();
    g_signal_emit_by_name(rtc_, "set-local-description", answer.get(), promise);
    done(promise, "our own answer is not taken");

    for (int waited = 0; waited < gather_within; waited += 5000) {
        GstWebRTCICEGatheringState state{};
        g_object_get(rtc_, "ice-gathering-state", &state, nullptr);
        if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) break;
        g_usleep(5000);
    }
    GstWebRTCSessionDescription* local = nullptr;
    g_object_get(rtc_, "local-description", &local, nullptr);
    if (local == nullptr) throw std::runtime_error("no local description");
    const Description described{local};
    const std::unique_ptr<gchar, Release<void, g_free>> text{gst_sdp_message_as_text(described->sdp)};
    return playout_delay_ ? with_playout_delay(text.get(), *playout_delay_) : std::string{text.get()};
}

bool PeerConnection::alive(std::int64_t now_us) {
    GstWebRTCPeerConnectionState state{};
    g_object_get(rtc_, "connection-state", &state, nullptr);
    if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED || state == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED)
        return false;
    if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED) begun_us_ = now_us;
    return now_us - begun_us_ < connect_within_us;
}

void PeerConnection::push(std::span<const std::byte> bytes) {
    const auto now = gst_element_get_current_running_time(in_);
    if (now == GST_CLOCK_TIME_NONE) return;  // not running yet
    auto* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
    // Two that come at once have times of their own: the page knows a picture by its RTP time.
    picture_due_ = std::max(picture_due_ + least_spacing, now);
    GST_BUFFER_PTS(buffer) = picture_due_;
    // The payloader makes it of the running time in the same way. Before the picture: it is smaller, and there first.
    if (settings_.kind == Connection::view)
        stamps_.send(
            rtp_offset_ + static_cast<std::uint32_t>(gst_util_uint64_scale_int(picture_due_, 90'000, GST_SECOND)),
            bytes);
    if (settings_.kind == Connection::talk) {
        // Evenly: sample after sample, as long as that is about now.
        const auto off = sound_due_ > now ? sound_due_ - now : now - sound_due_;
        if (off > most_sound_off) sound_due_ = now;
        GST_BUFFER_PTS(buffer) = sound_due_;
        sound_due_ += GST_BUFFER_DURATION(buffer) = gst_util_uint64_scale(bytes.size() / 2, GST_SECOND, 48'000);
    }
    gst_app_src_push_buffer(GST_APP_SRC(in_), buffer);
}

void PeerConnection::unit(std::span<const std::byte> message) {
    const auto head = head_of<UnitHead>(message);
    if (!head) return;
    if (gst_app_src_get_current_level_bytes(GST_APP_SRC(in_)) > most_queued) needs_keyframe_ = true;
    if (needs_keyframe_ && head->keyframe == 0) return;  // the parent asked for one when we began
    needs_keyframe_ = false;
    push(message.subspan(sizeof(UnitHead)));
}

void PeerConnection::give(const PipeMessage& message) {
    if (message.kind == PipeKind::unit && settings_.kind == Connection::view) unit(message.bytes);
    if (message.kind == PipeKind::sound && settings_.kind == Connection::talk) push(message.bytes);
    // As a PLI: a FIR whose count does not go up is taken for a repetition.
    if (message.kind == PipeKind::keyframe && out_ != nullptr)
        gst_element_send_event(out_, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
    if (message.kind == PipeKind::clock) {
        const std::scoped_lock lock{clock_mutex_};
        clock_ = head_of<ServerClock>(message.bytes).value_or(ServerClock{});
    }
}

void PeerConnection::on_channel_text(GstElement* channel, std::string_view text) {
    std::string why;
    const auto message = read_from_channel(text, why);
    const auto* const ping = message ? std::get_if<LivePing>(&*message) : nullptr;
    if (ping == nullptr) {
        if (message) parent_.send(PipeKind::text, bytes_of(text));
        return;
    }
    const auto now_us = transport::microseconds(transport::SystemClock{}.now());
    ServerInstant then;
    {
        const std::scoped_lock lock{clock_mutex_};
        then = server_instant(clock_, now_us);
    }
    g_signal_emit_by_name(channel, "send-string", to_json(LivePong{ping->id, then.time_us, then.bound_us}).c_str());
}

void PeerConnection::on_stream(GstPad* pad) {
    auto* chain = gst_parse_bin_from_description(chain_from(settings_.kind), TRUE, nullptr);
    if (chain == nullptr || out_ != nullptr) return;       // one stream of each browser
    gst_bin_add(GST_BIN(GST_OBJECT_PARENT(rtc_)), chain);  // beside it, else they cannot be linked
    out_ = gst_bin_get_by_name(GST_BIN(chain), "out");
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = &Calls::on_sample;
    gst_app_sink_set_callbacks(GST_APP_SINK(out_), &callbacks, this, nullptr);
    gst_element_sync_state_with_parent(chain);
    auto* sink = gst_element_get_static_pad(chain, "sink");
    gst_pad_link(pad, sink);
    gst_object_unref(sink);
}

}  // namespace render

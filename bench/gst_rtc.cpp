#include "bench/gst_rtc.hpp"

#include "transport/handle.hpp"

#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <fmt/format.h>

#include <stdexcept>

namespace bench {

namespace {

using DescriptionHandle = transport::Handle<GstWebRTCSessionDescription, gst_webrtc_session_description_free>;
using PromiseHandle = transport::Handle<GstPromise, gst_promise_unref>;
using TextHandle = transport::Handle<gchar, g_free>;

constexpr int gather_step_us = 5'000;
constexpr int gather_within_us = 5'000'000;

/// Waits for webrtcbin; throws what it says.
PromiseHandle kept(GstPromise* raw, const char* what) {
    PromiseHandle promise{raw};
    gst_promise_wait(promise.get());
    const auto* reply = gst_promise_get_reply(promise.get());
    if (reply == nullptr || gst_structure_has_field(reply, "error") == FALSE) return promise;
    GError* error = nullptr;
    gst_structure_get(reply, "error", G_TYPE_ERROR, &error, nullptr);
    const auto words = fmt::format("webrtcbin: {}: {}", what, error != nullptr ? error->message : "refused");
    g_clear_error(&error);
    throw std::runtime_error(words);
}

/// Makes its description and takes it for its own; returns it with all candidates.
std::string described(GstElement* rtc, const char* create, const char* kind) {
    auto* promise = gst_promise_new();
    g_signal_emit_by_name(rtc, create, nullptr, promise);
    const auto made = kept(promise, create);
    GstWebRTCSessionDescription* raw = nullptr;
    gst_structure_get(gst_promise_get_reply(made.get()), kind, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &raw, nullptr);
    const DescriptionHandle own{raw};
    if (!own) throw std::runtime_error(fmt::format("webrtcbin: no {}", kind));
    promise = gst_promise_new();
    g_signal_emit_by_name(rtc, "set-local-description", own.get(), promise);
    static_cast<void>(kept(promise, "set-local-description"));
    for (int waited = 0; waited < gather_within_us; waited += gather_step_us) {
        GstWebRTCICEGatheringState state{};
        g_object_get(rtc, "ice-gathering-state", &state, nullptr);
        if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE) break;
        g_usleep(gather_step_us);
    }
    raw = nullptr;
    g_object_get(rtc, "local-description", &raw, nullptr);
    const DescriptionHandle local{raw};
    if (!local) throw std::runtime_error("webrtcbin: no local description");
    return TextHandle{gst_sdp_message_as_text(local->sdp)}.get();
}

void take(GstElement* rtc, const std::string& sdp, GstWebRTCSDPType type) {
    GstSDPMessage* message = nullptr;
    if (gst_sdp_message_new_from_text(sdp.c_str(), &message) != GST_SDP_OK)
        throw std::runtime_error("what came is no SDP");
    const DescriptionHandle remote{gst_webrtc_session_description_new(type, message)};
    auto* promise = gst_promise_new();
    g_signal_emit_by_name(rtc, "set-remote-description", remote.get(), promise);
    static_cast<void>(kept(promise, "set-remote-description"));
}

}  // namespace

std::string offer_of(GstElement* rtc) {
    return described(rtc, "create-offer", "offer");
}

std::string answer_to(GstElement* rtc, const std::string& sdp) {
    take(rtc, sdp, GST_WEBRTC_SDP_TYPE_OFFER);
    return described(rtc, "create-answer", "answer");
}

void take_answer(GstElement* rtc, const std::string& sdp) {
    take(rtc, sdp, GST_WEBRTC_SDP_TYPE_ANSWER);
}

}  // namespace bench

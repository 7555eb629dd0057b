#include "render/share_stamps.hpp"

#include "transport/handle.hpp"
#include "transport/stamp.hpp"

#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

namespace render {

namespace {

constexpr guint64 most_untaken = 64U << 10U;  // bytes

}  // namespace

std::vector<std::byte> stamp_message(std::uint32_t rtp_time, std::span<const std::byte> access_unit) {
    const auto head = transport::before_first_slice(access_unit);
    std::vector<std::byte> out;
    out.reserve(5 + head.size());
    for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::byte>(rtp_time >> shift));
    out.push_back(std::byte{transport::is_keyframe(access_unit)});
    out.insert(out.end(), head.begin(), head.end());
    return out;
}

StampChannel::~StampChannel() {
    if (channel_ != nullptr) g_object_unref(channel_);
}

void StampChannel::use(GstWebRTCDataChannel* channel) {
    const std::scoped_lock lock{mutex_};
    if (channel_ != nullptr) g_object_unref(channel_);
    channel_ = GST_WEBRTC_DATA_CHANNEL(g_object_ref(channel));
}

void StampChannel::send(std::uint32_t rtp_time, std::span<const std::byte> access_unit) {
    const auto channel = [&] {
        const std::scoped_lock lock{mutex_};  // not while it sends: webrtcbin has locks of its own
        return transport::Handle<GstWebRTCDataChannel, g_object_unref>{
            channel_ != nullptr ? GST_WEBRTC_DATA_CHANNEL(g_object_ref(channel_)) : nullptr};
    }();
    if (!channel) return;
    GstWebRTCDataChannelState state{};
    guint64 untaken = 0;
    g_object_get(channel.get(), "ready-state", &state, "buffered-amount", &untaken, nullptr);
    if (state != GST_WEBRTC_DATA_CHANNEL_STATE_OPEN || untaken > most_untaken) return;
    const auto message = stamp_message(rtp_time, access_unit);
    auto* bytes = g_bytes_new(message.data(), message.size());
    g_signal_emit_by_name(channel.get(), "send-data", bytes);
    g_bytes_unref(bytes);
}

}  // namespace render

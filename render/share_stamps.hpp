// Every picture's stamp beside it, on a data channel of the page's. Chromium hands encoded video to a page 64 times a
// second, whenever that came: read out of the picture itself, a stamp costs the picture 8 ms, at worst 17.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

struct _GstWebRTCDataChannel;

namespace render {

inline constexpr std::string_view stamps_label = "stamps";

/// What is sent for an access unit: its RTP time (4 bytes, big endian), 1 for a keyframe or 0, and the NAL units before
/// its first slice, the stamp among them.
[[nodiscard]] std::vector<std::byte> stamp_message(std::uint32_t rtp_time, std::span<const std::byte> access_unit);

/// Thread safe.
class StampChannel {
public:
    StampChannel() = default;
    ~StampChannel();
    StampChannel(const StampChannel&) = delete;
    StampChannel& operator=(const StampChannel&) = delete;

    void use(_GstWebRTCDataChannel* channel);
    /// Nothing while there is no open channel, nor when the browser has not taken what went before: late is worthless.
    void send(std::uint32_t rtp_time, std::span<const std::byte> access_unit);

private:
    std::mutex mutex_;
    _GstWebRTCDataChannel* channel_ = nullptr;  ///< a reference
};

}  // namespace render

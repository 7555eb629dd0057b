// One WebRTC connection to one browser: GStreamer's webrtcbin, which answers the browser's offer.
#pragma once

#include "render/share_message.hpp"
#include "render/share_pipe.hpp"
#include "render/share_stamps.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct _GstElement;
struct _GstPad;

namespace render {

struct PeerSettings {
    Connection kind = Connection::view;  ///< view: pictures to the browser, data channel; camera: pictures from it
    std::string stun;                    ///< "stun://HOST:PORT"; empty: none
    std::string turn;                    ///< "turn://USER:PASSWORD@HOST:PORT"; empty: none
};

/// The RTP payload type of the offer that we send or take: H.264 constrained baseline, packetization mode 1, before
/// other baseline; or Opus. Nothing when the browser offers none.
[[nodiscard]] std::optional<int> payload_type_in(const std::string& offer, Connection kind);

class PeerConnection {
public:
    /// What the browser says goes through `parent`. Throws std::runtime_error in one line.
    PeerConnection(PeerSettings settings, const std::string& offer, PipeWriter& parent);
    ~PeerConnection();
    PeerConnection(const PeerConnection&) = delete;
    PeerConnection& operator=(const PeerConnection&) = delete;

    /// Our answer with every candidate in it. Throws std::runtime_error in one line.
    [[nodiscard]] std::string answer();
    /// Something for the browser: an access unit, sound, a keyframe's wish, the server's clock. One thread.
    void give(const PipeMessage& message);
    /// True while the connection may still do something; false: closed, failed, or not connected for 15 s.
    [[nodiscard]] bool alive(std::int64_t now_us);

private:
    struct Calls;  // GStreamer's callbacks
    void make(const std::string& offer);
    void push(std::span<const std::byte> bytes);
    void unit(std::span<const std::byte> message);
    void on_channel_text(_GstElement* channel, std::string_view text);
    void on_stream(_GstPad* pad);

    const PeerSettings settings_;
    const std::string offer_;
    PipeWriter& parent_;
    _GstElement* pipeline_ = nullptr;
    _GstElement* rtc_ = nullptr;
    _GstElement* in_ = nullptr;           ///< appsrc towards the browser
    _GstElement* out_ = nullptr;          ///< appsink of what it sends
    std::optional<int> playout_delay_{};  ///< number of the header extension that asks for none
    bool needs_keyframe_ = true;
    std::uint64_t picture_due_ = 0;   ///< running time of the last picture, ns
    const std::uint32_t rtp_offset_;  ///< RTP time of the running time 0
    StampChannel stamps_;
    std::uint64_t sound_due_ = 0;  ///< running time of the next sample, ns
    std::int64_t begun_us_ = 0;
    std::mutex clock_mutex_;
    ServerClock clock_;
};

}  // namespace render

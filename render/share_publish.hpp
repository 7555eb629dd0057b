// The picture as plain RTP to a gateway beside share, which gives it out: no WebRTC here.
#pragma once

#include "render/share_pipe.hpp"

#include <cstdint>
#include <string>
#include <string_view>

struct _GstElement;

namespace render {

/// Where a gateway takes RTP, and RTCP both ways.
struct PublishTo {
    std::string host;
    int rtp_port = 0;
    int rtcp_port = 0;
};
/// The first message to a child that publishes.
[[nodiscard]] std::string words_of(const PublishTo& to);

class Publisher {
public:
    /// `to`: words_of a PublishTo. A keyframe that a viewer wants is asked of `parent`. Throws std::runtime_error in
    /// one line.
    Publisher(std::string_view to, PipeWriter& parent);
    ~Publisher();
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    /// An access unit; the rest is not for us.
    void give(const PipeMessage& message);

private:
    struct Calls;
    PipeWriter& parent_;
    _GstElement* pipeline_ = nullptr;
    _GstElement* in_ = nullptr;
    bool needs_keyframe_ = true;
    std::uint64_t due_ = 0;  ///< running time of the last picture, ns
};

}  // namespace render

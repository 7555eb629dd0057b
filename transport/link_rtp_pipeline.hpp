// What sender and receiver share: one pipeline around one rtpbin, fed and emptied by us instead of by sockets.
#pragma once

#include "transport/clock.hpp"
#include "transport/link_rtp.hpp"
#include "transport/rtp_packet.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

struct _GstElement;
struct _GstPad;
struct _GstBuffer;

namespace transport {

/// Creates the element or throws, naming it and the Debian package that brings it.
_GstElement* make_element(const char* factory, const char* package);

class RtpPipeline {
public:
    using OnPackets = std::function<void(std::span<const std::span<const std::byte>>)>;
    using OnPacket = std::function<void(std::span<const std::byte>)>;

    RtpPipeline();
    ~RtpPipeline();
    RtpPipeline(const RtpPipeline&) = delete;
    RtpPipeline& operator=(const RtpPipeline&) = delete;

    [[nodiscard]] _GstElement* rtpbin() const { return rtpbin_; }
    _GstElement* add(_GstElement* element);
    /// After the first pad of session 0 was requested: early feedback instead of RTCP's five seconds.
    void tune_session(std::uint32_t own_ssrc);
    /// An input that the caller pushes into from its own thread, without a queue between.
    _GstPad* add_input(const char* rtpbin_pad, const char* caps);
    /// An output whose packets are handed over on the streaming thread, a whole picture at once where it can be.
    void add_output(const char* rtpbin_pad, OnPackets on_packets);
    /// True when the pipeline took the packet.
    static bool push(_GstPad* input, std::span<const std::byte> packet);
    /// All packets of a picture at once.
    static void push(_GstPad* input, RtpPackets packets, Timestamp time);
    void play();
    /// No callback runs after this.
    void stop();

private:
    _GstElement* pipeline_ = nullptr;
    _GstElement* rtpbin_ = nullptr;
    std::vector<_GstPad*> pads_;  ///< ours, outside the pipeline
    std::vector<std::unique_ptr<OnPackets>> outputs_;
};

/// What rtpbin is told of the stream's packets.
[[nodiscard]] std::string media_caps(const RtpStream& stream);

/// Takes the place of rtpbin's jitter buffer: packets leave the pipeline here, on the thread that pushed them in.
/// `on_packet` outlives the pipeline.
_GstElement* make_gate(RtpPipeline::OnPacket* on_packet);

/// The last few RTP time stamps and what belongs to them. Thread safe.
template <typename T>
class StampRing {
public:
    /// Applies `change` to the entry of that time stamp, made new when it is not there.
    template <typename Change>
    void update(std::uint32_t rtp_time, Change change) {
        const std::scoped_lock lock{mutex_};
        auto found = entries_.find(rtp_time);
        if (found == entries_.end()) {
            order_.push_back(rtp_time);
            found = entries_.emplace(rtp_time, T{}).first;
        }
        change(found->second);
        if (order_.size() > 64) {
            entries_.erase(order_.front());
            order_.erase(order_.begin());
        }
    }
    [[nodiscard]] std::optional<T> find(std::uint32_t rtp_time) const {
        const std::scoped_lock lock{mutex_};
        const auto found = entries_.find(rtp_time);
        return found == entries_.end() ? std::nullopt : std::optional<T>{found->second};
    }

private:
    mutable std::mutex mutex_;
    std::map<std::uint32_t, T> entries_;
    std::vector<std::uint32_t> order_;
};

/// 90 kHz, as rtph264pay computes it from a time stamp in nanoseconds.
[[nodiscard]] inline std::uint32_t rtp_time(Timestamp sampled) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(microseconds(sampled)) * 9 / 100);
}

}  // namespace transport

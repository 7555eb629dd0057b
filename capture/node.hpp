// The capture node: source → encode → stamp → send.
#pragma once

#include "capture/source.hpp"
#include "transport/codec.hpp"
#include "transport/link.hpp"
#include "transport/metrics/hops.hpp"
#include "transport/metrics/page.hpp"
#include "transport/pool.hpp"
#include "transport/rtp/rate_ladder.hpp"
#include "transport/stamp.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

namespace capture {

struct NodeSettings {
    std::string node = "capture";
    transport::Modality modality = transport::Modality::ultrasound;
    transport::EncoderSettings encoder;       ///< size, format and rate come from the source
    transport::Microseconds device_delay{0};  ///< for sources that tell no acquisition time
    bool timecode = false;
    std::uint64_t boot = transport::boot_id();  ///< whose clock the stamps' times are of
    int least_kbit_per_s = 500;                 ///< below that the picture is declared degraded
    std::function<std::unique_ptr<transport::Encoder>(const transport::EncoderSettings&)> make_encoder =
        transport::make_encoder;
};

class Node {
public:
    Node(Source& source, transport::Clock& clock, NodeSettings settings);

    /// From now on frames go to `sender` as that stream; starts with a keyframe. Any thread. Null: nowhere.
    void connect(transport::StreamId stream, std::unique_ptr<transport::Sender> sender);
    /// See transport::LinkEnd. Any thread.
    void take_key(const transport::MediaKey& key);
    /// Waits for one frame and sends it. One thread. While nobody is connected frames are read and let go.
    Reading step(std::stop_token stop);

    [[nodiscard]] std::uint64_t frames() const { return frames_; }
    /// Frames that were not encoded: the link carries fewer.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }
    [[nodiscard]] std::uint64_t corrupt() const { return corrupt_; }
    [[nodiscard]] std::uint64_t dropped() const;
    /// For a scrape. Any thread.
    void tell(transport::MetricsPage& page) const;

private:
    void send(transport::Frame frame);
    /// What the link carries decides how this frame goes; false: not at all.
    bool fit_to_link(transport::Frame& frame);
    /// Marks that come after the stamp which they belong to.
    void add_departures(transport::Stamp& stamp);
    bool encode(const transport::Frame& frame, const transport::SharedPixels& picture, bool keyframe,
                transport::EncodedPicture& out);
    transport::SharedPixels padded_with_timecode(const transport::Frame& frame);

    Source& source_;
    transport::Clock& clock_;
    NodeSettings settings_;
    transport::PixelPool pool_;
    std::unique_ptr<transport::Encoder> encoder_;
    transport::EncoderSettings encoding_;  ///< what encoder_ was made for
    std::optional<transport::RateLadder> ladder_;
    double source_rate_ = 0;  ///< frames/s that ladder_ was made for
    std::uint32_t sequence_ = 0;
    std::uint64_t content_ = 0;
    std::optional<transport::Timestamp> content_changed_;
    std::optional<transport::Timestamp> last_keyframe_;
    bool keyframe_due_ = false;
    std::atomic<std::uint64_t> frames_{0};
    std::atomic<std::uint64_t> skipped_{0};
    std::atomic<std::uint64_t> corrupt_{0};
    std::atomic<std::uint64_t> encoded_frames_{0};
    std::atomic<std::uint64_t> encoded_bytes_{0};
    transport::HopTimes hops_;
    transport::Departing departing_;

    mutable std::mutex mutex_;  ///< the sender may be exchanged by the bus thread
    std::unique_ptr<transport::Sender> sender_;
    transport::StreamId stream_ = 0;
};

}  // namespace capture

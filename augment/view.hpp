// One viewer class: compose → annotate → encode once → stamp and send to each of its viewers.
#pragma once

#include "augment/fusion.hpp"
#include "augment/pairing.hpp"
#include "augment/room.hpp"
#include "transport/bus.hpp"
#include "transport/codec.hpp"
#include "transport/link.hpp"
#include "transport/mailbox.hpp"
#include "transport/pool.hpp"
#include "transport/stamp.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace augment {

struct ViewSettings {
    transport::StreamId stream = 0;
    transport::ViewerClass viewer_class;
    std::string node = "augment";
    transport::EncoderSettings encoder;  ///< size and rate come from the pictures
    bool timecode = false;
    std::function<std::unique_ptr<transport::Encoder>(const transport::EncoderSettings&)> make_encoder =
        transport::make_encoder;
};

class View {
public:
    View(const Room& room, transport::Clock& clock, ViewSettings settings, std::unique_ptr<Fusion> fusion);

    /// A new picture to make; an older one that was not begun is replaced and counted. Any thread.
    void offer(Paired frames) { waiting_.put(std::move(frames)); }
    /// A mark of a source frame that came after its stamp; handed on with the next picture. Any thread.
    void relay(const transport::LateMark& mark);
    /// Makes at most one picture. This view's own thread.
    bool step(std::stop_token stop, transport::Microseconds patience);

    void add_viewer(const std::string& name, std::unique_ptr<transport::Sender> sender);
    /// Null when it was no viewer of this class.
    std::unique_ptr<transport::Sender> remove_viewer(const std::string& name);
    /// See transport::LinkEnd. Any thread.
    void offer_key(const std::string& viewer, const transport::MediaKey& key);
    [[nodiscard]] std::size_t viewers() const;
    [[nodiscard]] transport::StreamId stream() const { return settings_.stream; }
    [[nodiscard]] std::uint64_t replaced() const { return waiting_.replaced(); }
    /// How long a picture takes here at present, from begun to handed to the links.
    [[nodiscard]] transport::Microseconds making() const { return making_.load(); }
    /// Access units that viewers' links did not take, by viewer.
    [[nodiscard]] std::map<std::string, std::uint64_t> dropped() const;

private:
    void make(Paired frames);
    void draw(transport::Pixels& canvas, const Scene& scene);
    void publish(const transport::EncodedPicture& picture, transport::Stamp stamp, transport::Timestamp sampled);
    bool keyframe_wanted(transport::Timestamp now);
    void pace(transport::Timestamp now);

    const Room& room_;
    transport::Clock& clock_;
    ViewSettings settings_;
    std::unique_ptr<Fusion> fusion_;
    transport::PixelPool pool_;
    std::unique_ptr<transport::Encoder> encoder_;
    transport::EncoderSettings encoding_;
    transport::Mailbox<Paired> waiting_;
    std::uint32_t sequence_ = 0;
    std::optional<transport::Timestamp> last_keyframe_;
    bool keyframe_due_ = true;
    std::optional<transport::Timestamp> last_picture_;
    transport::Microseconds interval_{0};  ///< between pictures, mean of the last dozen or so
    std::atomic<transport::Microseconds> making_{transport::Microseconds{0}};

    mutable std::mutex mutex_;  ///< viewers come and go on the bus thread
    std::map<std::string, std::unique_ptr<transport::Sender>> viewers_;
    std::deque<transport::LateMark> late_;
};

}  // namespace augment

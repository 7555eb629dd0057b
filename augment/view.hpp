// One viewer class: compose → annotate → encode once → stamp and send to each of its viewers.
#pragma once

#include "augment/echo_place.hpp"
#include "augment/fusion.hpp"
#include "augment/made.hpp"
#include "augment/pairing.hpp"
#include "augment/room.hpp"
#include "augment/tip_tracker.hpp"
#include "transport/bus.hpp"
#include "transport/codec.hpp"
#include "transport/link.hpp"
#include "transport/mailbox.hpp"
#include "transport/rtp/rate_ladder.hpp"
#include "transport/stamp.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace augment {

struct ViewSettings {
    transport::StreamId stream = 0;
    transport::ViewerClass viewer_class;
    std::string node = "augment";
    transport::EncoderSettings encoder;  ///< size and rate come from the pictures
    bool timecode = false;
    int least_kbit_per_s = 500;  ///< below that the picture is declared degraded
    std::function<std::unique_ptr<transport::Encoder>(const transport::EncoderSettings&)> make_encoder =
        transport::make_encoder;
    std::shared_ptr<Made> made = std::make_shared<Made>();  ///< where this view counts
};

/// What belongs together at one moment, and where the echo and the tip lie in it.
struct Picture {
    Paired frames;
    EchoPlace place;
    std::optional<Tip> tip{};  ///< in this very X-ray frame
};

class View {
public:
    View(const Room& room, transport::Clock& clock, ViewSettings settings, std::unique_ptr<Fusion> fusion);

    /// A new picture to make; an older one that was not begun is replaced and counted. Any thread.
    void offer(Picture picture) { waiting_.put(std::move(picture)); }
    /// A mark of a source frame that came after its stamp; handed on with the next picture. Any thread.
    void relay(const transport::LateMark& mark);
    /// Makes at most one picture. This view's own thread.
    bool step(std::stop_token stop, transport::Microseconds patience);

    void add_viewer(const std::string& name, std::unique_ptr<transport::Sender> sender);
    /// Null when it was no viewer of this class.
    std::unique_ptr<transport::Sender> remove_viewer(const std::string& name);
    /// Viewers whose links have carried much less than this class takes for a second, while others' carry it. Any
    /// thread.
    [[nodiscard]] std::vector<std::string> thin_viewers() const;
    /// True when that viewer's link has carried more than this class takes for 10 s. Any thread.
    [[nodiscard]] bool has_room(const std::string& name) const;
    [[nodiscard]] transport::LinkHealth health(const std::string& name) const;
    /// See transport::LinkEnd. Any thread.
    void offer_key(const std::string& viewer, const transport::MediaKey& key);
    [[nodiscard]] std::size_t viewers() const;
    [[nodiscard]] transport::StreamId stream() const { return settings_.stream; }
    [[nodiscard]] std::uint64_t replaced() const { return waiting_.replaced(); }
    /// How long a picture takes here at present, from begun to handed to the links.
    [[nodiscard]] transport::Microseconds making() const { return making_.load(); }
    /// Access units that viewers' links did not take, by viewer.
    [[nodiscard]] std::map<std::string, std::uint64_t> dropped() const;
    /// What its encoder may make at present; 0 before the first picture.
    [[nodiscard]] int limit_kbit_per_s() const;

private:
    struct Viewer {
        std::unique_ptr<transport::Sender> sender;
        transport::Allowance allowance{};
        std::optional<transport::Timestamp> thin_since{};
        std::optional<transport::Timestamp> room_since{};
    };
    void make(Picture picture);
    /// What the viewers' links carry decides how pictures are made; false: this one is not.
    bool fit_to_links(double frames_per_second, transport::Timestamp now);
    [[nodiscard]] std::shared_ptr<transport::Pixels> fused(const Scene& scene);
    void publish(const transport::EncodedPicture& picture, transport::Stamp stamp, transport::Timestamp sampled);
    bool keyframe_wanted(transport::Timestamp now);
    void pace(transport::Timestamp now);

    const Room& room_;
    transport::Clock& clock_;
    ViewSettings settings_;
    std::unique_ptr<Fusion> fusion_;
    std::unique_ptr<transport::Encoder> encoder_;
    transport::EncoderSettings encoding_;
    transport::Mailbox<Picture> waiting_;
    AnnotationPainter painter_;
    transport::NewFrames new_frames_;
    transport::Departing departing_;
    std::uint32_t sequence_ = 0;
    std::optional<transport::Timestamp> last_keyframe_;
    bool keyframe_due_ = true;
    std::optional<transport::Timestamp> last_picture_;
    transport::Microseconds interval_{0};  ///< between pictures, mean of the last dozen or so
    std::atomic<transport::Microseconds> making_{transport::Microseconds{0}};

    mutable std::mutex mutex_;  ///< viewers come and go on the bus thread
    std::map<std::string, Viewer> viewers_;
    double taken_kbit_per_s_ = 0;                               ///< by the pictures of the last second or so
    int carried_kbit_per_s_ = std::numeric_limits<int>::max();  ///< by the viewers' links, when they last answered
    std::optional<transport::RateLadder> ladder_;

    std::mutex late_mutex_;  ///< its own: who brings a mark, and every view's pictures behind it, waits for no sending
    std::deque<transport::LateMark> late_;
};

}  // namespace augment

// Which frames belong together. Decides by acquisition time; never waits.
#pragma once

#include "transport/frame.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string_view>

namespace augment {

/// The frames of one output picture. The leader is always there; the others when they have ever come.
struct Paired {
    transport::Modality leader = transport::Modality::ultrasound;  ///< whose rate is followed; never the camera
    std::optional<transport::Frame> ultrasound;
    std::optional<transport::Frame> xray;
    std::optional<transport::Frame> camera;  ///< newest, never paired
    /// The other modality's next frame is due by then, and so soon that a picture of both is worth the wait.
    std::optional<transport::Timestamp> better_by{};
    /// Acquisition time of the echo minus that of the X-ray; nothing unless both are there and tell a time.
    [[nodiscard]] std::optional<transport::Microseconds> skew() const;
};

/// When the device formed the image, or when the node held it where the device does not say.
[[nodiscard]] std::optional<transport::Timestamp> acquisition(const transport::FrameHeader& header);

enum class LeaderRule : std::uint8_t { automatic, xray, ultrasound };
/// "auto", "xray", "ultrasound".
[[nodiscard]] std::optional<LeaderRule> leader_rule_named(std::string_view text);

/// The leader is the live modality with the higher rate (or the configured one, while it is live). Silent for
/// max(100 ms, 2 of its periods), or its beam off, it hands over. At equal rates the X-ray leads: it is the base
/// that the echo is laid on, so that the larger picture is the fresher one and the echo is what is matched to it.
/// Nobody waits: a frame of the other modality makes a picture of its own, unless the leader's next frame is due
/// within half the time that a picture takes. A leader's frame that the other's would follow as soon goes out with
/// `better_by`: two pictures so close together would only wait for each other. What has been shown once is never
/// followed by an older frame. Not thread safe: the caller holds the lock.
class Pairing {
public:
    explicit Pairing(LeaderRule rule) : rule_{rule} {}
    /// Keeps the frame (a small ring per modality); returns the picture to make now, if any. `making`: how long a
    /// picture takes at present. A sequence that does not count up, another stream or another size starts that
    /// modality afresh.
    [[nodiscard]] std::optional<Paired> add(transport::Frame frame, transport::Timestamp now,
                                            transport::Microseconds making);
    /// The stream was closed: its frames must not be shown any more.
    void forget(transport::Modality modality);

private:
    struct Ring {
        std::deque<transport::Frame> frames;            ///< oldest first, at most 8
        std::deque<transport::Microseconds> intervals;  ///< between arrivals, at most 8
        std::optional<transport::Timestamp> last_arrival;

        void take(transport::Frame frame, transport::Timestamp now);
        [[nodiscard]] std::optional<transport::Microseconds> period() const;
        [[nodiscard]] bool live(transport::Timestamp now) const;
        /// The newest wins a tie. Those before it are forgotten: the picture would go back in time.
        std::optional<transport::Frame> take_nearest(std::optional<transport::Timestamp> time);
        /// The next frame comes so soon before or after `now`.
        [[nodiscard]] bool due(transport::Timestamp now, transport::Microseconds within) const;
    };
    [[nodiscard]] Ring& ring(transport::Modality modality) { return rings_[index(modality)]; }
    [[nodiscard]] transport::Modality choose(transport::Modality arrived, transport::Timestamp now);
    [[nodiscard]] transport::Modality faster();

    LeaderRule rule_;
    std::array<Ring, 3> rings_;
    transport::Modality favourite_ = transport::Modality::xray;  ///< of two live ones
};

}  // namespace augment

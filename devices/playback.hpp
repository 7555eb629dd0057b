// Recordings at their true times: when each frame is due, and a source that loops over frames in memory.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace devices {

/// When the frames of a loop are due, counted from its first frame. Frame numbers go on over the loop's end.
class Schedule {
public:
    /// The same time between all frames; exact over hours. `frames_per_second` > 0.
    [[nodiscard]] static Schedule even(double frames_per_second);
    /// `starts` ascending, below `length`, which is the time after which the first frame comes again.
    [[nodiscard]] static Schedule listed(std::vector<transport::Microseconds> starts, transport::Microseconds length);

    [[nodiscard]] transport::Microseconds at(std::uint64_t frame) const;
    /// The last frame that is due when so much time has passed.
    [[nodiscard]] std::uint64_t newest_at(transport::Microseconds elapsed) const;
    /// Nominal: the mean over the loop.
    [[nodiscard]] transport::Microseconds period() const;

private:
    double frames_per_second_ = 0;  ///< 0: listed
    std::vector<transport::Microseconds> starts_;
    transport::Microseconds length_{0};
};

/// A recording's time on the machine's clock. It begins with the first question, or at `start`.
class Pacing {
public:
    explicit Pacing(transport::Clock& clock, std::optional<transport::Timestamp> start = {})
        : clock_{clock}, start_{start} {}
    [[nodiscard]] transport::Microseconds elapsed();
    [[nodiscard]] transport::Timestamp instant(transport::Microseconds at);
    /// Waits until `at`, at most a source's patience (1 s); false when it is not yet due or `stop` was requested.
    bool wait(transport::Microseconds at, std::stop_token stop);
    /// The recording could not keep up: everything that follows is due so much later.
    void delay(transport::Microseconds by) { start_ = instant(by); }

private:
    transport::Clock& clock_;
    std::optional<transport::Timestamp> start_;
};

/// A recording in memory. Frames are shared, so that playing costs nothing but the wait.
struct Loop {
    std::vector<transport::SharedPixels> frames;  ///< at least one
    Schedule schedule = Schedule::even(25);
    transport::ImageGeometry geometry;                  ///< of all frames
    std::vector<transport::ImageGeometry> geometry_of;  ///< where it differs: of each frame
    capture::SourceInfo info;                           ///< period, width and height are filled in by LoopSource
    /// When the first frame was due, before or after now. Loops anchored at the same time show the same instant, also
    /// from different processes. Empty: when the source is first read.
    std::optional<transport::Timestamp> anchor;
    /// X-ray pedal: is the beam on so long after the first frame that was read? While it is off the last image is held,
    /// with its geometry. Empty: always on.
    std::function<bool(transport::Microseconds elapsed)> beam;
};

/// A consumer that comes late gets the newest frame that is due, never a burst of old ones.
class LoopSource final : public capture::Source {
public:
    LoopSource(Loop loop, transport::Clock& clock);
    [[nodiscard]] capture::SourceInfo info() const override { return loop_.info; }
    capture::Reading next(transport::Frame& frame, std::stop_token stop) override;

private:
    Loop loop_;
    Pacing pacing_;
    std::uint64_t next_ = 0;
    std::optional<transport::Microseconds> first_due_;
    std::size_t held_ = 0;  ///< the image that was taken last
};

}  // namespace devices

// Recordings at their true times: when each frame is due, and a source that loops over frames in memory.
#pragma once

#include "capture/source.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <cstdint>
#include <functional>
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

/// A recording's time on the machine's clock. It begins with the first question.
class Pacing {
public:
    explicit Pacing(transport::Clock& clock) : clock_{clock} {}
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
    transport::ImageGeometry geometry;
    capture::SourceInfo info;  ///< period, width and height are filled in by LoopSource
    /// X-ray pedal: is the beam on at that time? While it is off the last image is held. Empty: always on.
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
    transport::SharedPixels held_;
};

}  // namespace devices

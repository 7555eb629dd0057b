// Follows the tip that somebody has pointed at, on the X-ray's own thread, and remembers where it was in which frame: a
// picture may show one that is not the newest.
#pragma once

#include "augment/tip_tracker.hpp"

#include <deque>
#include <mutex>
#include <string>

namespace augment {

/// Any thread.
class TipWatch {
public:
    /// What is shown where (a pixel) the tip was pointed at. One line that says why not; nothing on success.
    [[nodiscard]] std::optional<std::string> set(const transport::Frame& xray, Vec2 click);
    void forget();
    /// Each X-ray frame, once, as it comes. About a millisecond.
    void follow(const transport::Frame& xray, transport::Timestamp now);
    /// In that very frame. A lost one is told of for some seconds; nothing when nobody has pointed at any.
    [[nodiscard]] std::optional<Tip> in(const transport::FrameHeader& xray, transport::Timestamp now) const;
    /// Of the newest frame; nothing when nobody has pointed at any.
    [[nodiscard]] std::optional<Tip> newest() const;

private:
    struct Seen {
        transport::StreamId stream = 0;
        std::uint32_t sequence = 0;
        Tip tip;
    };
    void remember(const transport::FrameHeader& xray);

    mutable std::mutex mutex_;
    std::optional<TipTracker> tracker_;
    std::deque<Seen> seen_;  ///< of the last frames, as many as may still be shown
    std::optional<transport::Timestamp> lost_;
};

}  // namespace augment

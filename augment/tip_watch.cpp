#include "augment/tip_watch.hpp"

#include <algorithm>

namespace augment {

using transport::Frame;
using transport::FrameHeader;
using transport::Timestamp;

namespace {

constexpr std::size_t most_seen = 16;
constexpr auto lost_is_said_for = std::chrono::seconds{5};

}  // namespace

std::optional<std::string> TipWatch::set(const Frame& xray, Vec2 click) {
    auto tracker = TipTracker::at(xray, click);  // some 40 ms, in which the X-ray's frames go on
    if (!tracker) return "tip: no wire ends there";
    const std::scoped_lock lock{mutex_};
    tracker_ = std::move(tracker);
    seen_.clear();
    lost_.reset();
    remember(xray.header);
    return std::nullopt;
}

void TipWatch::forget() {
    const std::scoped_lock lock{mutex_};
    tracker_.reset();
    seen_.clear();
    lost_.reset();
}

void TipWatch::remember(const FrameHeader& xray) {
    seen_.push_back({xray.stream, xray.sequence, tracker_->tip()});
    if (seen_.size() > most_seen) seen_.pop_front();
}

void TipWatch::follow(const Frame& xray, Timestamp now) {
    const std::scoped_lock lock{mutex_};
    if (!tracker_) return;
    tracker_->follow(xray);
    if (tracker_->tip().state == Tip::State::lost && !lost_) lost_ = now;
    remember(xray.header);
}

std::optional<Tip> TipWatch::in(const FrameHeader& xray, Timestamp now) const {
    const std::scoped_lock lock{mutex_};
    if (!tracker_ || (lost_ && now - *lost_ > lost_is_said_for)) return std::nullopt;
    // The newest first: a node that starts over counts from 1 again.
    const auto found = std::find_if(seen_.rbegin(), seen_.rend(), [&](const Seen& seen) {
        return seen.stream == xray.stream && seen.sequence == xray.sequence;
    });
    if (found == seen_.rend()) return std::nullopt;
    return found->tip;
}

std::optional<Tip> TipWatch::newest() const {
    const std::scoped_lock lock{mutex_};
    if (!tracker_) return std::nullopt;
    return tracker_->tip();
}

}  // namespace augment

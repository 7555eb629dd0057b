#include "devices/playback.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace devices {

using transport::Microseconds;

Schedule Schedule::even(double frames_per_second) {
    Schedule schedule;
    schedule.frames_per_second_ = frames_per_second;
    return schedule;
}

Schedule Schedule::listed(std::vector<Microseconds> starts, Microseconds length) {
    Schedule schedule;
    schedule.starts_ = std::move(starts);
    schedule.length_ = length;
    return schedule;
}

Microseconds Schedule::at(std::uint64_t frame) const {
    if (frames_per_second_ > 0)
        return Microseconds{std::llround(static_cast<double>(frame) * 1e6 / frames_per_second_)};
    const auto loop = static_cast<std::int64_t>(frame / starts_.size());
    return length_ * loop + starts_[frame % starts_.size()];
}

std::uint64_t Schedule::newest_at(Microseconds elapsed) const {
    if (elapsed <= at(0)) return 0;
    if (frames_per_second_ > 0) {
        auto frame = static_cast<std::uint64_t>(static_cast<double>(elapsed.count()) * frames_per_second_ / 1e6);
        while (frame > 0 && at(frame) > elapsed) --frame;
        while (at(frame + 1) <= elapsed) ++frame;
        return frame;
    }
    const auto loop = static_cast<std::uint64_t>(elapsed / length_);
    const auto within = std::upper_bound(starts_.begin(), starts_.end(), elapsed % length_) - starts_.begin();
    const auto shown = loop * starts_.size() + static_cast<std::uint64_t>(within);
    return shown == 0 ? 0 : shown - 1;
}

Microseconds Schedule::period() const {
    if (frames_per_second_ > 0) return at(1);
    const auto count = static_cast<std::int64_t>(starts_.size());
    return (length_ + Microseconds{count / 2}) / count;
}

Microseconds Pacing::elapsed() {
    const auto now = clock_.now();
    if (!start_) start_ = now;
    return now - *start_;
}

transport::Timestamp Pacing::instant(Microseconds at) {
    if (!start_) start_ = clock_.now();
    return *start_ + at;
}

bool Pacing::wait(Microseconds at, std::stop_token stop) {
    constexpr auto patience = std::chrono::seconds{1};
    const auto due = instant(at);
    const auto limit = clock_.now() + patience;
    return clock_.wait_until(std::min(due, limit), std::move(stop)) && due <= limit;
}

LoopSource::LoopSource(Loop loop, transport::Clock& clock) : loop_{std::move(loop)}, pacing_{clock, loop_.anchor} {
    loop_.info.period = loop_.schedule.period();
    loop_.info.width = loop_.frames.front()->width;
    loop_.info.height = loop_.frames.front()->height;
}

capture::Reading LoopSource::next(transport::Frame& frame, std::stop_token stop) {
    const auto elapsed = pacing_.elapsed();
    if (loop_.schedule.at(next_ + 1) <= elapsed) next_ = loop_.schedule.newest_at(elapsed);
    const auto due = loop_.schedule.at(next_);
    if (!pacing_.wait(due, stop)) return capture::Reading::again;

    const bool first = !first_due_;
    if (first) first_due_ = due;
    const bool beam_on = !loop_.beam || loop_.beam(due - *first_due_);
    if (beam_on || first) held_ = static_cast<std::size_t>(next_ % loop_.frames.size());
    frame.pixels = loop_.frames[held_];
    frame.header.width = frame.pixels->width;
    frame.header.height = frame.pixels->height;
    frame.header.period = loop_.info.period;
    frame.header.beam_on = beam_on;
    frame.header.geometry = loop_.geometry_of.empty() ? loop_.geometry : loop_.geometry_of[held_];
    frame.header.timeline.mark(transport::Stage::acquired, pacing_.instant(due));
    frame.header.timeline.acquired_estimated = false;
    ++next_;
    return capture::Reading::ready;
}

}  // namespace devices

#include "bench/calibrate_motion.hpp"

#include "bench/motion_taker.hpp"
#include "devices/devices.hpp"
#include "devices/meta_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>

namespace bench {

namespace {

using namespace transport;

/// Whoever waits is there at once: a recording is read as fast as it can be.
class HurriedClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return now_; }
    bool wait_until(Timestamp due, std::stop_token stop) override {
        now_ = std::max(now_, due);
        return !stop.stop_requested();
    }

private:
    Timestamp now_ = timestamp(0);
};

RecordedMotion motion_of_poses(const devices::MetaImage& image) {
    RecordedMotion out;
    std::vector<augment::Vec3> positions;
    for (const auto& at : devices::meta_positions(image.header)) {
        if (!out.motion.seconds.empty() && at.seconds <= out.motion.seconds.back()) continue;
        out.motion.seconds.push_back(at.seconds);
        positions.push_back({at.mm[0], at.mm[1], at.mm[2]});
    }
    if (positions.empty()) throw std::runtime_error("it holds no pose of a probe with a time");
    out.motion.values = augment::principal_motion(positions);
    out.words =
        fmt::format("MetaImage: {} poses, {:.1f} s, by the probe's main direction{}", positions.size(),
                    out.motion.seconds.back() - out.motion.seconds.front(), bend_words(out.motion.seconds, positions));
    return out;
}

RecordedMotion motion_of_sequence(const LagSide& side) {
    const auto image = devices::read_meta_image(side.source);
    const auto& header = image.header;
    try {
        if (side.by == MotionKind::poses || (side.by == MotionKind::automatic && header.columns == 0))
            return motion_of_poses(image);
        if (header.columns < 2 || header.rows < 2) throw std::runtime_error("it holds poses and no pictures");
        MotionTaker taker{side.by};
        for (std::size_t i = 0; i < header.frames.size(); ++i)
            if (header.frames[i].seconds && header.frames[i].image_ok)
                taker.add(*header.frames[i].seconds, *devices::meta_picture(image, i));
        return taker.take("MetaImage");
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("'{}': {}", side.source, error.what()));
    }
}

bool is_live(const LagSide& side) {
    return side.source.starts_with("gst:");
}

RecordedMotion motion_of_source(capture::Source& source, const LagSide& side, double seconds, Clock& clock,
                                std::stop_source& both) {
    const auto stop = both.get_token();
    MotionTaker taker{side.by};
    std::weak_ptr<const Pixels> first;  // comes again where a loop is held in memory
    double first_s = 0, loop_s = 0;
    const auto begun = clock.now();
    const auto end = begun + Microseconds{static_cast<std::int64_t>(seconds * 1e6)};
    while (clock.now() < end && !stop.stop_requested()) {
        Frame frame;
        const auto reading = source.next(frame, stop);
        if (reading == capture::Reading::ended) {
            if (is_live(side)) both.request_stop();
            break;
        }
        // While the pedal is up, a picture is that of the last exposure and no longer of its time.
        if (reading != capture::Reading::ready || !frame.header.beam_on) continue;
        const auto at = frame.header.timeline.at(Stage::acquired).value_or(clock.now());
        const double at_s = static_cast<double>(microseconds(at)) / 1e6;
        if (const auto begin = first.lock(); !begin && taker.empty())
            first = frame.pixels, first_s = at_s;
        else if (begin == frame.pixels && loop_s == 0)
            loop_s = at_s - first_s;
        taker.add(at_s, *frame.pixels);
    }
    try {
        auto out = taker.take(source.info().description);
        if (loop_s > 0) out.words += fmt::format(", a loop of {:.1f} s over and over", loop_s);
        out.live = is_live(side);
        out.warnings = source.info().warnings;
        return out;
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("'{}': {}", side.source, error.what()));
    }
}

bool is_sequence(const LagSide& side) {
    std::error_code error;
    return std::filesystem::is_regular_file(side.source, error) && devices::is_meta_image(side.source);
}

}  // namespace

std::pair<RecordedMotion, RecordedMotion> record_motions(const LagSide& reference, const LagSide& second,
                                                         double seconds, Progress* progress,
                                                         const std::stop_token& stop) {
    const bool live = is_live(reference) || is_live(second);
    std::stop_source both;  // neither watches on when the other has nothing left to show
    const std::stop_callback passed_on{stop, [&both] { both.request_stop(); }};
    std::atomic<bool> failed = false;
    for (const auto* side : {&reference, &second})
        if (side->by == MotionKind::poses && !is_sequence(*side))
            throw std::runtime_error(
                fmt::format("'{}': only a MetaImage sequence holds poses, and this is none", side->source));
    if (progress != nullptr) progress->begin("opening");
    const auto record = [&](const LagSide& side) -> std::function<RecordedMotion()> {
        if (is_sequence(side)) return [&side] { return motion_of_sequence(side); };
        std::shared_ptr<Clock> clock;
        if (live)
            clock = std::make_shared<SystemClock>();
        else
            clock = std::make_shared<HurriedClock>();
        std::shared_ptr<capture::Source> source = devices::open_source(side.source, side.stream, side.settings, *clock);
        return
            [&side, clock, source, seconds, &both] { return motion_of_source(*source, side, seconds, *clock, both); };
    };
    // What fails after the other's failure, or after `stop`, fails of that alone.
    const auto watched = [&](const std::function<RecordedMotion()>& motion) {
        try {
            return motion();
        } catch (...) {
            if (!failed.exchange(true) && !stop.stop_requested()) {
                both.request_stop();
                throw;
            }
        }
        return RecordedMotion{};
    };
    // Both are open before either is read: a live one shows nothing that the other misses.
    const auto first = record(reference), other = record(second);
    if (progress != nullptr) progress->begin("watching");
    SystemClock watch;
    const auto end = watch.now() + Microseconds{static_cast<std::int64_t>(seconds * 1e6)};
    auto later = std::async(std::launch::async, watched, other);
    auto sooner = std::async(std::launch::async, watched, first);
    for (auto* one : {&sooner, &later})
        while (one->wait_for(std::chrono::milliseconds{500}) != std::future_status::ready)
            if (live && progress != nullptr) progress->left(std::chrono::duration<double>{end - watch.now()}.count());
    auto motion = sooner.get();
    return {std::move(motion), later.get()};
}

}  // namespace bench

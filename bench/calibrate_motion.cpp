#include "bench/calibrate_motion.hpp"

#include "devices/devices.hpp"
#include "devices/meta_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>

namespace bench {

namespace {

using namespace transport;

constexpr double most_rival = 0.7;

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

/// Pictures on their way to one number each.
class MotionTaker {
public:
    explicit MotionTaker(MotionKind by) : by_{by} {}

    void add(double seconds, const Pixels& picture) {
        if (!motion_.seconds.empty() && seconds <= motion_.seconds.back()) return;
        ++pictures_;
        if (by_ == MotionKind::reflector) {
            const auto row = augment::reflector_row(picture);
            if (!row) return;
            motion_.values.push_back(*row);
        } else if (by_ == MotionKind::centre) {
            centres_.push_back(augment::brightness_centre(picture));
        } else {
            whole_.add(picture);
        }
        motion_.seconds.push_back(seconds);
    }
    [[nodiscard]] RecordedMotion take(const std::string& source) {
        const char* way = "the depth of a reflector";
        if (by_ == MotionKind::centre) {
            way = "its brightness' centre";
            motion_.values = augment::principal_motion(centres_);
        } else if (by_ != MotionKind::reflector) {
            way = "the picture's motion";
            motion_.values = whole_.values();
            if (whole_.rival() > most_rival)
                throw std::runtime_error(
                    fmt::format("{}: two motions in its pictures are equally strong: either could be meant", source));
        }
        const double length = motion_.seconds.empty() ? 0 : motion_.seconds.back() - motion_.seconds.front();
        return {std::move(motion_), fmt::format("{}: {} pictures, {:.1f} s, by {}", source, pictures_, length, way)};
    }

private:
    MotionKind by_;
    int pictures_ = 0;
    augment::Motion motion_;
    augment::PictureMotion whole_;
    std::vector<augment::Vec3> centres_;
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
    out.words = fmt::format("MetaImage: {} poses, {:.1f} s, by the probe's main direction", positions.size(),
                            out.motion.seconds.back() - out.motion.seconds.front());
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

RecordedMotion motion_of_source(capture::Source& source, const LagSide& side, double seconds, Clock& clock,
                                const std::stop_token& stop) {
    if (side.by == MotionKind::poses)
        throw std::runtime_error(fmt::format("'{}': only MetaImage sequences hold poses", side.source));
    MotionTaker taker{side.by};
    const auto begun = clock.now();
    const auto end = begun + Microseconds{static_cast<std::int64_t>(seconds * 1e6)};
    while (clock.now() < end && !stop.stop_requested()) {
        Frame frame;
        const auto reading = source.next(frame, stop);
        if (reading == capture::Reading::ended) break;
        // While the pedal is up, a picture is that of the last exposure and no longer of its time.
        if (reading != capture::Reading::ready || !frame.header.beam_on) continue;
        const auto at = frame.header.timeline.at(Stage::acquired).value_or(clock.now());
        taker.add(static_cast<double>(microseconds(at)) / 1e6, *frame.pixels);
    }
    return taker.take(source.info().description);
}

bool is_live(const LagSide& side) {
    return side.source.starts_with("gst:");
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
    if (progress != nullptr) progress->begin("opening");
    const auto record = [&](const LagSide& side) -> std::function<RecordedMotion()> {
        if (is_sequence(side)) return [&side] { return motion_of_sequence(side); };
        std::shared_ptr<Clock> clock;
        if (live)
            clock = std::make_shared<SystemClock>();
        else
            clock = std::make_shared<HurriedClock>();
        std::shared_ptr<capture::Source> source = devices::open_source(side.source, side.stream, {}, *clock);
        return
            [&side, clock, source, seconds, &stop] { return motion_of_source(*source, side, seconds, *clock, stop); };
    };
    // Both are open before either is read: a live one shows nothing that the other misses.
    const auto first = record(reference), other = record(second);
    if (progress != nullptr) progress->begin("watching");
    SystemClock watch;
    const auto end = watch.now() + Microseconds{static_cast<std::int64_t>(seconds * 1e6)};
    auto later = std::async(std::launch::async, other);
    auto sooner = std::async(std::launch::async, first);
    for (auto* one : {&sooner, &later})
        while (one->wait_for(std::chrono::milliseconds{500}) != std::future_status::ready)
            if (live && progress != nullptr) progress->left(std::chrono::duration<double>{end - watch.now()}.count());
    auto motion = sooner.get();
    return {std::move(motion), later.get()};
}

}  // namespace bench

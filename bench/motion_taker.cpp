#include "bench/motion_taker.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace bench {

namespace {

constexpr double most_rival = 0.7;
constexpr double most_bend_s = 0.01;

}  // namespace

std::string bend_words(const std::vector<double>& seconds, const std::vector<augment::Vec3>& positions) {
    const double bend_ms = augment::bend_s(seconds, positions) * 1e3;
    if (bend_ms > most_bend_s * 1e3)
        throw std::runtime_error(fmt::format(
            "its motion is no straight line: seen from 30° beside, the lag is {:.0f} ms off, at most {:.0f} "
            "are allowed",
            bend_ms, most_bend_s * 1e3));
    return fmt::format(" (seen from 30° beside, the lag is {:.1f} ms off)", bend_ms);
}

void MotionTaker::add(double seconds, const transport::Pixels& picture) {
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

RecordedMotion MotionTaker::take(const std::string& source) {
    std::string way = "the depth of a reflector";
    if (by_ == MotionKind::centre) {
        way = "its brightness' centre" + bend_words(motion_.seconds, centres_);
        motion_.values = augment::principal_motion(centres_);
    } else if (by_ != MotionKind::reflector) {
        way = "the picture's motion";
        motion_.values = whole_.values();
        if (whole_.rival() > most_rival)
            throw std::runtime_error("two motions in its pictures are equally strong: either could be meant");
    }
    const double length = motion_.seconds.empty() ? 0 : motion_.seconds.back() - motion_.seconds.front();
    const auto used = motion_.seconds.size();
    return {std::move(motion_),
            fmt::format("{}: {} of {} pictures, {:.1f} s, by {}", source, used, pictures_, length, way)};
}

}  // namespace bench

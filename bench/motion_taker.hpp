// Pictures and positions on their way to a motion, one number each.
#pragma once

#include "bench/calibrate_motion.hpp"

#include <string>
#include <vector>

namespace bench {

/// Of whoever looks from elsewhere upon a way that is no straight line, for a terminal. Throws std::runtime_error when
/// that is too much.
[[nodiscard]] std::string bend_words(const std::vector<double>& seconds, const std::vector<augment::Vec3>& positions);

class MotionTaker {
public:
    explicit MotionTaker(MotionKind by) : by_{by} {}

    /// One that is not later than the last is left out.
    void add(double seconds, const transport::Pixels& picture);
    [[nodiscard]] bool empty() const { return pictures_ == 0; }
    /// Once, at the end. Throws std::runtime_error when what moved is not one motion.
    [[nodiscard]] RecordedMotion take(const std::string& source);

private:
    MotionKind by_;
    int pictures_ = 0;
    augment::Motion motion_;
    augment::PictureMotion whole_;
    std::vector<augment::Vec3> centres_;
};

}  // namespace bench

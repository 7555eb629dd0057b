// A tip followed by one fixed template, as in a first attempt. OpenCV stands behind fusion_tip_plain_opencv.cpp.
#pragma once

#include "augment/linear.hpp"
#include "transport/frame.hpp"

#include <optional>
#include <vector>

namespace bench {

class PlainTip {
public:
    PlainTip(const transport::Pixels& xray, augment::Vec2 at);
    /// Where the template lies best; nothing when it resembles nothing by half.
    std::optional<augment::Vec2> follow(const transport::Pixels& xray);

private:
    augment::Vec2 at_;
    augment::Vec2 off_;  ///< of the tip from the template's middle
    int side_ = 0;
    std::vector<unsigned char> look_;
};

}  // namespace bench

#include "bench/fusion_tip_plain.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace bench {

namespace {

constexpr int plain_side = 48, plain_region = 128;  // pixels
constexpr double plain_least = 0.5;

cv::Mat luma_of(const transport::Pixels& picture) {
    return {picture.height, picture.width, CV_8U, picture.planes[0].data,
            static_cast<std::size_t>(picture.planes[0].stride)};
}

cv::Rect around(augment::Vec2 at, int side, const transport::Pixels& picture) {
    const auto corner = [side](double middle, int limit) {
        return std::clamp(static_cast<int>(std::lround(middle)) - side / 2, 0, limit - side);
    };
    return {corner(at.x, picture.width), corner(at.y, picture.height), side, side};
}

}  // namespace

PlainTip::PlainTip(const transport::Pixels& xray, augment::Vec2 at) : at_{at}, side_{plain_side} {
    const auto where = around(at, side_, xray);
    off_ = at - augment::Vec2{where.x + 0.0, where.y + 0.0};
    const cv::Mat look = luma_of(xray)(where).clone();
    look_.assign(look.datastart, look.dataend);
}

std::optional<augment::Vec2> PlainTip::follow(const transport::Pixels& xray) {
    const auto where = around(at_, plain_region, xray);
    cv::Mat scores;
    cv::matchTemplate(luma_of(xray)(where), cv::Mat(side_, side_, CV_8U, look_.data()), scores, cv::TM_CCOEFF_NORMED);
    double most = 0;
    cv::Point best;
    cv::minMaxLoc(scores, nullptr, &most, nullptr, &best);
    if (most < plain_least) return std::nullopt;
    at_ = augment::Vec2{1.0 * where.x + best.x, 1.0 * where.y + best.y} + off_;
    return at_;
}

}  // namespace bench

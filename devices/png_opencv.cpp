#include "devices/png.hpp"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <stdexcept>

namespace devices {

namespace {

cv::Mat plane(const transport::Pixels& picture, int index) {
    const auto& plane = picture.planes[static_cast<std::size_t>(index)];
    return {picture.plane_height(index), picture.plane_width(index), CV_8UC1, plane.data,
            static_cast<std::size_t>(plane.stride)};
}

// OpenCV's own I420 conversions take limited range; its YCrCb is JPEG's, which is ours.
cv::Mat to_bgr(const transport::Pixels& picture) {
    const cv::Mat luma = plane(picture, 0);
    cv::Mat u, v, together, bgr;
    cv::resize(plane(picture, 1), u, luma.size(), 0, 0, cv::INTER_LINEAR);
    cv::resize(plane(picture, 2), v, luma.size(), 0, 0, cv::INTER_LINEAR);
    cv::merge(std::vector<cv::Mat>{luma, v, u}, together);
    cv::cvtColor(together, bgr, cv::COLOR_YCrCb2BGR);
    return bgr;
}

}  // namespace

std::vector<std::uint8_t> to_png(const transport::Pixels& picture) {
    std::vector<std::uint8_t> bytes;
    const auto image = picture.plane_count() == 1 ? plane(picture, 0) : to_bgr(picture);
    bool done = false;
    try {
        done = cv::imencode(".png", image, bytes, {cv::IMWRITE_PNG_COMPRESSION, 1});
    } catch (const cv::Exception&) {
        done = false;
    }
    if (!done) throw std::runtime_error("png: the picture cannot be encoded");
    return bytes;
}

}  // namespace devices

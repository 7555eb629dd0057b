// Pictures that carry in-picture codes wherever a test wants them, at any scale.
#pragma once

#include "transport/pool.hpp"
#include "transport/timecode.hpp"

#include <opencv2/imgproc.hpp>

#include <cstring>
#include <memory>

namespace fakes {

inline cv::Mat luma_view(transport::Pixels& picture) {
    return {picture.height, picture.width, CV_8UC1, picture.planes[0].data,
            static_cast<std::size_t>(picture.planes[0].stride)};
}

/// i420, even sizes.
inline std::shared_ptr<transport::Pixels> plain_picture(int width, int height, std::uint8_t luma = 60) {
    static transport::PixelPool pool;
    auto out = pool.get(transport::PixelFormat::i420, width, height);
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y)
            std::memset(out->row(plane, y), plane == 0 ? luma : 128, static_cast<std::size_t>(out->plane_width(plane)));
    return out;
}

/// The strip scaled to that rectangle, as a compositor does it.
inline void put_code(transport::Pixels& picture, const transport::Rect& where, const transport::Timecode& code) {
    using namespace transport;
    const auto strip = plain_picture(timecode_width, timecode_height);
    write_timecode(*strip, 0, 0, code);
    auto view = luma_view(picture);
    auto target = view(cv::Rect{where.x, where.y, where.width, where.height});
    cv::Mat scaled;
    cv::resize(luma_view(*strip), scaled, target.size(), 0, 0,
               where.width < timecode_width ? cv::INTER_AREA : cv::INTER_LINEAR);
    scaled.copyTo(target);
}

}  // namespace fakes

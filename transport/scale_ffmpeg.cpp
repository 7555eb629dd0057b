#include "transport/scale.hpp"

extern "C" {
#include <libswscale/swscale.h>
}

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace transport {

namespace {

AVPixelFormat to_swscale(PixelFormat format) {
    return format == PixelFormat::i420 ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_GRAY8;
}

}  // namespace

SharedPixels scaled(const SharedPixels& picture, int quarters, PixelPool& pool) {
    return scaled_to(picture, picture->width * quarters / 8 * 2, picture->height * quarters / 8 * 2, pool);
}

SharedPixels scaled_to(const SharedPixels& picture, int width, int height, PixelPool& pool) {
    struct Context {
        SwsContext* it = nullptr;
        ~Context() { sws_freeContext(it); }
    };
    thread_local Context context;  // remembers its tables from picture to picture
    const auto format = to_swscale(picture->format);
    context.it = sws_getCachedContext(context.it, picture->width, picture->height, format, width, height, format,
                                      SWS_BILINEAR, nullptr, nullptr, nullptr);
    if (context.it == nullptr) throw std::runtime_error("swscale makes no picture of that size");
    const auto out = pool.get(picture->format, width, height);
    std::array<const std::uint8_t*, 4> from{};
    std::array<std::uint8_t*, 4> to{};
    std::array<int, 4> from_stride{};
    std::array<int, 4> to_stride{};
    for (int plane = 0; plane < picture->plane_count(); ++plane) {
        const auto i = static_cast<std::size_t>(plane);
        from.at(i) = picture->planes.at(i).data;
        from_stride.at(i) = picture->planes.at(i).stride;
        to.at(i) = out->planes.at(i).data;
        to_stride.at(i) = out->planes.at(i).stride;
    }
    sws_scale(context.it, from.data(), from_stride.data(), 0, picture->height, to.data(), to_stride.data());
    return out;
}

}  // namespace transport

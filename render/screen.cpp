#include "render/screen.hpp"

#include <cstring>

namespace render {

using namespace transport;

namespace {

void copy(const Pixels& from, Pixels& to) {
    for (int plane = 0; plane < to.plane_count(); ++plane)
        for (int y = 0; y < to.plane_height(plane); ++y) {
            const auto width = static_cast<std::size_t>(to.plane_width(plane));
            if (plane < from.plane_count())
                std::memcpy(to.row(plane, y), from.row(plane, y), width);
            else
                std::memset(to.row(plane, y), 128, width);
        }
}

}  // namespace

Screen::Screen(const Options& options) : width_{options.canvas_width}, height_{options.canvas_height} {}

void Screen::freeze(bool on, Timestamp /*now*/) { frozen_ = on; }

SharedPixels Screen::draw(const Received* picture, Timestamp /*now*/) {
    if (picture != nullptr && (!frozen_ || !shown_)) shown_ = *picture;
    const int width = shown_ ? shown_->pixels->width : width_;
    const int height = shown_ ? shown_->pixels->height : height_;
    auto canvas = pool_.get(PixelFormat::i420, width, height);
    if (shown_)
        copy(*shown_->pixels, *canvas);
    return canvas;
}

}  // namespace render

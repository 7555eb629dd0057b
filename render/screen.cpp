#include "render/screen.hpp"

#include "transport/scale.hpp"

#include <cstring>
#include <ctime>

namespace render {

using namespace transport;

namespace {

/// The decoder goes on predicting from its picture: words are drawn on a copy.
void copy(const Pixels& from, Pixels& to) {
    for (int plane = 0; plane < to.plane_count(); ++plane) {
        const auto width = static_cast<std::size_t>(to.plane_width(plane));
        for (int y = 0; y < to.plane_height(plane); ++y) {
            if (plane < from.plane_count())
                std::memcpy(to.row(plane, y), from.row(plane, y), width);
            else
                std::memset(to.row(plane, y), 128, width);  // a grey picture has neutral chroma
        }
    }
}

}  // namespace

Screen::Screen(const Options& options, Timestamp now)
    : freshness_{options.freshness},
      panel_{options.freshness.wall_speed_cm_per_s},
      began_{now},
      width_{options.canvas_width},
      height_{options.canvas_height} {}

void Screen::took(Modality modality, Microseconds captured_to_presented) {
    view_.captured_to_presented.at(index(modality)) = captured_to_presented;
}

void Screen::paths(int all, int carrying) {
    view_.paths = all;
    view_.paths_carrying = carrying;
}

Received Screen::enlarged(const Received& picture) {
    const auto& canvas = picture.stamp.canvas;
    if (canvas.height * 10 >= height_ * 9) return picture;
    auto out = picture;
    const double factor = static_cast<double>(height_) / canvas.height;
    const auto times = [factor](int pixels) { return static_cast<int>(pixels * factor); };
    const auto grow = [&](Rect& rect) { rect = {times(rect.x), times(rect.y), times(rect.width), times(rect.height)}; };
    out.pixels =
        scaled_to(picture.pixels, times(picture.pixels->width) / 2 * 2, times(picture.pixels->height) / 2 * 2, pool_);
    grow(out.stamp.canvas);
    grow(out.stamp.overlay);
    grow(out.stamp.placing.drawn);
    for (auto& source : out.stamp.sources) {
        grow(source.pane);
        grow(source.image);
        source.code = {};  // its blocks are no longer where a reader looks for them
    }
    return out;
}

SharedPixels Screen::draw(const Received* picture, Timestamp now) {
    if (picture != nullptr) freshness_.saw(picture->stamp, now);
    view_.states = freshness_.judge(now);
    view_.wall_clock = std::time(nullptr);
    const bool freeze = freeze_wanted_ && held_;
    if (freeze && !view_.freeze) view_.freeze = Freeze{now, view_.states.fusion.trusted};
    if (!freeze) view_.freeze.reset();
    if (picture != nullptr && !freeze) held_ = enlarged(*picture);

    if (!held_) {
        auto canvas = pool_.get(PixelFormat::i420, width_, height_);
        draw_waiting(*canvas, now - began_);
        return canvas;
    }
    auto canvas = pool_.get(PixelFormat::i420, held_->pixels->width, held_->pixels->height);
    copy(*held_->pixels, *canvas);
    panel_.draw(*canvas, held_->stamp, view_, now);
    return canvas;
}

}  // namespace render

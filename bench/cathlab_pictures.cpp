#include "bench/cathlab_pictures.hpp"

#include "bench/reference.hpp"
#include "transport/timecode.hpp"

#include <fmt/format.h>

#include <cstring>

namespace bench {

using namespace transport;

namespace {

constexpr double cathlab_rate = 30;
constexpr Microseconds cathlab_period{33'333};

StreamId cathlab_stream(Modality modality) {
    return static_cast<StreamId>(1 + static_cast<int>(modality));
}

std::vector<SharedPixels> loop_of(Modality modality, int width, int height) {
    return synthetic_loop(modality, cathlab_rate, fmt::format("synthetic?width={}&height={}", width, height));
}

/// Image in the left top corner, black around it: as the capture node pads it.
std::shared_ptr<Pixels> with_strip(const Pixels& image, PixelPool& pool) {
    auto out = pool.get(image.format, padded_width(image.width), padded_height(image.height));
    for (int plane = 0; plane < out->plane_count(); ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y) {
            std::memset(out->row(plane, y), plane == 0 ? 0 : 128, static_cast<std::size_t>(out->plane_width(plane)));
            if (y < image.plane_height(plane))
                std::memcpy(out->row(plane, y), image.row(plane, y),
                            static_cast<std::size_t>(image.plane_width(plane)));
        }
    return out;
}

}  // namespace

CathlabPictures::CathlabPictures(const PictureSizes& sizes, bool codes)
    : codes_{codes},
      echo_{sizes.echo_width, sizes.echo_height, loop_of(Modality::ultrasound, sizes.echo_width, sizes.echo_height)},
      xray_{sizes.xray_width, sizes.xray_height, loop_of(Modality::xray, sizes.xray_width, sizes.xray_height)},
      plan_{augment::plan(Layout::fused, sizes.canvas_width, sizes.canvas_height,
                          {{{echo_.width, echo_.height}, {xray_.width, xray_.height}, {0, 0}}}, {}, codes)} {
    if (!codes_) return;
    add_code(echo_, cathlab_stream(Modality::ultrasound));
    add_code(xray_, cathlab_stream(Modality::xray));
}

void CathlabPictures::add_code(Loop& loop, StreamId stream) {
    std::uint32_t sequence = 0;
    for (auto& frame : loop.frames) {
        auto coded = with_strip(*frame, pool_);
        const auto strip = timecode_rect(loop.height);
        write_timecode(*coded, strip.x, strip.y, {stream, sequence, cathlab_period.count() * sequence});
        ++sequence;
        frame = std::move(coded);
    }
}

SharedPixels CathlabPictures::source(const SourceFrame& which) const {
    const auto& frames = loop(which.stream).frames;
    return frames[which.number % frames.size()];
}

FrameHeader CathlabPictures::header(const SourceFrame& which) const {
    FrameHeader out;
    out.stream = cathlab_stream(which.stream);
    out.sequence = static_cast<std::uint32_t>(which.number);
    out.modality = which.stream;
    out.width = loop(which.stream).width;
    out.height = loop(which.stream).height;
    out.period = cathlab_period;
    out.timecode = codes_;
    return out;
}

augment::Paired CathlabPictures::pair(const SourceFrame& which, const SharedPixels& decoded) {
    auto& place = which.stream == Modality::xray ? newest_.xray : newest_.ultrasound;
    place = Frame{header(which), decoded};
    newest_.leader = which.stream;
    return newest_;
}

augment::Scene CathlabPictures::scene(const augment::Paired& frames) const {
    augment::Scene out{plan_, frames, 0.5, {}, false, EchoHue::gold};
    if (frames.xray && frames.ultrasound && plan_.echo_to_canvas)
        out.overlay = augment::EchoOverlay::by_hand(*plan_.echo_to_canvas);
    return out;
}

}  // namespace bench

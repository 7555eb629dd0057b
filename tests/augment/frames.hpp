// Frames for the tests of pairing and of fusion.
#pragma once

#include "transport/frame.hpp"
#include "transport/pool.hpp"
#include "transport/timecode.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace frames {

inline transport::SharedPixels picture(transport::PixelFormat format, int width, int height, auto value) {
    auto out = transport::PixelPool{}.get(format, width, height);
    for (int plane = 0; plane < out->plane_count(); ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y)
            for (int x = 0; x < out->plane_width(plane); ++x)
                out->row(plane, y)[x] = static_cast<std::uint8_t>(std::clamp<double>(value(plane, x, y), 0, 255));
    return out;
}

inline transport::Frame frame(transport::Modality modality, transport::SharedPixels pixels, int width, int height) {
    transport::Frame out;
    out.header.modality = modality;
    out.header.width = width;
    out.header.height = height;
    out.pixels = std::move(pixels);
    return out;
}

/// Speckle of a few pixels' grain in a sector, black around it, with a patch of red and one of dark blue flow.
inline transport::Frame echo(int width, int height, transport::PixelFormat format = transport::PixelFormat::i420) {
    const auto value = [=](int plane, int px, int py) -> double {
        const double scale = plane == 0 ? 1 : 2;
        const double x = (px + 0.5) * scale / width - 0.5;
        const double y = (py + 0.5) * scale / height;
        const bool sector = std::abs(x) < 0.05 + 0.45 * y && std::hypot(x, y) < 0.95;
        const bool red = std::hypot(x - 0.05, y - 0.5) < 0.1;
        const bool blue = std::hypot(x + 0.1, y - 0.7) < 0.08;
        if (plane > 0) return red ? (plane == 1 ? 90 : 220) : blue ? (plane == 1 ? 230 : 110) : 128;
        if (blue) return 30;
        const double grain = std::sin(px * 0.7 + 2 * std::sin(py * 0.31)) * std::cos(py * 0.6 - std::sin(px * 0.23));
        return sector ? 110 + 90 * grain : 0;
    };
    return frame(transport::Modality::ultrasound, picture(format, width, height, value), width, height);
}

/// A bright field with ribs and a thin dark wire.
inline transport::Frame xray(int width, int height, transport::PixelFormat format = transport::PixelFormat::gray8) {
    const auto value = [=](int plane, int px, int py) -> double {
        if (plane > 0) return 128;
        const double x = static_cast<double>(px) / width;
        const double y = static_cast<double>(py) / height;
        const double wire = std::exp(-std::pow((x - 0.5 - 0.2 * std::sin(4 * y)) * width / 2.0, 2));
        return 150 + 40 * std::sin(20 * y + 3 * x) - 90 * wire;
    };
    return frame(transport::Modality::xray, picture(format, width, height, value), width, height);
}

/// The same frame in a picture that is padded and carries the in-picture code.
inline transport::Frame coded(const transport::Frame& plain, transport::Timecode code) {
    const auto& from = *plain.pixels;
    const int width = plain.header.width;
    const int height = plain.header.height;
    auto out =
        transport::PixelPool{}.get(from.format, transport::padded_width(width), transport::padded_height(height));
    for (int plane = 0; plane < out->plane_count(); ++plane)
        for (int y = 0; y < out->plane_height(plane); ++y)
            for (int x = 0; x < out->plane_width(plane); ++x)  // bright padding: it would show if it were drawn
                out->row(plane, y)[x] = x < from.plane_width(plane) && y < from.plane_height(plane)
                                            ? from.row(plane, y)[x]
                                            : std::uint8_t{200};
    transport::write_timecode(*out, 0, transport::timecode_rect(height).y, code);
    auto frame = plain;
    frame.header.timecode = true;
    frame.pixels = out;
    return frame;
}

}  // namespace frames

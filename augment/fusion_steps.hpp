// A scene as a list of things to do, decided once for both twins. No pixels are touched here.
#pragma once

#include "augment/fusion.hpp"
#include "augment/fusion_math.hpp"

#include <vector>

namespace augment {

/// A source's image, scaled into a rectangle of the canvas.
struct DrawImage {
    const transport::Frame* frame = nullptr;
    transport::Rect to;
    int width = 0;  ///< of the image inside the source's padded pixels
    int height = 0;
    int halvings = 0;  ///< before the bilinear step
};

/// The echo over the X-ray's image `to`.
struct DrawBlend {
    const transport::Frame* frame = nullptr;
    transport::Rect to;
    int width = 0;
    int height = 0;
    int halvings = 0;
    Mat3 canvas_to_echo;  ///< canvas pixels → echo pixels, not halved; homogeneous, third coordinate positive in front
    std::optional<transport::EchoSector> sector;
    transport::PixelSpacing spacing;
    Mixing mixing;
};

/// A source's code strip, copied as it is.
struct DrawCode {
    const transport::Frame* frame = nullptr;
    transport::Rect from;
    transport::Rect to;
};

struct Steps {
    std::vector<transport::Rect> black;  ///< no two overlap; nothing else is drawn there
    std::vector<DrawImage> images;       ///< bottom first
    std::optional<DrawBlend> blend;      ///< after images[0], which is the X-ray then
    std::vector<DrawCode> codes;
};

/// Leaves out what has no pixels. Pointers are into `scene`. Throws std::runtime_error when `canvas` is not an i420
/// picture of the plan's size.
[[nodiscard]] Steps steps_for(const transport::Pixels& canvas, const Scene& scene);

/// What of `whole` none of `taken` covers, as rectangles that do not overlap.
[[nodiscard]] std::vector<transport::Rect> uncovered(transport::Rect whole, const std::vector<transport::Rect>& taken);

}  // namespace augment

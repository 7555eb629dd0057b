// Where things stand on the canvas. Pure arithmetic: no pixels, no time.
#pragma once

#include "transport/frame.hpp"
#include "transport/options.hpp"

#include <array>
#include <optional>

namespace augment {

/// Affine map of pixel centres, [x' y'] = [a b c; d e f] [x y 1].
struct Affine {
    double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
    [[nodiscard]] double x(double from_x, double from_y) const { return a * from_x + b * from_y + c; }
    [[nodiscard]] double y(double from_x, double from_y) const { return d * from_x + e * from_y + f; }
    /// Throws std::runtime_error when the map cannot be undone (its determinant is 0).
    [[nodiscard]] Affine inverse() const;
    bool operator==(const Affine&) const = default;
};

/// One source on the canvas. Empty rectangles: not shown.
struct Place {
    transport::Rect pane;   ///< title bar (drawn by the display) above the image
    transport::Rect image;  ///< whole image, aspect kept, even coordinates and size
    transport::Rect code;   ///< fixed per modality, below the canvas; empty without in-picture code
    bool operator==(const Place&) const = default;
};

/// fused: X-ray large on the left with the echo blended over it, the echo by itself on the right (it stays live
/// when the X-ray pauses), room for the display's words below it. The other layouts as their names say; in
/// picture-in-picture the echo stands beside the X-ray as long as there is room, else in its lower right corner.
/// The camera, when there is one, is an inset that covers neither X-ray nor echo where that can be had, and no
/// title bar ever. A modality that is not there leaves its room empty: nothing jumps when it comes.
struct Plan {
    int width = 0;   ///< of the whole picture, pixels
    int height = 0;  ///< canvas plus the rows of the in-picture codes
    transport::Rect canvas;
    std::array<Place, 3> places;           ///< by Modality
    std::optional<Affine> echo_to_canvas;  ///< fused only: echo image pixels → canvas pixels
    transport::Rect overlay;               ///< its bounding box, clipped to the X-ray's image; empty without
    transport::Rect banner;                ///< for the session banner: lower right, over no pane
    bool operator==(const Plan&) const = default;

    [[nodiscard]] const Place& place(transport::Modality modality) const { return places[index(modality)]; }
};

struct SourceSize {
    int width = 0;  ///< 0: this modality is not there
    int height = 0;
};

/// Height of a pane's title bar for a canvas of that height: 48 of 720 pixels, even.
[[nodiscard]] int title_height(int canvas_height);

/// Odd canvas sizes are made even. Below 320x240 only the arithmetic is promised, not that one can read anything.
[[nodiscard]] Plan plan(transport::Layout layout, int canvas_width, int canvas_height,
                        const std::array<SourceSize, 3>& sources, const transport::Similarity& overlay, bool timecode);

}  // namespace augment

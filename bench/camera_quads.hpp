// In-picture codes as a camera sees them: turned, in perspective, dim, blurred.
#pragma once

#include "transport/frame.hpp"
#include "transport/timecode.hpp"

#include <array>
#include <optional>
#include <vector>

namespace bench {

/// Pixels of the camera's picture; a pixel's middle is at .5.
struct CameraPoint {
    double x = 0;
    double y = 0;
};

/// A strip's corners: left top, right top, right bottom, left bottom of the strip itself.
struct Quad {
    std::array<CameraPoint, 4> corners{};

    [[nodiscard]] CameraPoint middle() const;
    [[nodiscard]] double top() const;  ///< of its bounding box
    [[nodiscard]] double bottom() const;
    /// Where a point of the strip (0..1 from its left, 0..1 from its top) stands in the picture.
    [[nodiscard]] CameraPoint at(double across, double down) const;
};

struct SeenQuad {
    Quad where;
    transport::Timecode code;
};

/// Nothing when the code cannot be read, as in a picture whose exposure saw two of them.
[[nodiscard]] std::optional<transport::Timecode> read_quad(const transport::Pixels& picture, const Quad& where);

/// All strips that can be read, turned by up to 15 degrees or so, in mild perspective, with blocks of 3.5 pixels at
/// least. Takes 50 ms or so.
[[nodiscard]] std::vector<SeenQuad> find_quads(const transport::Pixels& picture);

}  // namespace bench

// Where the echo lies on the rows of the canvas: which columns it covers, and the way from there into its pixels. The
// same for both twins. No pixels are touched here.
#pragma once

#include "augment/fusion_math.hpp"
#include "augment/fusion_steps.hpp"

#include <array>

namespace augment {

/// Columns [from, to).
struct Stretch {
    int from = 0;
    int to = 0;
    [[nodiscard]] bool empty() const { return from >= to; }
    bool operator==(const Stretch&) const = default;
};

/// A row meets the sector in two stretches where it passes beside the transducer. Left to right, empty ones last.
using Stretches = std::array<Stretch, 2>;

SCIALYTIC_ANYWHERE constexpr bool holds(const Stretches& covered, int x) {
    return (x >= covered[0].from && x < covered[0].to) || (x >= covered[1].from && x < covered[1].to);
}

/// Two rows of the canvas with the row of chroma between them.
struct RowPair {
    int y = 0;        ///< of the upper row, even
    Stretch columns;  ///< on even borders, holds all of both rows; empty: nothing of the echo is here
    std::array<Stretches, 2> covered{};
    std::array<WarpRow, 2> luma{};
    WarpRow chroma;  ///< by chroma columns
};

/// The border of what is drawn of the echo, as conditions on a canvas row.
class EchoBorder {
public:
    explicit EchoBorder(const DrawBlend& step);
    [[nodiscard]] Stretches covered(int y) const;

private:
    transport::Rect to_;
    std::array<Vec3, 6> sides_{};  ///< dot(side, (x, y, 1)) >= 0 inside: the image's, then the sector's
    std::size_t side_count_ = 4;
    // The sector's arcs: lateral² + depth² against (radius · front)².
    Vec3 lateral_{};
    Vec3 depth_{};
    Vec3 front_{};
    double inner_ = 0;
    double outer_ = 0;
};

[[nodiscard]] RowPair row_pair(const EchoBorder& border, const DrawBlend& step, int y);

}  // namespace augment

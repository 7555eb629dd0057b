// The neighbourhood of a catheter's tip, and what in it resembles what. Cells are the tracker's own pixels: the finer a
// picture, the more of its pixels make one.
#pragma once

#include "augment/linear.hpp"
#include "augment/registration_head.hpp"
#include "transport/frame.hpp"

#include <optional>
#include <vector>

namespace augment {

/// A square part of a picture in cells.
struct TipCells {
    int step = 1;           ///< pixels to a cell's side
    int left = 0, top = 0;  ///< of the part, in cells of the picture
    Field dark;             ///< grey levels darker than the surroundings: what absorbs is positive

    [[nodiscard]] Vec2 cell(Vec2 pixel) const {
        return {(pixel.x + 0.5) / step - 0.5 - left, (pixel.y + 0.5) / step - 0.5 - top};
    }
    [[nodiscard]] Vec2 pixel(Vec2 cell) const {
        return {(cell.x + left + 0.5) * step - 0.5, (cell.y + top + 0.5) * step - 0.5};
    }
};
/// Some 500 cells to a picture's width.
[[nodiscard]] int tip_step(int width);
/// `reach` cells to each side of `middle` (a pixel) and the one it lies in. Beyond the picture its edge goes on.
[[nodiscard]] TipCells cells_around(const transport::Pixels& xray, int width, int height, Vec2 middle, int reach);

/// Between cells; outside, the nearest.
[[nodiscard]] float sampled(const Field& field, Vec2 at);

/// How the tip looks: a square of cells around it.
inline constexpr int tip_reach = 16;  ///< cells to each side that are compared
inline constexpr int tip_margin = 7;  ///< and so many more, so that it can be turned
/// Around `at`, with its margin.
[[nodiscard]] Field tip_look(const Field& dark, Vec2 at);
/// Turned about its middle (radians, from the columns' to the rows' direction), without the margin.
[[nodiscard]] Field turned_look(const Field& look, double angle);

/// Of two looks without margin, nearer cells counting more: 1 the same, 0 nothing in common.
[[nodiscard]] double likeness(const Field& look, const Field& other);

/// Compares looks with every place of a part that is at least tip_reach from its edge.
class TipScores {
public:
    explicit TipScores(const Field& dark);
    /// A look without margin, turned to `angle`. `kept`: it is not merely the last one.
    void compare(const Field& look, double angle, bool kept);

    struct Best {
        Vec2 at;           ///< cells of the part
        double angle = 0;  ///< of the look that lies best
        double score = 0;
        double known = 0;  ///< of the looks that are kept
        double rival = 0;  ///< the best score elsewhere, less what its distance costs
    };
    /// `cost`: of the score at the part's border; what lies near `expected` goes first.
    [[nodiscard]] std::optional<Best> best(Vec2 expected, double cost) const;

private:
    struct Spot {
        float score = 0, known = 0, angle = 0;
    };
    [[nodiscard]] const Spot& spot(int x, int y) const;

    const Field& dark_;
    int side_;             ///< places in a row
    Field mean_, spread_;  ///< weighted, under each place
    Field scores_;
    std::vector<Spot> spots_;
};

}  // namespace augment

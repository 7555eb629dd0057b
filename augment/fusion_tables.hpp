// Where the columns and rows of an image lie in its source, worked out once for all that is scaled alike: a GPU divides
// slowly.
#pragma once

#include "augment/fusion_math.hpp"
#include "transport/frame.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace augment {

inline constexpr int window_bytes = 8;  ///< of a source's row, loaded at once

/// Up to four columns side by side: the window that holds their pixels, and what to take of it.
struct alignas(16) WindowColumns {
    std::int32_t first = 0;                 ///< byte of the row where the window begins
    std::uint32_t selectors = 0;            ///< a byte a column: place of the left pixel, and of the right one above it
    std::array<std::uint32_t, 2> shares{};  ///< 16 bits a column: 64 - share of the right one, and that share above it
};

/// Two rows of the source between which a row of the canvas lies.
struct alignas(16) BetweenRows {
    std::int32_t upper = 0;  ///< bytes from the plane's first
    std::int32_t lower = 0;
    std::int32_t above = 0;  ///< share of the upper row in 1/1024, so that a sum's third byte is the level
    std::int32_t below = 0;
};

/// A source's plane, and how it stands in memory.
struct ScaledPlane {
    int width = 0;
    int height = 0;
    int stride = 0;  ///< bytes
    bool operator==(const ScaledPlane&) const = default;
};

/// For one of an image's planes. A group is four columns of the canvas' luma, from a multiple of four on: four samples
/// of luma or two of chroma; those beyond the image are its border's.
struct ScaleTable {
    std::vector<WindowColumns> groups;
    std::vector<BetweenRows> rows;
};

/// `part`: 1 for luma, 2 for chroma. `to` as on the canvas, in luma pixels, even.
[[nodiscard]] ScaleTable scale_table(const ScaledPlane& plane, const transport::Rect& to, int part);

}  // namespace augment

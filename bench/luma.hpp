// The luma of a picture by itself: what quality is judged on, and the PGM files that hold it.
#pragma once

#include "transport/frame.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace bench {

struct Luma {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> values;  ///< row by row, no padding
    bool operator==(const Luma&) const = default;
};

/// A copy of that part. Throws std::invalid_argument when it does not lie inside the picture.
[[nodiscard]] Luma luma_of(const transport::Pixels& picture, const transport::Rect& part);
[[nodiscard]] Luma crop(const Luma& luma, const transport::Rect& part);

/// A pane without its outermost 16 pixels: a display may frame it there to tell its state.
[[nodiscard]] transport::Rect without_rim(const transport::Rect& pane);

/// 8-bit binary PGM. Both throw std::runtime_error naming the file.
void write_pgm(const std::filesystem::path& path, const Luma& luma);
[[nodiscard]] Luma read_pgm(const std::filesystem::path& path);

}  // namespace bench

// Means over squares of a picture, at once: from a table of sums.
#pragma once

#include "transport/frame.hpp"

#include <algorithm>
#include <vector>

namespace fakes {

class BoxMeans {
public:
    explicit BoxMeans(const transport::Pixels& picture)
        : width_{picture.width},
          height_{picture.height},
          columns_{static_cast<std::size_t>(width_) + 1},
          sums_(columns_ * (static_cast<std::size_t>(height_) + 1), 0) {
        for (int y = 0; y < height_; ++y)
            for (int x = 0; x < width_; ++x) {
                const auto i = (static_cast<std::size_t>(y) + 1) * columns_ + static_cast<std::size_t>(x) + 1;
                sums_[i] = picture.row(0, y)[x] + sums_[i - 1] + sums_[i - columns_] - sums_[i - columns_ - 1];
            }
    }
    /// Of the square of 2 · reach + 1 round that pixel, as far as it lies in the picture.
    [[nodiscard]] double operator()(int x, int y, int reach) const {
        const auto left = static_cast<std::size_t>(std::max(0, x - reach)),
                   top = static_cast<std::size_t>(std::max(0, y - reach));
        const auto right = static_cast<std::size_t>(std::min(width_, x + reach + 1));
        const auto bottom = static_cast<std::size_t>(std::min(height_, y + reach + 1));
        return (sums_[bottom * columns_ + right] - sums_[top * columns_ + right] - sums_[bottom * columns_ + left] +
                sums_[top * columns_ + left]) /
               static_cast<double>((right - left) * (bottom - top));
    }

private:
    int width_;
    int height_;
    std::size_t columns_;
    std::vector<double> sums_;
};

}  // namespace fakes

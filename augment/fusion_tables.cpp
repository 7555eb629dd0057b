#include "augment/fusion_tables.hpp"

#include <algorithm>

namespace augment {

namespace {

constexpr int group_columns = 4;  // of luma

WindowColumns window_columns(int first_sample, int count, int samples, int width) {
    constexpr int farthest = window_bytes - 2;  // reached only where a picture is made smaller than 1 in 25
    WindowColumns out;
    for (int i = 0; i < count; ++i) {
        const int position = scaled_position(std::clamp(first_sample + i, 0, samples - 1), samples, width);
        if (i == 0) out.first = position >> position_bits;
        const auto at = static_cast<unsigned>(std::min((position >> position_bits) - out.first, farthest));
        const auto share = static_cast<unsigned>(position % position_steps);
        out.selectors |= (at | (at + 1) << 4) << (8 * i);
        out.shares[static_cast<std::size_t>(i) / 2] |= ((position_steps - share) | share << 8) << (16 * (i % 2));
    }
    return out;
}

}  // namespace

ScaleTable scale_table(const ScaledPlane& plane, const transport::Rect& to, int part) {
    ScaleTable out;
    const int width = to.width / part;
    const int height = to.height / part;
    if (width <= 0 || height <= 0) return out;
    for (int x = to.x / group_columns * group_columns; x < to.x + to.width; x += group_columns)
        out.groups.push_back(window_columns((x - to.x) / part, group_columns / part, width, plane.width));
    for (int y = 0; y < height; ++y) {
        constexpr int finer = 16;
        const int position = scaled_position(y, height, plane.height);
        const int upper = position >> position_bits;
        const int share = position % position_steps;
        out.rows.push_back({upper * plane.stride, std::min(upper + 1, plane.height - 1) * plane.stride,
                            (position_steps - share) * finer, share * finer});
    }
    return out;
}

}  // namespace augment

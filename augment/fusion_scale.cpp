#include "augment/fusion_scale.hpp"

#include "augment/fusion_blend.hpp"
#include "augment/fusion_math.hpp"

#include <algorithm>
#include <cstring>

namespace augment {

namespace {

void mix_two_rows(std::int16_t* __restrict out, const std::uint8_t* __restrict upper,
                  const std::uint8_t* __restrict lower, int down, int count) {
    const auto below = static_cast<std::int16_t>(down);
    const auto above = static_cast<std::int16_t>(position_steps - down);
    for (int x = 0; x < count; ++x) out[x] = static_cast<std::int16_t>(upper[x] * above + lower[x] * below);
}

}  // namespace

RowScaler::RowScaler(int from_width, int from_height, int to_width, int to_height)
    : from_width_{from_width}, from_height_{from_height}, to_width_{to_width}, to_height_{to_height} {
    for (int x = 0; x < to_width; ++x) columns_.push_back(scaled_position(x, to_width, from_width));
    if (blend_avx2() != nullptr) plan_groups();
}

/// Whole blocks of four groups: the last ones may be of no use, and read from a place that is there.
void RowScaler::plan_groups() {
    const int groups = (to_width_ + 4 * group - 1) / (4 * group) * 4;
    for (int i = 0; i < groups; ++i) {
        auto& first = first_.emplace_back(0);
        auto& order = order_.emplace_back();
        auto& weights = weights_.emplace_back();
        for (int j = 0; j < group; ++j) {
            const auto column = static_cast<std::size_t>(std::min(i * group + j, to_width_ - 1));
            const int left = columns_[column] >> position_bits;
            const int share = columns_[column] % position_steps;
            if (j == 0) first = left;
            const int at = left - first;
            if (at > 6) {  // its right neighbour would be the ninth
                first_.clear();
                return;
            }
            const auto place = static_cast<std::size_t>(j);
            for (std::size_t k = 0; k < 4; ++k)
                order[4 * place + k] = static_cast<std::uint8_t>(2 * at + static_cast<int>(k));
            weights[2 * place] = static_cast<std::int16_t>(position_steps - share);
            weights[2 * place + 1] = static_cast<std::int16_t>(share);
        }
    }
}

RowScaler::TwoRows RowScaler::rows_for(const PlaneView& from, int y) const {
    const int at = scaled_position(y, to_height_, from_height_);
    const int upper = at >> position_bits;
    return {from.row(upper), from.row(std::min(upper + 1, from_height_ - 1)), at % position_steps};
}

std::int16_t* RowScaler::between() const {
    constexpr std::size_t behind = 16;
    static thread_local std::vector<std::int16_t> row;
    if (row.size() < static_cast<std::size_t>(from_width_) + behind)
        row.resize(static_cast<std::size_t>(from_width_) + behind);
    return row.data();
}

void RowScaler::row(std::uint8_t* out, const PlaneView& from, int y) const {
    if (fits(from_width_, from_height_, from_width_, from_height_)) {
        std::memcpy(out, from.row(y), static_cast<std::size_t>(to_width_));
        return;
    }
    if (first_.empty()) {
        row_portable(out, from, y);
        return;
    }
    auto* const mixed = between();
    down_avx2(mixed, rows_for(from, y));
    across_avx2(out, mixed);
}

void RowScaler::row_portable(std::uint8_t* out, const PlaneView& from, int y) const {
    auto* const mixed = between();
    const auto rows = rows_for(from, y);
    mix_two_rows(mixed, rows.upper, rows.lower, rows.down, from_width_);
    across_portable(out, mixed);
}

void RowScaler::across_portable(std::uint8_t* out, const std::int16_t* between) const {
    constexpr int half = position_steps * position_steps / 2;
    for (int x = 0; x < to_width_; ++x) {
        const int column = columns_[static_cast<std::size_t>(x)];
        const int share = column % position_steps;
        const auto* at = between + (column >> position_bits);
        out[x] =
            static_cast<std::uint8_t>((at[0] * (position_steps - share) + at[1] * share + half) >> (2 * position_bits));
    }
}

}  // namespace augment

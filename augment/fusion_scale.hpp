// A source's plane scaled to its size on the canvas, row by row, straight into the canvas: bilinear, in 1/64 pixel.
#pragma once

#include "augment/fusion_texture.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace augment {

class RowScaler {
public:
    RowScaler() = default;
    RowScaler(int from_width, int from_height, int to_width, int to_height);

    /// Row `y` of the scaled plane. `from` has the size that was named. Several threads may ask
    /// for rows of one scaler at once.
    void row(std::uint8_t* out, const PlaneView& from, int y) const;
    /// The same, bit by bit, on any processor.
    void row_portable(std::uint8_t* out, const PlaneView& from, int y) const;

    [[nodiscard]] bool fits(int from_width, int from_height, int to_width, int to_height) const {
        return from_width_ == from_width && from_height_ == from_height && to_width_ == to_width &&
               to_height_ == to_height;
    }

private:
    static constexpr int group = 4;  ///< neighbours on the canvas that come out of 8 of the source

    /// Between two rows of the source, 64ths.
    struct TwoRows {
        const std::uint8_t* upper;
        const std::uint8_t* lower;
        int down;
    };
    [[nodiscard]] TwoRows rows_for(const PlaneView& from, int y) const;
    /// One row between two of the source, times 64; a few more samples behind it may be read. The calling thread's own.
    [[nodiscard]] std::int16_t* between() const;
    void across_portable(std::uint8_t* out, const std::int16_t* between) const;
    // Only where the processor has AVX2.
    void down_avx2(std::int16_t* between, const TwoRows& rows) const;
    void across_avx2(std::uint8_t* out, const std::int16_t* between) const;
    void plan_groups();

    int from_width_ = 0;
    int from_height_ = 0;
    int to_width_ = 0;
    int to_height_ = 0;
    std::vector<int> columns_;  ///< in 1/64 pixel of the source
    // By group: where it begins, which bytes of 16 it takes, and their weights. Empty: no AVX2, or a scale below 1/2.
    std::vector<int> first_;
    std::vector<std::array<std::uint8_t, 16>> order_;
    std::vector<std::array<std::int16_t, 8>> weights_;
};

}  // namespace augment

// The echo's pixels, laid so that the four around a position are one load.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace augment {

/// A plane to be read.
struct PlaneView {
    const std::uint8_t* data = nullptr;
    int stride = 0;  ///< bytes
    int width = 0;
    int height = 0;
    [[nodiscard]] const std::uint8_t* row(int y) const { return data + static_cast<std::ptrdiff_t>(y) * stride; }
};

/// Each pixel beside the one below it; the borders' pixels are repeated once beyond them. Twice the echo's bytes,
/// written once for each of its frames.
class EchoTexture {
public:
    void set_luma(const PlaneView& plane);
    /// Empty planes: grey, chroma neutral everywhere.
    void set_chroma(const PlaneView& u, const PlaneView& v);

    [[nodiscard]] bool grey() const { return chroma_width_ == 0; }
    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] int chroma_width() const { return chroma_width_; }
    [[nodiscard]] int chroma_height() const { return chroma_height_; }
    /// (x, y), (x, y + 1), (x + 1, y), (x + 1, y + 1): four bytes from luma() + y · luma_stride() + 2 · x.
    [[nodiscard]] const std::uint8_t* luma() const { return luma_.data(); }
    [[nodiscard]] int luma_stride() const { return luma_stride_of(width_); }
    /// u (x, y), u (x, y + 1), v (x, y), v (x, y + 1), and the same of x + 1: eight bytes from 4 · x.
    [[nodiscard]] const std::uint8_t* chroma() const { return chroma_.data(); }
    [[nodiscard]] int chroma_stride() const { return chroma_stride_of(chroma_width_); }
    [[nodiscard]] static constexpr int luma_stride_of(int width) { return 2 * (width + 1); }
    [[nodiscard]] static constexpr int chroma_stride_of(int chroma_width) { return 4 * (chroma_width + 1); }

private:
    int width_ = 0;
    int height_ = 0;
    int chroma_width_ = 0;
    int chroma_height_ = 0;
    std::vector<std::uint8_t> luma_;
    std::vector<std::uint8_t> chroma_;
};

}  // namespace augment

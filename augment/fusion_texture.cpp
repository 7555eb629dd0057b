#include "augment/fusion_texture.hpp"

#include <algorithm>

namespace augment {

namespace {

using Octet = std::uint8_t;

void interleave(Octet* __restrict out, const Octet* __restrict upper, const Octet* __restrict lower, int count) {
    for (int x = 0; x < count; ++x) {
        out[2 * x] = upper[x];
        out[2 * x + 1] = lower[x];
    }
}

void interleave_four(Octet* __restrict out, const Octet* __restrict u0, const Octet* __restrict u1,
                     const Octet* __restrict v0, const Octet* __restrict v1, int count) {
    for (int x = 0; x < count; ++x) {
        out[4 * x] = u0[x];
        out[4 * x + 1] = u1[x];
        out[4 * x + 2] = v0[x];
        out[4 * x + 3] = v1[x];
    }
}

void grow(std::vector<Octet>& bytes, int stride, int height) {
    bytes.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(height));
}

}  // namespace

void EchoTexture::set_luma(const PlaneView& plane) {
    width_ = plane.width;
    height_ = plane.height;
    grow(luma_, luma_stride(), height_);
    auto* out = luma_.data();
    for (int y = 0; y < height_; ++y, out += luma_stride()) {
        interleave(out, plane.row(y), plane.row(std::min(y + 1, height_ - 1)), width_);
        std::copy_n(out + 2 * (width_ - 1), 2, out + 2 * width_);
    }
}

void EchoTexture::set_chroma(const PlaneView& u, const PlaneView& v) {
    chroma_width_ = u.width;
    chroma_height_ = u.height;
    grow(chroma_, chroma_stride(), chroma_height_);
    auto* out = chroma_.data();
    for (int y = 0; y < chroma_height_; ++y, out += chroma_stride()) {
        const int below = std::min(y + 1, chroma_height_ - 1);
        interleave_four(out, u.row(y), u.row(below), v.row(y), v.row(below), chroma_width_);
        std::copy_n(out + 4 * (chroma_width_ - 1), 4, out + 4 * chroma_width_);
    }
}

}  // namespace augment

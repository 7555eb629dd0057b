#include "augment/overlay_decal.hpp"

#include "augment/canvas_window.hpp"

#include <algorithm>
#include <cstring>

namespace augment {

using transport::Pixels;
using transport::Rect;

namespace {

// As vectors by name: the compiler does not find them in a loop of eight.
using Eight [[gnu::vector_size(8)]] = std::uint8_t;
using EightWide [[gnu::vector_size(16)]] = std::uint16_t;

Eight eight_at(const std::uint8_t* samples) {
    Eight out;
    std::memcpy(&out, samples, sizeof out);
    return out;
}

void paint(Pixels& picture, const Rect& where, std::uint8_t value) {
    for (int plane = 0; plane < picture.plane_count(); ++plane) {
        const int part = plane == 0 ? 1 : 2;
        for (int row = where.y / part; row < (where.y + where.height) / part; ++row)
            std::fill_n(picture.row(plane, row) + where.x / part, where.width / part, value);
    }
}

}  // namespace

Decal::Decal(const Pixels& on_black, const Pixels& on_white, const Rect& where) {
    for (int plane = 0; plane < on_black.plane_count(); ++plane) {
        const int part = plane == 0 ? 1 : 2;
        const int last = on_black.plane_width(plane) - together;  // no block leaves the picture
        const int end = last < 0 ? 0 : (where.x + where.width) / part;
        for (int row = where.y / part; row < (where.y + where.height) / part; ++row) {
            const auto* black = on_black.row(plane, row);
            const auto* white = on_white.row(plane, row);
            for (int column = where.x / part; column < end; ++column) {
                if (black[column] == 0 && white[column] == 255) continue;
                Block block;
                const int first = std::min(column, last);
                block.plane = static_cast<std::uint8_t>(plane);
                block.row = static_cast<std::uint16_t>(row);
                block.column = static_cast<std::uint16_t>(first);
                block.kept.fill(255);
                for (; column < first + together; ++column) {
                    const auto at = static_cast<std::size_t>(column - first);
                    block.kept.at(at) = static_cast<std::uint8_t>(white[column] - black[column]);
                    block.added.at(at) = black[column];
                }
                --column;
                blocks_.push_back(block);
            }
        }
    }
}

void Decal::lay_on(Pixels& picture) const {
    // The product divided by 255, rounded.
    for (const auto& block : blocks_) {
        auto* samples = picture.row(block.plane, block.row) + block.column;
        const auto wide = __builtin_convertvector(eight_at(samples), EightWide) *
                              __builtin_convertvector(eight_at(block.kept.data()), EightWide) +
                          128;
        const auto mixed = __builtin_convertvector((wide + (wide >> 8)) >> 8, Eight) + eight_at(block.added.data());
        std::memcpy(samples, &mixed, sizeof mixed);
    }
}

Decal DecalPad::draw(int width, int height, const Draw& draw) {
    if (!black_ || black_->width < width || black_->height < height) {
        const int widest = std::max(width, black_ ? black_->width : 0);
        const int highest = std::max(height, black_ ? black_->height : 0);
        const auto blank = [&](std::uint8_t value) {
            auto pixels = pool_.get(transport::PixelFormat::i420, widest, highest);
            paint(*pixels, {0, 0, widest, highest}, value);
            return pixels;
        };
        black_ = blank(0);
        white_ = blank(255);
    }
    auto black = window_of(*black_, {0, 0, width, height});
    auto white = window_of(*white_, {0, 0, width, height});
    const auto where = draw(black);
    draw(white);
    Decal decal{black, white, where};
    paint(black, where, 0);
    paint(white, where, 255);
    return decal;
}

}  // namespace augment

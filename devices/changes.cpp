#include "devices/changes.hpp"

#include <algorithm>
#include <cstring>

namespace devices {

using transport::Pixels;
using transport::Rect;

namespace {

/// Columns, in luma.
struct Span {
    int from;
    int to;
};

std::uint64_t word_at(const std::uint8_t* at) {
    std::uint64_t out = 0;
    std::memcpy(&out, at, sizeof out);
    return out;
}

/// Widens `span` to where the two rows differ, in whole blocks of that many bytes.
void widen(Span& span, const std::uint8_t* before, const std::uint8_t* now, int bytes, int block, int columns_a_byte) {
    const auto same = [&](int from) {
        if (from + block > bytes)
            return std::memcmp(before + from, now + from, static_cast<std::size_t>(bytes - from)) == 0;
        std::uint64_t differs = 0;  // a call a block would take longer than the comparison
        for (int i = from; i < from + block; i += 8) differs |= word_at(before + i) ^ word_at(now + i);
        return differs == 0;
    };
    int first = 0;
    while (first < bytes && first * columns_a_byte < span.from && same(first)) first += block;
    if (first >= bytes) return;
    if (first * columns_a_byte < span.from) span.from = first * columns_a_byte;
    int last = (bytes - 1) / block * block;
    while (last >= 0 && (last + block) * columns_a_byte > span.to && same(last)) last -= block;
    span.to = std::max(span.to, (last + block) * columns_a_byte);
}

}  // namespace

Rect changed(const Pixels& before, const Pixels& now, int y) {
    const int height = std::min(change_band, now.height - y);
    Span span{now.width, 0};
    for (int plane = 0; plane < 3; ++plane) {
        const int part = plane == 0 ? 1 : 2;
        for (int row = y / part; row < (y + height) / part; ++row)
            widen(span, before.row(plane, row), now.row(plane, row), now.plane_width(plane), change_column / part,
                  part);
    }
    if (span.from >= span.to) return {};
    return {span.from, y, std::min(span.to, now.width) - span.from, height};
}

}  // namespace devices

#include "devices/mask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace devices {

namespace {

using transport::Pixels;
using transport::Rect;

/// One byte per pixel column of a row: inside any of the rectangles?
void mark_row(std::vector<std::uint8_t>& row, const std::vector<Rect>& rects, int y, std::uint8_t value) {
    const auto width = static_cast<std::int64_t>(row.size());
    for (const auto& rect : rects) {
        if (y < rect.y || y - rect.y >= rect.height) continue;
        const auto from = std::clamp<std::int64_t>(rect.x, 0, width);
        const auto to = std::clamp<std::int64_t>(std::int64_t{rect.x} + rect.width, from, width);
        std::fill(row.begin() + from, row.begin() + to, value);
    }
}

}  // namespace

void Mask::apply(Pixels& picture) const {
    if (empty()) return;
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(picture.width));
    for (int y = 0; y < picture.height; ++y) {
        std::fill(kept.begin(), kept.end(), keep.empty() ? std::uint8_t{1} : std::uint8_t{0});
        mark_row(kept, keep, y, 1);
        mark_row(kept, black, y, 0);
        auto* luma = picture.row(0, y);
        for (std::size_t x = 0; x < kept.size(); ++x)
            if (kept[x] == 0) luma[x] = 0;
        if (picture.plane_count() == 1 || y % 2 != 0) continue;
        // A chroma sample goes with the left top one of its four pixels.
        auto* u = picture.row(1, y / 2);
        auto* v = picture.row(2, y / 2);
        for (std::size_t x = 0; x < kept.size() / 2; ++x)
            if (kept[2 * x] == 0) u[x] = v[x] = 128;
    }
}

std::vector<Rect> read_masks(const std::vector<std::string>& texts) {
    std::vector<Rect> masks;
    for (const auto& text : texts) {
        Rect rect;
        int used = 0;
        const int fields =
            std::sscanf(text.c_str(), "%d ,%d ,%d ,%d %n", &rect.x, &rect.y, &rect.width, &rect.height, &used);
        if (fields != 4 || static_cast<std::size_t>(used) != text.size() || rect.empty())
            throw std::runtime_error(fmt::format("mask '{}': expected x,y,width,height in pixels", text));
        masks.push_back(rect);
    }
    return masks;
}

std::int64_t covered_area(const std::vector<Rect>& rects, int width, int height) {
    std::int64_t area = 0;
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width));
    for (int y = 0; y < height; ++y) {
        std::fill(row.begin(), row.end(), std::uint8_t{0});
        mark_row(row, rects, y, 1);
        area += std::count(row.begin(), row.end(), std::uint8_t{1});
    }
    return area;
}

}  // namespace devices

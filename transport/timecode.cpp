#include "transport/timecode.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <stdexcept>

namespace transport {

namespace {
constexpr std::uint8_t magic = 0b1011'0010;  // as many white blocks as black ones: both levels are told by it
constexpr std::uint8_t black = 16;
constexpr std::uint8_t white = 235;
constexpr std::uint8_t neutral = 128;
constexpr double least_contrast = 48;  // of the 219 that were written: below it there is no strip here
constexpr std::size_t checked_bytes = 14;

using Bytes = std::array<std::uint8_t, 16>;  // the 128 blocks, row by row

std::uint16_t crc16_ccitt_false(std::span<const std::uint8_t> bytes) {
    std::uint32_t crc = 0xFFFF;
    for (const auto byte : bytes) {
        crc ^= static_cast<std::uint32_t>(byte) << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021U : 0U);
        crc &= 0xFFFF;
    }
    return static_cast<std::uint16_t>(crc);
}

void put(Bytes& bytes, std::size_t first, std::size_t count, std::uint64_t value) {
    for (std::size_t i = 0; i < count; ++i)
        bytes[first + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
}

std::uint64_t get(const Bytes& bytes, std::size_t first, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[first + i];
    return value;
}

Bytes packed(const Timecode& code) {
    Bytes bytes{};
    bytes[0] = magic;
    put(bytes, 1, 2, code.stream);
    put(bytes, 3, 4, code.sequence);
    put(bytes, 7, 7, static_cast<std::uint64_t>(code.time_us));
    put(bytes, checked_bytes, 2, crc16_ccitt_false(std::span{bytes}.first<checked_bytes>()));
    return bytes;
}

bool bit(const Bytes& bytes, int block) {
    return (bytes[static_cast<std::size_t>(block / 8)] >> (7 - block % 8) & 1) != 0;
}

void fill_rows(Pixels& picture, int plane, const Rect& where, std::uint8_t value) {
    for (int y = where.y; y < where.y + where.height; ++y)
        std::memset(picture.row(plane, y) + where.x, value, static_cast<std::size_t>(where.width));
}

/// How much of pixel `index` lies within [from, to), 0..1.
double share(int index, double from, double to) {
    return std::min<double>(index + 1, to) - std::max<double>(index, from);
}

/// Mean luma of the middle half of a block, cut pixels by their share: lines ringing and scaling smear stay outside.
double level(const Pixels& picture, const Rect& where, int block) {
    const double width = static_cast<double>(where.width) / timecode_columns;
    const double height = static_cast<double>(where.height) / timecode_rows;
    const int column = block % timecode_columns;
    const int line = block / timecode_columns;
    const double left = where.x + (column + 0.25) * width;
    const double top = where.y + (line + 0.25) * height;
    const double right = left + width / 2;
    const double bottom = top + height / 2;
    double sum = 0;
    for (int y = static_cast<int>(top); y < bottom; ++y) {
        const auto* row = picture.row(0, y);
        double row_sum = 0;
        for (int x = static_cast<int>(left); x < right; ++x) row_sum += row[x] * share(x, left, right);
        sum += row_sum * share(y, top, bottom);
    }
    return sum / ((right - left) * (bottom - top));
}

/// The luma between this strip's own black and white, as the magic's blocks show them; nothing if that is no magic.
std::optional<double> threshold(const Pixels& picture, const Rect& where) {
    std::array<double, 8> levels{};
    double bright = 0;
    double dark = 0;
    for (int i = 0; i < 8; ++i) {
        const double here = levels[static_cast<std::size_t>(i)] = level(picture, where, i);
        ((magic >> (7 - i) & 1) != 0 ? bright : dark) += here / 4;
    }
    if (bright - dark < least_contrast) return std::nullopt;
    const double middle = (bright + dark) / 2;
    for (int i = 0; i < 8; ++i)
        if ((levels[static_cast<std::size_t>(i)] > middle) != ((magic >> (7 - i) & 1) != 0)) return std::nullopt;
    return middle;
}

bool inside(const Pixels& picture, const Rect& where) {
    return where.x >= 0 && where.y >= 0 && where.width <= picture.width && where.height <= picture.height &&
           where.x <= picture.width - where.width && where.y <= picture.height - where.height;
}

int even(int length) {
    return length + (length & 1);
}
}  // namespace

int padded_width(int image_width) {
    return std::max(even(image_width), timecode_width);
}
int padded_height(int image_height) {
    return even(image_height) + timecode_height;
}
Rect timecode_rect(int image_height) {
    return {0, even(image_height), timecode_width, timecode_height};
}

void write_timecode(Pixels& picture, int x, int y, const Timecode& code) {
    const Rect strip{x, y, timecode_width, timecode_height};
    if (!inside(picture, strip) || x % 2 != 0 || y % 2 != 0)
        throw std::invalid_argument("in-picture code: the strip does not lie inside the picture at even coordinates");
    const auto bytes = packed(code);
    for (int block = 0; block < timecode_columns * timecode_rows; ++block)
        fill_rows(picture, 0,
                  {x + block % timecode_columns * timecode_block, y + block / timecode_columns * timecode_block,
                   timecode_block, timecode_block},
                  bit(bytes, block) ? white : black);
    for (int plane = 1; plane < picture.plane_count(); ++plane)
        fill_rows(picture, plane, {x / 2, y / 2, timecode_width / 2, timecode_height / 2}, neutral);
}

std::optional<Timecode> read_timecode(const Pixels& picture, Rect where) {
    if (where.width < timecode_columns || where.height < timecode_rows) return std::nullopt;
    if (picture.planes[0].data == nullptr || !inside(picture, where)) return std::nullopt;
    const auto middle = threshold(picture, where);
    if (!middle) return std::nullopt;
    Bytes bytes{};
    for (int block = 0; block < timecode_columns * timecode_rows; ++block) {
        auto& byte = bytes[static_cast<std::size_t>(block / 8)];
        byte = static_cast<std::uint8_t>(byte << 1 | (level(picture, where, block) > *middle ? 1 : 0));
    }
    if (get(bytes, checked_bytes, 2) != crc16_ccitt_false(std::span{bytes}.first<checked_bytes>())) return std::nullopt;
    return Timecode{static_cast<StreamId>(get(bytes, 1, 2)), static_cast<std::uint32_t>(get(bytes, 3, 4)),
                    static_cast<std::int64_t>(get(bytes, 7, 7))};
}

}  // namespace transport

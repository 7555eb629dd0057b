#include "transport/draw_glyphs.hpp"

#include <fmt/format.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace transport {

namespace {

// DejaVu's cap height is 0.729 em and its descender 0.236 em.
constexpr double cap_height_em = 0.729;
constexpr double line_em = 0.965;  // both
constexpr int smallest = 6;
constexpr int largest = 400;
constexpr double rim_opacity = 0.8;

char32_t next_character(std::string_view& words) {
    constexpr char32_t replacement = 0xFFFD;
    const auto first = static_cast<unsigned char>(words.front());
    words.remove_prefix(1);
    if (first < 0x80) return first;
    const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || static_cast<int>(words.size()) < more) return replacement;
    auto code = static_cast<char32_t>(first & (0x3F >> more));
    for (int i = 0; i < more; ++i) {
        const auto byte = static_cast<unsigned char>(words.front());
        if ((byte & 0xC0) != 0x80) return replacement;
        code = (code << 6) | (byte & 0x3F);
        words.remove_prefix(1);
    }
    return code;
}

Mask mask_of(const FT_Bitmap& bitmap) {
    Mask mask{static_cast<int>(bitmap.width), static_cast<int>(bitmap.rows), {}};
    mask.coverage.reserve(static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height));
    for (int y = 0; y < mask.height; ++y) {
        const auto* row = bitmap.buffer + static_cast<std::ptrdiff_t>(y) * bitmap.pitch;
        mask.coverage.insert(mask.coverage.end(), row, row + mask.width);
    }
    return mask;
}

std::size_t index_of(const Mask& mask, int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(mask.width) + static_cast<std::size_t>(x);
}

// The largest coverage within `radius` pixels: the letter, grown.
Mask grown(const Mask& mask, double radius, int margin) {
    Mask out{mask.width + 2 * margin, mask.height + 2 * margin, {}};
    out.coverage.resize(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height));
    for (int dy = -margin; dy <= margin; ++dy) {
        for (int dx = -margin; dx <= margin; ++dx) {
            const double near = std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0) * rim_opacity;
            if (near <= 0) continue;
            for (int y = 0; y < mask.height; ++y) {
                for (int x = 0; x < mask.width; ++x) {
                    const auto from = index_of(mask, x, y);
                    const auto to = index_of(out, x + margin + dx, y + margin + dy);
                    const auto value = static_cast<std::uint8_t>(std::lround(mask.coverage[from] * near));
                    out.coverage[to] = std::max(out.coverage[to], value);
                }
            }
        }
    }
    return out;
}

}  // namespace

struct Typeface::Impl {
    FT_Library library = nullptr;
    FT_Face face = nullptr;
    std::mutex mutex;
    std::map<std::pair<int, FT_UInt>, Glyph> glyphs;  // by size and index: unknown characters share one box
    int size = 0;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        if (face != nullptr) FT_Done_Face(face);
        if (library != nullptr) FT_Done_FreeType(library);
    }

    const Glyph& glyph(int line_height, FT_UInt index) {
        const auto [found, fresh] = glyphs.try_emplace({line_height, index});
        Glyph& glyph = found->second;
        if (!fresh) return glyph;
        if (size != line_height) {
            FT_Set_Char_Size(face, 0, static_cast<FT_F26Dot6>(std::lround(line_height * 64 / line_em)), 72, 72);
            size = line_height;
        }
        if (FT_Load_Glyph(face, index, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT) != 0) return glyph;  // a gap
        const auto& slot = *face->glyph;
        glyph.left = slot.bitmap_left;
        glyph.top = slot.bitmap_top;
        glyph.advance = static_cast<int>((slot.advance.x + 32) / 64);
        glyph.fill = mask_of(slot.bitmap);
        const double radius = std::clamp(line_height / 16.0, 1.0, 4.0);
        glyph.rim_width = static_cast<int>(std::ceil(radius));
        if (glyph.fill.width > 0) glyph.rim = grown(glyph.fill, radius, glyph.rim_width);
        return glyph;
    }
};

Typeface::Typeface(const std::string& path) : impl_{std::make_unique<Impl>()} {
    if (FT_Init_FreeType(&impl_->library) != 0) throw std::runtime_error("FreeType does not start");
    if (FT_New_Face(impl_->library, path.c_str(), 0, &impl_->face) != 0)
        throw std::runtime_error(fmt::format("cannot read the font {}: install the package fonts-dejavu-core", path));
}

Typeface::~Typeface() = default;

Typesetting Typeface::set(std::string_view words, int line_height) {
    const int height = std::clamp(line_height, smallest, largest);
    Typesetting line;
    line.baseline = static_cast<int>(std::lround(height * cap_height_em / line_em));
    line.glyphs.reserve(words.size());
    const std::scoped_lock lock{impl_->mutex};
    while (!words.empty()) {
        const auto code = next_character(words);
        const auto& glyph = impl_->glyph(height, FT_Get_Char_Index(impl_->face, code));
        line.glyphs.push_back(&glyph);
        line.width += glyph.advance;
    }
    return line;
}

}  // namespace transport

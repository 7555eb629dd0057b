// Letters as coverage masks, for draw.cpp. FreeType stands behind draw_freetype.cpp.
#pragma once

#include "transport/draw.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

/// 8-bit coverage, rows without padding.
struct Mask {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> coverage;
};

/// One character at one size. Written once, when it is first asked for.
struct Glyph {
    int left = 0;     ///< of `fill`, pixels right of the pen
    int top = 0;      ///< of `fill`, pixels above the baseline
    int advance = 0;  ///< pixels to the next pen position
    int rim_width = 0;
    Mask fill;
    Mask rim;  ///< the dark rim: larger than `fill` by rim_width on every side
};

/// A text ready to be drawn; the glyphs belong to the typeface.
struct Typesetting {
    std::vector<const Glyph*> glyphs;
    int width = 0;     ///< pixels
    int baseline = 0;  ///< pixels below the line's top
};

/// One font file and the glyphs made from it so far. Thread safe; glyphs stay valid as long as it lives.
class Typeface {
public:
    /// Throws std::runtime_error naming the file and the package that has it.
    explicit Typeface(const std::string& path);
    ~Typeface();
    Typeface(const Typeface&) = delete;
    Typeface& operator=(const Typeface&) = delete;
    /// `line_height` as in TextStyle. Malformed UTF-8 and unknown characters become boxes.
    [[nodiscard]] Typesetting set(std::string_view words, int line_height);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace transport

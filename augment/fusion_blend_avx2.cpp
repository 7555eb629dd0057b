// blend_portable's arithmetic, 16 columns of two rows at a time. Built for any x86-64; asked for only where the
// processor has AVX2.
#include "augment/fusion_blend.hpp"
#include "augment/fusion_math.hpp"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#define SCIALYTIC_AVX2 __attribute__((target("avx2"), always_inline)) inline

namespace augment {

namespace avx2 {

constexpr int block = 16;

/// A row's way into the echo, in every lane.
struct Way {
    __m256 at_x, at_y, step_x, step_y, fall, last_x, last_y;
    __m256i strides;  ///< bytes from row to row, and from column to column
    int from;
};

SCIALYTIC_AVX2 Way way_of(const WarpRow& row, int width, int height, int stride, int step) {
    return {_mm256_set1_ps(row.at_x),
            _mm256_set1_ps(row.at_y),
            _mm256_set1_ps(row.step_x),
            _mm256_set1_ps(row.step_y),
            _mm256_set1_ps(row.fall),
            _mm256_set1_ps(last_position(width)),
            _mm256_set1_ps(last_position(height)),
            _mm256_set1_epi32(stride | step << 16),
            row.from};
}

struct Positions {
    __m256i x, y;
};

/// Of eight samples. Lanes beyond the row may hold anything, infinity too: they end inside the picture.
SCIALYTIC_AVX2 Positions positions(const Way& way, int first) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256 i = _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_set1_epi32(first - way.from), lane));
    const __m256 share = _mm256_div_ps(i, _mm256_add_ps(_mm256_set1_ps(1), _mm256_mul_ps(i, way.fall)));
    const __m256 x = _mm256_add_ps(way.at_x, _mm256_mul_ps(way.step_x, share));
    const __m256 y = _mm256_add_ps(way.at_y, _mm256_mul_ps(way.step_y, share));
    const __m256 zero = _mm256_setzero_ps();  // second: it is what comes of "not a number"
    return {_mm256_cvttps_epi32(_mm256_min_ps(_mm256_max_ps(x, zero), way.last_x)),
            _mm256_cvttps_epi32(_mm256_min_ps(_mm256_max_ps(y, zero), way.last_y))};
}

/// Bytes of the texture from its start. Row and column share a lane: one multiplication serves both.
SCIALYTIC_AVX2 __m256i offsets(const Positions& at, __m256i strides) {
    const __m256i row = _mm256_srli_epi32(at.y, position_bits);
    const __m256i column = _mm256_slli_epi32(_mm256_srli_epi32(at.x, position_bits), 16);
    return _mm256_madd_epi16(_mm256_or_si256(row, column), strides);
}

/// 64 - f and f, as the multiplications below want them: in bytes, twice a lane; in halves of a lane.
SCIALYTIC_AVX2 __m256i weights_down(__m256i y) {
    const __m256i lowest = _mm256_set_epi8(12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0,  //
                                           12, 12, 12, 12, 8, 8, 8, 8, 4, 4, 4, 4, 0, 0, 0, 0);
    const __m256i f = _mm256_and_si256(_mm256_shuffle_epi8(y, lowest), _mm256_set1_epi8(position_steps - 1));
    return _mm256_add_epi8(_mm256_sign_epi8(f, _mm256_set1_epi16(0x01FF)), _mm256_set1_epi16(position_steps));
}
SCIALYTIC_AVX2 __m256i weights_across(__m256i x) {
    const __m256i f = _mm256_and_si256(x, _mm256_set1_epi32(position_steps - 1));
    return _mm256_sub_epi32(_mm256_add_epi32(_mm256_set1_epi32(position_steps), _mm256_slli_epi32(f, 16)), f);
}

SCIALYTIC_AVX2 __m256i rounded_between(__m256i two_columns, __m256i across) {
    const __m256i half = _mm256_set1_epi32(position_steps * position_steps / 2);
    return _mm256_srli_epi32(_mm256_add_epi32(_mm256_madd_epi16(two_columns, across), half), 2 * position_bits);
}

// Eight loads, or four, take half the time of one gather: 0.42 against 0.72 ns a lane on a Zen 3.
template <typename Word>
SCIALYTIC_AVX2 Word word_of(const std::uint8_t* at) {
    Word out;
    std::memcpy(&out, at, sizeof out);
    return out;
}
SCIALYTIC_AVX2 __m128i four_words(const std::uint8_t* from, const std::uint32_t* offsets) {
    const auto first = _mm_cvtsi32_si128(word_of<int>(from + offsets[0]));
    const auto second = _mm_insert_epi32(first, word_of<int>(from + offsets[1]), 1);
    const auto third = _mm_insert_epi32(second, word_of<int>(from + offsets[2]), 2);
    return _mm_insert_epi32(third, word_of<int>(from + offsets[3]), 3);
}
SCIALYTIC_AVX2 __m256i words_at(const std::uint8_t* from, __m256i offsets) {
    alignas(32) std::array<std::uint32_t, 8> at;
    _mm256_store_si256(reinterpret_cast<__m256i*>(at.data()), offsets);
    return _mm256_set_m128i(four_words(from, at.data() + 4), four_words(from, at.data()));
}
SCIALYTIC_AVX2 __m256i long_words_at(const std::uint8_t* from, __m128i offsets) {
    alignas(16) std::array<std::uint32_t, 4> at;
    _mm_store_si128(reinterpret_cast<__m128i*>(at.data()), offsets);
    return _mm256_setr_epi64x(word_of<long long>(from + at[0]), word_of<long long>(from + at[1]),
                              word_of<long long>(from + at[2]), word_of<long long>(from + at[3]));
}

/// Eight pixels in 32 bits each.
SCIALYTIC_AVX2 __m256i eight_luma(const EchoTexture& echo, const Way& way, int first) {
    const auto at = positions(way, first);
    const __m256i four = words_at(echo.luma(), offsets(at, way.strides));
    return rounded_between(_mm256_maddubs_epi16(four, weights_down(at.y)), weights_across(at.x));
}

/// Two times eight values of 32 bits as 16 of 16 bits, in order.
SCIALYTIC_AVX2 __m256i packed(__m256i first, __m256i second) {
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8);
}

SCIALYTIC_AVX2 __m256i sixteen_luma(const EchoTexture& echo, const Way& way, int first) {
    return packed(eight_luma(echo, way, first), eight_luma(echo, way, first + 8));
}

/// Each 32 bits twice in 64.
SCIALYTIC_AVX2 __m256i for_two_columns(__m128i weights) {
    const __m256i wide = _mm256_cvtepu32_epi64(weights);
    return _mm256_or_si256(wide, _mm256_slli_epi64(wide, 32));
}

/// Four samples, u and v in turns, 32 bits each.
SCIALYTIC_AVX2 __m256i four_chroma(const EchoTexture& echo, __m128i from, __m128i down, __m128i across) {
    const __m256i taps = long_words_at(echo.chroma(), from);
    const __m256i columns = _mm256_maddubs_epi16(taps, for_two_columns(down));  // u v of x, u v of x + 1
    const __m256i order = _mm256_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,  //
                                           0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15);
    return rounded_between(_mm256_shuffle_epi8(columns, order), for_two_columns(across));
}

/// Eight samples of both chroma planes: u in the low halves of the lanes, v in the high ones.
SCIALYTIC_AVX2 __m256i eight_chroma(const EchoTexture& echo, const Way& way, int first) {
    const auto at = positions(way, first);
    const __m256i from = offsets(at, way.strides);
    const __m256i down = weights_down(at.y);
    const __m256i across = weights_across(at.x);
    return packed(
        four_chroma(echo, _mm256_castsi256_si128(from), _mm256_castsi256_si128(down), _mm256_castsi256_si128(across)),
        four_chroma(echo, _mm256_extracti128_si256(from, 1), _mm256_extracti128_si256(down, 1),
                    _mm256_extracti128_si256(across, 1)));
}

/// The same 16 bits in both halves of each lane.
SCIALYTIC_AVX2 __m256i doubled(__m256i lanes) {
    return _mm256_or_si256(lanes, _mm256_slli_epi32(lanes, 16));
}

/// Each chroma sample's, for both of its columns.
SCIALYTIC_AVX2 __m256i tints(__m256i chroma) {
    const __m256i away = _mm256_abs_epi16(_mm256_sub_epi16(chroma, _mm256_set1_epi16(128)));
    const __m256i colour =
        _mm256_sub_epi32(_mm256_madd_epi16(away, _mm256_set1_epi16(1)), _mm256_set1_epi32(grey_below));
    const __m256i twice = _mm256_slli_epi32(_mm256_max_epi32(colour, _mm256_setzero_si256()), 1);
    return doubled(_mm256_min_epi32(twice, _mm256_set1_epi32(255)));
}

SCIALYTIC_AVX2 __m256i alphas(__m256i luma, __m256i tints, __m256i opacity) {
    const __m256i strength = _mm256_sub_epi16(_mm256_add_epi16(luma, tints), _mm256_set1_epi16(black_below));
    const __m256i above = _mm256_max_epi16(strength, _mm256_setzero_si256());
    const __m256i t = _mm256_srli_epi16(_mm256_min_epi16(above, _mm256_set1_epi16(ramp)), 1);
    const __m256i slope = _mm256_sub_epi16(_mm256_set1_epi16(96), _mm256_slli_epi16(t, 1));
    const __m256i smooth = _mm256_srli_epi16(_mm256_mullo_epi16(_mm256_mullo_epi16(t, t), slope), 8);
    return _mm256_srli_epi16(_mm256_add_epi16(_mm256_mullo_epi16(smooth, opacity), _mm256_set1_epi16(64)), 7);
}

SCIALYTIC_AVX2 __m256i mixed(__m256i base, __m256i echo, __m256i alphas) {
    const __m256i product = _mm256_mullo_epi16(_mm256_sub_epi16(echo, base), alphas);
    return _mm256_add_epi16(base, _mm256_srai_epi16(_mm256_add_epi16(product, _mm256_set1_epi16(64)), 7));
}

SCIALYTIC_AVX2 __m128i bytes_of(__m256i shorts) {
    return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi16(shorts, shorts), 0xD8));
}

/// All ones where the column lies in a stretch; all of them do, mostly.
SCIALYTIC_AVX2 __m256i mask_of(const Stretches& covered, int column) {
    if (covered[0].from <= column && column + block <= covered[0].to) return _mm256_set1_epi16(-1);
    const __m256i lane = _mm256_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m256i out = _mm256_setzero_si256();
    for (const auto& stretch : covered) {
        const auto from = static_cast<short>(std::clamp(stretch.from - column, 0, block));
        const auto to = static_cast<short>(std::clamp(stretch.to - column, 0, block));
        const __m256i after = _mm256_cmpgt_epi16(lane, _mm256_set1_epi16(static_cast<short>(from - 1)));
        out = _mm256_or_si256(out, _mm256_and_si256(after, _mm256_cmpgt_epi16(_mm256_set1_epi16(to), lane)));
    }
    return out;
}

/// Each 32 bits the sum of four, of two rows.
SCIALYTIC_AVX2 __m256i means_of_four(__m256i both_rows) {
    const __m256i four = _mm256_madd_epi16(both_rows, _mm256_set1_epi16(1));
    return doubled(_mm256_srli_epi32(_mm256_add_epi32(four, _mm256_set1_epi32(2)), 2));
}

/// `luma`: of both rows, what is covered.
SCIALYTIC_AVX2 __m256i given_hue(__m256i chroma, __m256i luma, __m256i tint, __m256i hue) {
    const __m256i product = _mm256_mullo_epi16(means_of_four(luma), hue);
    const __m256i away = _mm256_srai_epi16(_mm256_add_epi16(product, _mm256_set1_epi16(64)), 7);
    const __m256i grey = _mm256_cmpeq_epi16(tint, _mm256_setzero_si256());
    return _mm256_blendv_epi8(chroma, _mm256_add_epi16(away, _mm256_set1_epi16(128)), grey);
}

/// What stays the same along the row.
struct Row {
    std::array<Way, 2> luma;
    Way chroma;
    __m256i opacity;
    __m256i seen;  ///< of the echo's luma, as far as transparency goes
    __m256i hue;   ///< gains of u and of v in turns
    bool hued;
};

/// The canvas' four lines at a block.
struct Lines {
    std::array<std::uint8_t*, 2> luma;
    std::array<std::uint8_t*, 2> chroma;
};

SCIALYTIC_AVX2 void blend_block(const Lines& lines, const RowPair& rows, const Row& row, const EchoTexture& echo,
                                int column) {
    // All loads first: what waits for one of them does not hold up the next.
    const bool grey = echo.grey();
    __m256i chroma = grey ? _mm256_set1_epi16(128) : eight_chroma(echo, row.chroma, column / 2);
    const __m256i luma[2] = {sixteen_luma(echo, row.luma[0], column), sixteen_luma(echo, row.luma[1], column)};
    const __m256i tint = grey ? _mm256_setzero_si256() : tints(chroma);
    __m256i sum = _mm256_setzero_si256();
    __m256i covered = _mm256_setzero_si256();
    for (std::size_t i = 0; i < 2; ++i) {
        const __m256i mask = mask_of(rows.covered[i], column);
        auto* const line = reinterpret_cast<__m128i*>(lines.luma[i]);
        const __m256i shares = _mm256_and_si256(alphas(_mm256_and_si256(luma[i], row.seen), tint, row.opacity), mask);
        const __m256i base = _mm256_cvtepu8_epi16(_mm_loadu_si128(line));
        _mm_storeu_si128(line, bytes_of(mixed(base, luma[i], shares)));
        sum = _mm256_add_epi16(sum, shares);
        covered = _mm256_add_epi16(covered, _mm256_and_si256(luma[i], mask));
    }
    if (row.hued) chroma = given_hue(chroma, covered, tint, row.hue);
    auto* const u = reinterpret_cast<__m128i*>(lines.chroma[0]);
    auto* const v = reinterpret_cast<__m128i*>(lines.chroma[1]);
    const __m256i base = _mm256_or_si256(_mm256_cvtepu8_epi32(_mm_loadl_epi64(u)),
                                         _mm256_slli_epi32(_mm256_cvtepu8_epi32(_mm_loadl_epi64(v)), 16));
    const __m256i out = mixed(base, chroma, means_of_four(sum));
    const __m256i all = packed(_mm256_and_si256(out, _mm256_set1_epi32(0xFFFF)), _mm256_srli_epi32(out, 16));
    const __m128i bytes = bytes_of(all);  // eight of u, eight of v
    _mm_storel_epi64(u, bytes);
    _mm_storel_epi64(v, _mm_srli_si128(bytes, 8));
}

/// The end of a row that is no whole block, through a copy: nothing outside the canvas is read.
SCIALYTIC_AVX2 void blend_rest(const Lines& lines, const RowPair& rows, const Row& row, const EchoTexture& echo,
                               int column, int count) {
    std::array<std::array<std::uint8_t, block>, 2> luma{};
    std::array<std::array<std::uint8_t, block / 2>, 2> chroma{};
    const auto wide = static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < 2; ++i) {
        std::memcpy(luma[i].data(), lines.luma[i], wide);
        std::memcpy(chroma[i].data(), lines.chroma[i], wide / 2);
    }
    blend_block({{luma[0].data(), luma[1].data()}, {chroma[0].data(), chroma[1].data()}}, rows, row, echo, column);
    for (std::size_t i = 0; i < 2; ++i) {
        std::memcpy(lines.luma[i], luma[i].data(), wide);
        std::memcpy(lines.chroma[i], chroma[i].data(), wide / 2);
    }
}

bool touches(const Stretches& covered, int column) {
    return std::ranges::any_of(
        covered, [column](const Stretch& stretch) { return stretch.from < column + block && column < stretch.to; });
}

__attribute__((target("avx2"))) void blend(transport::Pixels& canvas, const RowPair& rows, const EchoTexture& echo,
                                           const Mixing& mixing) {
    constexpr int widest = std::numeric_limits<std::int16_t>::max();
    if (echo.luma_stride() > widest || echo.chroma_stride() > widest || echo.height() > widest) {
        blend_portable(canvas, rows, echo, mixing);
        return;
    }
    const int width = echo.width();
    const int height = echo.height();
    const int stride = echo.luma_stride();
    const Row row{{way_of(rows.luma[0], width, height, stride, 2), way_of(rows.luma[1], width, height, stride, 2)},
                  way_of(rows.chroma, echo.chroma_width(), echo.chroma_height(), echo.chroma_stride(), 4),
                  _mm256_set1_epi16(static_cast<short>(mixing.opacity)),
                  _mm256_set1_epi16(mixing.colour_only ? 0 : 255),
                  _mm256_set1_epi32((mixing.hue_u & 0xFFFF) | mixing.hue_v << 16),
                  mixing.hue_u != 0 || mixing.hue_v != 0};
    const std::array<std::uint8_t*, 4> start{canvas.row(0, rows.y), canvas.row(0, rows.y + 1),
                                             canvas.row(1, rows.y / 2), canvas.row(2, rows.y / 2)};
    for (int column = rows.columns.from; column < rows.columns.to; column += block) {
        if (!touches(rows.covered[0], column) && !touches(rows.covered[1], column)) continue;
        const Lines lines{{start[0] + column, start[1] + column}, {start[2] + column / 2, start[3] + column / 2}};
        if (const int count = rows.columns.to - column; count < block)
            blend_rest(lines, rows, row, echo, column, count);
        else
            blend_block(lines, rows, row, echo, column);
    }
}

}  // namespace avx2

BlendRows blend_avx2() {
    return __builtin_cpu_supports("avx2") != 0 ? avx2::blend : nullptr;
}

}  // namespace augment

#undef SCIALYTIC_AVX2

#else

namespace augment {
BlendRows blend_avx2() {
    return nullptr;
}
}  // namespace augment

#endif

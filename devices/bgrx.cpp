#include "devices/bgrx.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

#include <algorithm>

namespace devices {

using transport::Pixels;
using transport::Rect;

namespace {

// 1.402, 0.344136, 0.714136, 1.772 in 16384ths: twice a chroma's distance from grey times one of these, halved to the
// 32768th part with rounding, as pmulhrsw does.
constexpr int red_of_v = 22970;
constexpr int green_of_u = -5638;
constexpr int green_of_v = -11700;
constexpr int blue_of_u = 29032;

/// Two rows, and the chroma that they share.
struct RowsIn {
    const std::uint8_t* luma;
    const std::uint8_t* u;
    const std::uint8_t* v;
};

int part(int chroma, int factor) {
    return (2 * (chroma - 128) * factor + (1 << 14)) >> 15;
}

void pixel(std::uint8_t* out, int luma, int red, int green, int blue) {
    const auto level = [](int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); };
    out[0] = level(luma + blue);
    out[1] = level(luma + green);
    out[2] = level(luma + red);
    out[3] = 255;
}

void row_portable(const RowsIn& in, int from, int count, std::uint8_t* out) {
    for (int x = from; x < count; ++x) {
        const int u = in.u[x / 2];
        const int v = in.v[x / 2];
        pixel(out + std::ptrdiff_t{4} * x, in.luma[x], part(v, red_of_v), part(u, green_of_u) + part(v, green_of_v),
              part(u, blue_of_u));
    }
}

template <typename Row>
void rows(const Pixels& picture, const Rect& where, std::uint8_t* out, std::ptrdiff_t stride, const Row& row) {
    for (int y = where.y; y < where.y + where.height; ++y)
        row(RowsIn{picture.row(0, y) + where.x, picture.row(1, y / 2) + where.x / 2,
                   picture.row(2, y / 2) + where.x / 2},
            where.width, out + y * stride + std::ptrdiff_t{4} * where.x);
}

#if defined(__x86_64__) && defined(__GNUC__)

#define SCIALYTIC_AVX2 __attribute__((target("avx2"), always_inline)) inline

/// The distance from grey of 16 samples, twice.
SCIALYTIC_AVX2 __m256i chroma_at(const std::uint8_t* from) {
    const __m256i wide = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    return _mm256_slli_epi16(_mm256_sub_epi16(wide, _mm256_set1_epi16(128)), 1);
}
SCIALYTIC_AVX2 __m256i times(__m256i chroma, int factor) {
    return _mm256_mulhrs_epi16(chroma, _mm256_set1_epi16(static_cast<short>(factor)));
}
/// 32 levels: luma, split as unpack splits it, and what is added for each two of them.
SCIALYTIC_AVX2 __m256i levels(__m256i luma_low, __m256i luma_high, __m256i added) {
    return _mm256_packus_epi16(_mm256_add_epi16(luma_low, _mm256_unpacklo_epi16(added, added)),
                               _mm256_add_epi16(luma_high, _mm256_unpackhi_epi16(added, added)));
}
SCIALYTIC_AVX2 void store(std::uint8_t* out, __m256i pixels) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), pixels);
}

__attribute__((target("avx2"))) void row_avx2(const RowsIn& in, int count, std::uint8_t* out) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i opaque = _mm256_set1_epi8(-1);
    constexpr int block = 32;
    int x = 0;
    for (; x + block <= count; x += block) {
        const __m256i u = chroma_at(in.u + x / 2);
        const __m256i v = chroma_at(in.v + x / 2);
        const __m256i luma = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in.luma + x));
        const __m256i low = _mm256_unpacklo_epi8(luma, zero);
        const __m256i high = _mm256_unpackhi_epi8(luma, zero);
        const __m256i blue = levels(low, high, times(u, blue_of_u));
        const __m256i green = levels(low, high, _mm256_add_epi16(times(u, green_of_u), times(v, green_of_v)));
        const __m256i red = levels(low, high, times(v, red_of_v));
        const __m256i bg_low = _mm256_unpacklo_epi8(blue, green);
        const __m256i bg_high = _mm256_unpackhi_epi8(blue, green);
        const __m256i rx_low = _mm256_unpacklo_epi8(red, opaque);
        const __m256i rx_high = _mm256_unpackhi_epi8(red, opaque);
        const __m256i a = _mm256_unpacklo_epi16(bg_low, rx_low);    // pixels 0 to 3, 16 to 19
        const __m256i b = _mm256_unpackhi_epi16(bg_low, rx_low);    // 4 to 7, 20 to 23
        const __m256i c = _mm256_unpacklo_epi16(bg_high, rx_high);  // 8 to 11, 24 to 27
        const __m256i d = _mm256_unpackhi_epi16(bg_high, rx_high);  // 12 to 15, 28 to 31
        auto* const to = out + std::ptrdiff_t{4} * x;
        store(to, _mm256_permute2x128_si256(a, b, 0x20));
        store(to + 32, _mm256_permute2x128_si256(c, d, 0x20));
        store(to + 64, _mm256_permute2x128_si256(a, b, 0x31));
        store(to + 96, _mm256_permute2x128_si256(c, d, 0x31));
    }
    row_portable(in, x, count, out);
}

#undef SCIALYTIC_AVX2

#endif

}  // namespace

void to_bgrx_portable(const Pixels& picture, const Rect& where, std::uint8_t* out, std::ptrdiff_t stride) {
    rows(picture, where, out, stride,
         [](const RowsIn& in, int count, std::uint8_t* to) { row_portable(in, 0, count, to); });
}

void to_bgrx(const Pixels& picture, const Rect& where, std::uint8_t* out, std::ptrdiff_t stride) {
#if defined(__x86_64__) && defined(__GNUC__)
    static const bool fast = __builtin_cpu_supports("avx2") != 0;
    if (fast) {
        rows(picture, where, out, stride, row_avx2);
        return;
    }
#endif
    to_bgrx_portable(picture, where, out, stride);
}

}  // namespace devices

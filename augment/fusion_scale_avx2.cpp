// RowScaler's arithmetic, 16 columns at a time. Built for any x86-64; run only where the processor has AVX2.
#include "augment/fusion_math.hpp"
#include "augment/fusion_scale.hpp"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#include <array>
#include <cstring>

namespace augment {

__attribute__((target("avx2"))) void RowScaler::down_avx2(std::int16_t* between, const TwoRows& rows) const {
    const __m256i weights = _mm256_set1_epi16(static_cast<short>(position_steps - rows.down + (rows.down << 8)));
    int x = 0;
    for (; x + 16 <= from_width_; x += 16) {
        const __m128i upper = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows.upper + x));
        const __m128i lower = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows.lower + x));
        const __m256i both = _mm256_set_m128i(_mm_unpackhi_epi8(upper, lower), _mm_unpacklo_epi8(upper, lower));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(between + x), _mm256_maddubs_epi16(both, weights));
    }
    for (; x < from_width_; ++x)
        between[x] =
            static_cast<std::int16_t>(rows.upper[x] * (position_steps - rows.down) + rows.lower[x] * rows.down);
}

namespace avx2 {

/// Of two groups: eight columns.
__attribute__((target("avx2"), always_inline)) inline __m256i two_groups(const std::int16_t* left,
                                                                         const std::int16_t* right,
                                                                         const std::uint8_t* order,
                                                                         const std::int16_t* weights) {
    const __m256i both = _mm256_set_m128i(_mm_loadu_si128(reinterpret_cast<const __m128i*>(right)),
                                          _mm_loadu_si128(reinterpret_cast<const __m128i*>(left)));
    const __m256i pairs = _mm256_shuffle_epi8(both, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(order)));
    const __m256i sums = _mm256_madd_epi16(pairs, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weights)));
    const __m256i half = _mm256_set1_epi32(position_steps * position_steps / 2);
    return _mm256_srli_epi32(_mm256_add_epi32(sums, half), 2 * position_bits);
}

}  // namespace avx2

__attribute__((target("avx2"))) void RowScaler::across_avx2(std::uint8_t* out, const std::int16_t* from) const {
    for (int x = 0; x < to_width_; x += 4 * group) {
        const auto i = static_cast<std::size_t>(x / group);
        const __m256i first =
            avx2::two_groups(from + first_[i], from + first_[i + 1], order_[i].data(), weights_[i].data());
        const __m256i second =
            avx2::two_groups(from + first_[i + 2], from + first_[i + 3], order_[i + 2].data(), weights_[i + 2].data());
        const __m256i shorts = _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8);
        const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(shorts), _mm256_extracti128_si256(shorts, 1));
        if (x + 4 * group <= to_width_) {
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x), bytes);
        } else {
            std::array<std::uint8_t, 16> rest{};
            _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), bytes);
            std::memcpy(out + x, rest.data(), static_cast<std::size_t>(to_width_ - x));
        }
    }
}

}  // namespace augment

#else

namespace augment {
void RowScaler::down_avx2(std::int16_t* /*between*/, const TwoRows& /*rows*/) const {}
void RowScaler::across_avx2(std::uint8_t* /*out*/, const std::int16_t* /*from*/) const {}
}  // namespace augment

#endif

// Bytes in the words of a GPU's thread, with the same results where there is no GPU.
#pragma once

#include "augment/fusion_math.hpp"

#include <cstdint>
#include <cstring>

namespace augment {

struct Window {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
};

/// From any address. A GPU loads whole words.
SCIALYTIC_ANYWHERE inline Window window_at(const std::uint8_t* from) {
#ifdef __CUDA_ARCH__
    const auto address = reinterpret_cast<std::uintptr_t>(from);
    const auto* words = reinterpret_cast<const std::uint32_t*>(address & ~std::uintptr_t{3});
    const auto shift = static_cast<std::uint32_t>(address & 3) * 8;
    const std::uint32_t first = __ldg(words), second = __ldg(words + 1), third = __ldg(words + 2);
    return {__funnelshift_r(first, second, shift), __funnelshift_r(second, third, shift)};
#else
    Window out;
    std::memcpy(&out.low, from, 4);
    std::memcpy(&out.high, from + 4, 4);
    return out;
#endif
}

/// Of the eight bytes the one that each of the selector's four nibbles names.
SCIALYTIC_ANYWHERE inline std::uint32_t chosen(Window window, std::uint32_t selector) {
#ifdef __CUDA_ARCH__
    return __byte_perm(window.low, window.high, selector);
#else
    const auto both = std::uint64_t{window.high} << 32 | window.low;
    std::uint32_t out = 0;
    for (unsigned i = 0; i < 4; ++i)
        out |= static_cast<std::uint32_t>(both >> (8 * (selector >> (4 * i) & 7)) & 0xff) << (8 * i);
    return out;
#endif
}

/// Sum of the products of four bytes.
SCIALYTIC_ANYWHERE inline std::uint32_t dot_bytes(std::uint32_t a, std::uint32_t b) {
#ifdef __CUDA_ARCH__
    return __dp4a(a, b, 0U);
#else
    std::uint32_t sum = 0;
    for (unsigned i = 0; i < 32; i += 8) sum += (a >> i & 0xff) * (b >> i & 0xff);
    return sum;
#endif
}

SCIALYTIC_ANYWHERE constexpr std::uint32_t byte_of(std::uint32_t word, unsigned place) {
    return word >> (8 * place) & 0xff;
}

/// Two bytes from an even address.
SCIALYTIC_ANYWHERE inline std::uint32_t pair_at(const std::uint8_t* from) {
    std::uint16_t out = 0;
#ifdef __CUDA_ARCH__
    out = __ldg(reinterpret_cast<const std::uint16_t*>(from));
#else
    std::memcpy(&out, from, sizeof out);
#endif
    return out;
}
/// Four bytes from a multiple of four.
SCIALYTIC_ANYWHERE inline std::uint32_t word_at(const std::uint8_t* from) {
    std::uint32_t out = 0;
#ifdef __CUDA_ARCH__
    out = __ldg(reinterpret_cast<const std::uint32_t*>(from));
#else
    std::memcpy(&out, from, sizeof out);
#endif
    return out;
}

}  // namespace augment

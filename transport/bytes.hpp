// Big-endian bytes, written and read with the end always in sight.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace transport {

class ByteWriter {
public:
    template <typename T>
    void put(T value) {
        static_assert(std::is_integral_v<T>);
        for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
            bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> shift & 0xFFU));
    }
    void put_double(double value) { put(std::bit_cast<std::uint64_t>(value)); }
    /// One length byte, then at most 255 bytes.
    void put_text(const std::string& text) {
        const auto size = std::min<std::size_t>(text.size(), 255);
        put(static_cast<std::uint8_t>(size));
        for (std::size_t i = 0; i < size; ++i) bytes_.push_back(static_cast<std::byte>(text[i]));
    }
    [[nodiscard]] std::vector<std::byte>& bytes() { return bytes_; }

private:
    std::vector<std::byte> bytes_;
};

/// Reading past the end yields zeros and `failed()`.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : rest_{bytes} {}

    template <typename T>
    T get() {
        static_assert(std::is_integral_v<T>);
        if (rest_.size() < sizeof(T)) return fail(), T{};
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8U | std::to_integer<std::uint64_t>(rest_[i]);
        rest_ = rest_.subspan(sizeof(T));
        return static_cast<T>(value);
    }
    double get_double() { return std::bit_cast<double>(get<std::uint64_t>()); }
    std::string get_text() {
        const std::size_t size = get<std::uint8_t>();
        if (rest_.size() < size) return fail(), std::string{};
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i) text[i] = std::to_integer<char>(rest_[i]);
        rest_ = rest_.subspan(size);
        return text;
    }
    void fail() {
        failed_ = true;
        rest_ = {};
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::span<const std::byte> rest_;
    bool failed_ = false;
};

}  // namespace transport

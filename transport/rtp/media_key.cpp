#include "transport/rtp/media_key.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace transport {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void put_hex(std::string& text, std::byte byte) {
    text += hex_digits[std::to_integer<std::size_t>(byte >> 4U)];
    text += hex_digits[std::to_integer<std::size_t>(byte & std::byte{15})];
}

}  // namespace

MediaKey::MediaKey(std::uint8_t id, std::span<const std::byte, size> bytes) : id_{id} {
    std::ranges::copy(bytes, bytes_.begin());
}

MediaKey::~MediaKey() {
    ::explicit_bzero(bytes_.data(), bytes_.size());
}

std::string MediaKey::text() const {
    std::string text;
    text.reserve(text_size);
    put_hex(text, std::byte{id_});
    for (const auto byte : bytes_) put_hex(text, byte);
    return text;
}

MediaKey new_media_key(std::uint8_t id) {
    std::array<std::byte, MediaKey::size> bytes{};
    // Up to 256 bytes come whole or not at all.
    while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        if (errno != EINTR) throw std::system_error{errno, std::generic_category(), "media key: getrandom"};
    const MediaKey key{id, bytes};
    ::explicit_bzero(bytes.data(), bytes.size());
    return key;
}

std::optional<MediaKey> media_key_from_text(std::string_view text) {
    if (text.size() != MediaKey::text_size) return std::nullopt;
    std::array<std::byte, 1 + MediaKey::size> bytes{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digit = hex_digits.find(text[i]);
        if (digit == std::string_view::npos) return std::nullopt;
        bytes[i / 2] = bytes[i / 2] << 4U | static_cast<std::byte>(digit);
    }
    const MediaKey key{std::to_integer<std::uint8_t>(bytes[0]), std::span{bytes}.subspan<1>()};
    ::explicit_bzero(bytes.data(), bytes.size());
    return key;
}

}  // namespace transport

// What seals a stream's packets: handed out by the server on the bus, known to the two ends alone, renewed while it
// runs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace transport {

/// AES-256-GCM key and salt of RFC 7714, and the number by which packets name it. Not printable on purpose; wiped when
/// it goes. One key serves one run of one stream: a sealer made anew counts from the start, so it needs a new key.
class MediaKey {
public:
    static constexpr std::size_t key_bytes = 32;
    static constexpr std::size_t size = key_bytes + 12;  ///< with the salt
    static constexpr std::size_t text_size = 2 * (1 + size);

    MediaKey(std::uint8_t id, std::span<const std::byte, size> bytes);
    ~MediaKey();
    MediaKey(const MediaKey&) = default;
    MediaKey& operator=(const MediaKey&) = default;
    bool operator==(const MediaKey&) const = default;

    [[nodiscard]] std::uint8_t id() const { return id_; }
    [[nodiscard]] std::span<const std::byte, size> bytes() const { return bytes_; }
    /// For the bus, never for a log: hexadecimal digits, first the id.
    [[nodiscard]] std::string text() const;

private:
    std::uint8_t id_;
    std::array<std::byte, size> bytes_{};
};

/// From the kernel's random numbers. Throws std::system_error when it has none.
[[nodiscard]] MediaKey new_media_key(std::uint8_t id);
/// Nothing when the words are not what `MediaKey::text` writes.
[[nodiscard]] std::optional<MediaKey> media_key_from_text(std::string_view text);

}  // namespace transport

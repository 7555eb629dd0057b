#include "render/share_seal.hpp"

#include "transport/keys_files.hpp"

#include <fmt/format.h>

namespace render {
namespace {

constexpr std::string_view base64url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string base64url(std::span<const std::byte> bytes) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned waiting = 0;
    for (const auto byte : bytes) {
        bits = bits << 8U | std::to_integer<std::uint32_t>(byte);
        for (waiting += 8; waiting >= 6; waiting -= 6) text += base64url_digits[bits >> (waiting - 6) & 0x3FU];
    }
    if (waiting > 0) text += base64url_digits[bits << (6 - waiting) & 0x3FU];
    return text;
}

std::optional<std::vector<std::byte>> from_base64url(std::string_view text) {
    std::vector<std::byte> bytes;
    std::uint32_t bits = 0;
    unsigned waiting = 0;
    for (const char c : text) {
        const auto digit = base64url_digits.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = bits << 6U | static_cast<std::uint32_t>(digit);
        waiting += 6;
        if (waiting < 8) continue;
        waiting -= 8;
        bytes.push_back(static_cast<std::byte>(bits >> waiting & 0xFFU));
    }
    // Bits that say nothing could be spelled in many ways.
    if (base64url(bytes) != text) return std::nullopt;
    return bytes;
}

std::string hexadecimal(std::span<const std::byte> bytes) {
    std::string text;
    for (const auto byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

Secret share_secret(const std::filesystem::path& folder) {
    const auto file = folder / "links.key";
    Secret secret{};
    if (!std::filesystem::exists(file)) {
        transport::make_key_folder(folder);
        fill_random(secret);
        transport::write_key_file(file, base64url(secret) + "\n", transport::KeyFile::secret, false);
    }
    auto text = transport::read_secret_file(file, 100);
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != secret.size())
        transport::complain_of_key_file(file,
                                        "not share's key: 43 characters of base64url; remove it to have a new one "
                                        "made, and all links and passes end");
    std::ranges::copy(*bytes, secret.begin());
    return secret;
}

}  // namespace render

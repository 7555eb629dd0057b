// HMAC-SHA-256 under share's own secret, random bytes, and text that goes into an address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace render {

using Secret = std::array<std::byte, 32>;
using Mac = std::array<std::byte, 32>;

[[nodiscard]] Mac hmac_sha256(const Secret& secret, std::string_view text);
/// Takes as long whatever differs.
[[nodiscard]] bool same_mac(const Mac& a, const Mac& b);
/// From the system's generator for keys; throws std::runtime_error when there is none.
void fill_random(std::span<std::byte> bytes);

/// RFC 4648 section 5 without padding.
[[nodiscard]] std::string base64url(std::span<const std::byte> bytes);
/// Only the one spelling that base64url writes.
[[nodiscard]] std::optional<std::vector<std::byte>> from_base64url(std::string_view text);
[[nodiscard]] std::string hexadecimal(std::span<const std::byte> bytes);

/// `folder`/links.key, made when it is not there; folder too. Throws std::runtime_error with one line naming the file:
/// others can read it, it is none.
[[nodiscard]] Secret share_secret(const std::filesystem::path& folder);

}  // namespace render

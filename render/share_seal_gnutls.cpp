#include "render/share_seal.hpp"

#include <fmt/format.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <stdexcept>

namespace render {

Mac hmac_sha256(const Secret& secret, std::string_view text) {
    Mac mac{};
    const int failure =
        gnutls_hmac_fast(GNUTLS_MAC_SHA256, secret.data(), secret.size(), text.data(), text.size(), mac.data());
    if (failure < 0) throw std::runtime_error{fmt::format("share: GnuTLS seals nothing: {}", gnutls_strerror(failure))};
    return mac;
}

bool same_mac(const Mac& a, const Mac& b) {
    return gnutls_memcmp(a.data(), b.data(), a.size()) == 0;
}

void fill_random(std::span<std::byte> bytes) {
    const int failure = gnutls_rnd(GNUTLS_RND_KEY, bytes.data(), bytes.size());
    if (failure < 0) throw std::runtime_error{fmt::format("share: no random bytes: {}", gnutls_strerror(failure))};
}

}  // namespace render

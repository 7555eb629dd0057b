// Certificates for HTTPS within the house: an authority of one's own, and by it the certificate of `scialytic share`.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace transport {

/// A host as it stands in a certificate: a DNS name without wildcards, an IPv4 or an IPv6 address.
[[nodiscard]] bool is_host(std::string_view text);
/// The 4 or 16 bytes of an address; empty for a name.
[[nodiscard]] std::string address_bytes(const std::string& host);

struct TlsFiles {
    std::filesystem::path authority;    ///< ca.pem: what browsers are told to trust; ca.key (secret) lies beside it
    std::filesystem::path certificate;  ///< share.pem
    std::filesystem::path key;          ///< share-tls.key, secret
};
[[nodiscard]] TlsFiles tls_files(const std::filesystem::path& folder);
/// Makes the authority in `folder` when there is none (10 years), and anew the certificate for `hosts` and this machine
/// itself (localhost, 127.0.0.1, ::1), good for 397 days. `hosts` are is_host. Throws std::runtime_error with one line
/// that names the file and what is wrong with it.
TlsFiles make_tls_keys(const std::filesystem::path& folder, const std::vector<std::string>& hosts,
                       std::chrono::system_clock::time_point now);

// keys_tls_gnutls.cpp. ECDSA on P-256, all text is PEM. Throws std::runtime_error when GnuTLS fails.

struct PemPair {
    std::string certificate;
    std::string key;
};
[[nodiscard]] PemPair new_authority(std::chrono::system_clock::time_point now);
/// What is wrong with it; empty when it can sign.
[[nodiscard]] std::string authority_fault(const PemPair& authority, std::chrono::system_clock::time_point now);
[[nodiscard]] PemPair new_server_certificate(const PemPair& authority, const std::vector<std::string>& hosts,
                                             std::chrono::system_clock::time_point now);
/// SHA-256, "3A:F0:…", as browsers show it.
[[nodiscard]] std::string certificate_fingerprint(const std::string& pem);

}  // namespace transport

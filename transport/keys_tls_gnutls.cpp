#include "transport/handle.hpp"
#include "transport/keys_tls.hpp"

#include <fmt/format.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace transport {
namespace {

using namespace std::chrono_literals;
using WallTime = std::chrono::system_clock::time_point;
using Certificate = Handle<gnutls_x509_crt_int, gnutls_x509_crt_deinit>;
using PrivateKey = Handle<gnutls_x509_privkey_int, gnutls_x509_privkey_deinit>;

constexpr std::chrono::hours authority_lifetime{24 * 3653};
constexpr std::chrono::hours server_lifetime{24 * 397};  // browsers take no longer ones
constexpr auto clocks_apart = 1h;                        // of who makes the certificate and who reads it
constexpr std::string_view authority_name = "Scialytic authority";
constexpr std::string_view server_name = "Scialytic share";

void check_tls(int result) {
    if (result < 0) throw std::runtime_error{fmt::format("keys: GnuTLS: {}", gnutls_strerror(result))};
}

gnutls_datum_t datum(const std::string& text) {
    // The library reads only, but its type knows no const.
    return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}
/// Owned by us since GnuTLS handed it out.
std::string taken(gnutls_datum_t& text) {
    std::string out{reinterpret_cast<const char*>(text.data), text.size};
    gnutls_free(text.data);
    return out;
}

Certificate new_certificate() {
    gnutls_x509_crt_t made = nullptr;
    check_tls(gnutls_x509_crt_init(&made));
    return Certificate{made};
}
PrivateKey no_key() {
    gnutls_x509_privkey_t made = nullptr;
    check_tls(gnutls_x509_privkey_init(&made));
    return PrivateKey{made};
}
PrivateKey new_key() {
    auto key = no_key();
    check_tls(
        gnutls_x509_privkey_generate(key.get(), GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    return key;
}

std::string pem_of(const Certificate& certificate) {
    gnutls_datum_t text{};
    check_tls(gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_PEM, &text));
    return taken(text);
}
std::string pem_of(const PrivateKey& key) {
    gnutls_datum_t text{};
    check_tls(gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN, &text));
    return taken(text);
}
/// False: the text is none.
bool read_pem(const std::string& pem, const Certificate& certificate) {
    const auto text = datum(pem);
    return gnutls_x509_crt_import(certificate.get(), &text, GNUTLS_X509_FMT_PEM) >= 0;
}
bool read_pem(const std::string& pem, const PrivateKey& key) {
    const auto text = datum(pem);
    return gnutls_x509_privkey_import2(key.get(), &text, GNUTLS_X509_FMT_PEM, nullptr, GNUTLS_PKCS_PLAIN) >= 0;
}

using KeyId = std::array<unsigned char, 20>;
KeyId id_of(const Certificate& certificate) {
    KeyId id{};
    auto size = id.size();
    check_tls(gnutls_x509_crt_get_key_id(certificate.get(), GNUTLS_KEYID_USE_SHA1, id.data(), &size));
    return id;
}
KeyId id_of(const PrivateKey& key) {
    KeyId id{};
    auto size = id.size();
    check_tls(gnutls_x509_privkey_get_key_id(key.get(), GNUTLS_KEYID_USE_SHA1, id.data(), &size));
    return id;
}

/// What every certificate of ours says.
Certificate certificate_for(const PrivateKey& key, std::string_view name, unsigned usage, WallTime now,
                            WallTime until) {
    auto certificate = new_certificate();
    std::array<unsigned char, 16> serial{};
    check_tls(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()));
    serial[0] = static_cast<unsigned char>((serial[0] & 0x7FU) | 0x40U);  // positive, and always as long
    auto* one = certificate.get();
    check_tls(gnutls_x509_crt_set_version(one, 3));
    check_tls(gnutls_x509_crt_set_serial(one, serial.data(), serial.size()));
    check_tls(gnutls_x509_crt_set_dn_by_oid(one, GNUTLS_OID_X520_COMMON_NAME, 0, name.data(),
                                            static_cast<unsigned>(name.size())));
    check_tls(gnutls_x509_crt_set_activation_time(one, std::chrono::system_clock::to_time_t(now - clocks_apart)));
    check_tls(gnutls_x509_crt_set_expiration_time(one, std::chrono::system_clock::to_time_t(until)));
    check_tls(gnutls_x509_crt_set_key(one, key.get()));
    check_tls(gnutls_x509_crt_set_key_usage(one, usage));
    const auto id = id_of(key);
    check_tls(gnutls_x509_crt_set_subject_key_id(one, id.data(), id.size()));
    return certificate;
}

}  // namespace

PemPair new_authority(WallTime now) {
    const auto key = new_key();
    const auto certificate = certificate_for(key, authority_name, GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN, now,
                                             now + authority_lifetime);
    check_tls(gnutls_x509_crt_set_basic_constraints(certificate.get(), 1, 0));
    check_tls(gnutls_x509_crt_sign2(certificate.get(), certificate.get(), key.get(), GNUTLS_DIG_SHA256, 0));
    return {pem_of(certificate), pem_of(key)};
}

std::string authority_fault(const PemPair& authority, WallTime now) {
    const auto certificate = new_certificate();
    const auto key = no_key();
    unsigned critical = 0;
    if (!read_pem(authority.certificate, certificate)) return "not a certificate (PEM)";
    if (gnutls_x509_crt_get_ca_status(certificate.get(), &critical) <= 0) return "not the certificate of an authority";
    if (!read_pem(authority.key, key)) return "ca.key beside it is not a key (PEM)";
    if (id_of(certificate) != id_of(key)) return "ca.key beside it is not its key";
    if (gnutls_x509_crt_get_expiration_time(certificate.get()) <= std::chrono::system_clock::to_time_t(now))
        return "has expired";
    return {};
}

PemPair new_server_certificate(const PemPair& authority, const std::vector<std::string>& hosts, WallTime now) {
    const auto ca = new_certificate();
    const auto ca_key = no_key();
    if (!read_pem(authority.certificate, ca) || !read_pem(authority.key, ca_key))
        throw std::runtime_error{"keys: the authority is none"};
    const auto ca_until = std::chrono::system_clock::from_time_t(gnutls_x509_crt_get_expiration_time(ca.get()));

    const auto key = new_key();
    const auto certificate = certificate_for(key, server_name, GNUTLS_KEY_DIGITAL_SIGNATURE, now,
                                             std::min<WallTime>(now + server_lifetime, ca_until));
    auto* one = certificate.get();
    check_tls(gnutls_x509_crt_set_basic_constraints(one, 0, -1));
    check_tls(gnutls_x509_crt_set_key_purpose_oid(one, GNUTLS_KP_TLS_WWW_SERVER, 0));
    const auto ca_id = id_of(ca);
    check_tls(gnutls_x509_crt_set_authority_key_id(one, ca_id.data(), ca_id.size()));
    for (const auto& host : hosts) {
        const auto address = address_bytes(host);
        const auto& value = address.empty() ? host : address;
        check_tls(gnutls_x509_crt_set_subject_alt_name(one, address.empty() ? GNUTLS_SAN_DNSNAME : GNUTLS_SAN_IPADDRESS,
                                                       value.data(), static_cast<unsigned>(value.size()),
                                                       GNUTLS_FSAN_APPEND));
    }
    check_tls(gnutls_x509_crt_sign2(one, ca.get(), ca_key.get(), GNUTLS_DIG_SHA256, 0));
    return {pem_of(certificate), pem_of(key)};
}

std::string certificate_fingerprint(const std::string& pem) {
    const auto certificate = new_certificate();
    if (!read_pem(pem, certificate)) return {};
    std::array<unsigned char, 32> digest{};
    auto size = digest.size();
    check_tls(gnutls_x509_crt_get_fingerprint(certificate.get(), GNUTLS_DIG_SHA256, digest.data(), &size));
    std::string text;
    for (const auto byte : digest) text += fmt::format("{}{:02X}", text.empty() ? "" : ":", byte);
    return text;
}

}  // namespace transport

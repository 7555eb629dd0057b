#include "transport/keys_tls.hpp"

#include "transport/keys_files.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace transport {
namespace {

constexpr std::size_t largest_pem = 64U << 10U;
constexpr std::array<std::string_view, 3> this_machine{"localhost", "127.0.0.1", "::1"};

bool is_dns_label(std::string_view label) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, allowed);
}

/// The authority of `folder`, made when there is none at all.
PemPair authority_in(const std::filesystem::path& folder, std::chrono::system_clock::time_point now) {
    const auto certificate = folder / "ca.pem";
    const auto key = folder / "ca.key";
    if (!std::filesystem::exists(certificate) && !std::filesystem::exists(key)) {
        const auto made = new_authority(now);
        write_key_file(key, made.key, KeyFile::secret, false);
        write_key_file(certificate, made.certificate, KeyFile::open, false);
    }
    PemPair authority{read_key_file(certificate, largest_pem), read_secret_file(key, largest_pem)};
    const auto fault = authority_fault(authority, now);
    if (!fault.empty())
        complain_of_key_file(certificate, fault +
                                              "; without ca.pem and ca.key a new authority is made, which browsers "
                                              "must be told to trust");
    return authority;
}

}  // namespace

std::string address_bytes(const std::string& host) {
    std::array<char, 16> bytes{};
    if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
    if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
    return {};
}

bool is_host(std::string_view text) {
    if (text.size() > 253 || text.find('\0') != std::string_view::npos) return false;
    if (!address_bytes(std::string{text}).empty()) return true;
    for (auto rest = text;;) {
        const auto dot = rest.find('.');
        const auto label = rest.substr(0, dot);
        if (!is_dns_label(label)) return false;
        // No top-level domain is a number: that is an address with an error in it.
        if (dot == std::string_view::npos) return label.find_first_not_of("0123456789") != std::string_view::npos;
        rest.remove_prefix(dot + 1);
    }
}

TlsFiles tls_files(const std::filesystem::path& folder) {
    return {folder / "ca.pem", folder / "share.pem", folder / "share-tls.key"};
}

TlsFiles make_tls_keys(const std::filesystem::path& folder, const std::vector<std::string>& hosts,
                       std::chrono::system_clock::time_point now) {
    make_key_folder(folder);
    auto all = hosts;
    for (const auto host : this_machine)
        if (std::ranges::find(all, host) == all.end()) all.emplace_back(host);
    const auto made = new_server_certificate(authority_in(folder, now), all, now);
    auto files = tls_files(folder);
    write_key_file(files.key, made.key, KeyFile::secret, true);
    write_key_file(files.certificate, made.certificate, KeyFile::open, true);
    return files;
}

}  // namespace transport

#include "render/share_start.hpp"

#include "render/share_pages.hpp"
#include "render/share_qr.hpp"
#include "transport/keys_tls.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace render {

namespace fs = std::filesystem;

namespace {

/// IPv4, without the loopback.
std::vector<std::string> own_addresses() {
    std::vector<std::string> out;
    ifaddrs* all = nullptr;
    if (getifaddrs(&all) != 0) return out;
    for (const auto* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
        if ((one->ifa_flags & IFF_LOOPBACK) != 0 || (one->ifa_flags & IFF_UP) == 0) continue;
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
        if (inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size()) != nullptr) out.emplace_back(text.data());
    }
    freeifaddrs(all);
    return out;
}

constexpr int certificate_old_days = 360;
constexpr std::array<ShareRole, 5> invited{ShareRole::viewer, ShareRole::colleague, ShareRole::glasses,
                                           ShareRole::moderator, ShareRole::engineer};

std::string turn_address(const transport::Options& options) {
    if (options.turn.empty()) return "-";
    return fmt::format("turn://{}:{}@{}", options.turn_user, options.turn_password, options.turn);
}

}  // namespace

ShareStart::ShareStart(const transport::Options& given) : options_{given} {
    if (page_files().empty())
        throw std::runtime_error("share: this build has no page: build it where Node.js and npm are (./dev build)");
    if (options_.certificate.empty() != options_.certificate_key.empty())
        throw transport::UsageError{"share: --certificate and --certificate-key go together"};
    const auto addresses = own_addresses();
    if (options_.link_host.empty())
        options_.link_host = options_.listen != "0.0.0.0" ? options_.listen
                             : addresses.empty()          ? "localhost"
                                                          : addresses.front();
    fs::path folder = options_.keys;
    if (folder.empty()) {
        temporary_ = std::make_unique<transport::TemporaryKeyFolder>();
        folder = temporary_->path();
        fmt::print("share: no --keys: certificate and links are good until it ends\n");
    }
    if (options_.certificate.empty()) {
        auto names = addresses;
        names.push_back(options_.link_host);
        const auto files = transport::tls_files(folder);
        if (!fs::exists(files.certificate)) transport::make_tls_keys(folder, names, std::chrono::system_clock::now());
        const auto age = fs::file_time_type::clock::now() - fs::last_write_time(files.certificate);
        if (age > std::chrono::days{certificate_old_days})
            fmt::print(stderr,
                       "share: {} is over {} days old and good for 397: make it anew with `scialytic keys tls`\n",
                       files.certificate.string(), certificate_old_days);
        options_.certificate = files.certificate;
        options_.certificate_key = files.key;
        fmt::print("share: browsers that trust {} open the links without a warning\n", files.authority.string());
    }
    TicketLifetimes lifetimes;
    lifetimes.token = std::chrono::minutes{options_.link_minutes};
    tokens_ = std::make_unique<Tokens>(share_secret(folder), folder / "share.journal", std::chrono::system_clock::now(),
                                       lifetimes);
}

std::string ShareStart::invitations(Share& share) {
    std::string out = fmt::format("share: one person a link, within {} minutes; a moderator makes more on the page\n",
                                  options_.link_minutes);
    for (const auto role : invited) {
        const auto link = share.link(role);
        out += fmt::format("{:<10} {}\n", name(role), link);
        if (isatty(STDOUT_FILENO) != 0) out += qr_for_terminal(link);
    }
    const auto now = std::chrono::system_clock::now();
    out += fmt::format("camera     WHIP {0}/whip, Bearer {1}\nprogram    WHEP {0}/whep, Bearer {2}\n", share.address(),
                       tokens_->mint_door(ShareRole::source, now), tokens_->mint_door(ShareRole::viewer, now));
    return out;
}

std::vector<std::string> share_child_command(const transport::Options& options, const std::string& connection) {
    const auto stun = options.stun.empty() ? std::string{"-"} : fmt::format("stun://{}", options.stun);
    return {"/proc/self/exe", "share-peer", connection, stun, turn_address(options)};
}

}  // namespace render

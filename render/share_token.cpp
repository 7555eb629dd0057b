#include "render/share_token.hpp"

#include "transport/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace render {
namespace {

using std::chrono::seconds;

constexpr std::size_t nonce_bytes = 16;
constexpr std::chrono::hours longest_lifetime{7 * 24};
/// A used token is remembered for longer than it is good: a clock that is set back must not make it new.
constexpr std::chrono::hours grace{24};
constexpr seconds clock_step{60};  // backwards, that a ticket survives
constexpr std::uint64_t last_issue_s = std::uint64_t{1} << 33U;

std::string used(const std::string& nonce) {
    return "used-" + nonce;
}
std::string revoked(const std::string& nonce) {
    return "revoked-" + nonce;
}

std::string new_nonce() {
    std::array<std::byte, nonce_bytes> bytes{};
    fill_random(bytes);
    return hexadecimal(bytes);
}

/// `nonce` is as new_nonce makes it.
void put_nonce(transport::ByteWriter& out, const std::string& nonce) {
    for (std::size_t i = 0; i < nonce_bytes; ++i)
        out.put(static_cast<std::uint8_t>(std::stoul(nonce.substr(2 * i, 2), nullptr, 16)));
}

std::string nonce_in(transport::ByteReader& in) {
    std::array<std::byte, nonce_bytes> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::byte>(in.get<std::uint8_t>());
    return hexadecimal(bytes);
}

}  // namespace

Tokens::Tokens(const Secret& secret, const std::filesystem::path& journal, WallTime now, TicketLifetimes lifetimes)
    : secret_{secret}, journal_{journal, now}, lifetimes_{lifetimes} {
    for (const auto kind : {Kind::token, Kind::pass, Kind::door})
        if (lifetime(kind) < seconds{1} || lifetime(kind) > longest_lifetime)
            throw std::runtime_error{fmt::format("share: tickets are good for 1 s to {} h, not for {} s",
                                                 longest_lifetime.count(), lifetime(kind).count())};
}

seconds Tokens::lifetime(Kind kind) const {
    return kind == Kind::token ? lifetimes_.token : kind == Kind::pass ? lifetimes_.pass : lifetimes_.door;
}

std::string Tokens::seal(Kind kind, const Participant& holder, WallTime now) const {
    transport::ByteWriter out;
    out.put(static_cast<std::uint8_t>(kind));
    out.put(static_cast<std::uint8_t>(holder.role));
    out.put(static_cast<std::uint64_t>(std::chrono::floor<seconds>(now.time_since_epoch()).count()));
    out.put(static_cast<std::uint32_t>(lifetime(kind).count()));
    put_nonce(out, holder.id);
    if (kind == Kind::pass) {
        out.put(static_cast<std::uint8_t>(holder.colour));
        out.put_text(holder.name);
    }
    const auto content = base64url(out.bytes());
    return content + "." + base64url(hmac_sha256(secret_, content));
}

std::variant<Tokens::Ticket, std::string> Tokens::open(std::string_view text, Kind kind, WallTime now) const {
    const std::string_view noun = kind == Kind::token ? "link" : kind == Kind::pass ? "pass" : "token";
    const auto refusal = [noun](std::string_view what) { return fmt::format("this {} {}", noun, what); };
    const auto dot = text.find('.');
    if (text.size() > most_ticket_bytes || dot == std::string_view::npos) return refusal("is not valid");
    const auto content = text.substr(0, dot);
    const auto mac = from_base64url(text.substr(dot + 1));
    Mac given{};
    if (!mac || mac->size() != given.size()) return refusal("is not valid");
    std::ranges::copy(*mac, given.begin());
    if (!same_mac(given, hmac_sha256(secret_, content))) return refusal("is not valid");

    // Share's own words from here on.
    const auto bytes = from_base64url(content).value_or(std::vector<std::byte>{});
    transport::ByteReader in{bytes};
    const auto sealed_kind = in.get<std::uint8_t>();
    const auto role = in.get<std::uint8_t>();
    const auto issued_s = in.get<std::uint64_t>();
    const seconds good_for{in.get<std::uint32_t>()};
    Ticket ticket;
    ticket.holder = {nonce_in(in), static_cast<ShareRole>(role)};
    if (sealed_kind == static_cast<std::uint8_t>(Kind::pass)) {
        ticket.holder.colour = in.get<std::uint8_t>();
        ticket.holder.name = in.get_text();
    }
    if (in.failed() || !in.at_end() || role > static_cast<std::uint8_t>(ShareRole::engineer) || issued_s > last_issue_s)
        return refusal("is not valid");
    if (sealed_kind != static_cast<std::uint8_t>(kind)) return fmt::format("this is not a {}", noun);
    const WallTime issued{seconds{issued_s}};
    ticket.expires = issued + good_for;
    if (now < issued - clock_step) return refusal("is from the future: a clock was set back");
    if (now >= ticket.expires) return refusal("has expired");
    if (journal_.holds(revoked(ticket.holder.id))) return refusal("was revoked");
    return ticket;
}

std::string Tokens::mint(ShareRole role, WallTime now) const {
    return seal(Kind::token, {new_nonce(), role}, now);
}

std::variant<Grant, std::string> Tokens::admit(std::string_view token, WallTime now) {
    auto opened = open(token, Kind::token, now);
    if (auto* why = std::get_if<std::string>(&opened)) return std::move(*why);
    const auto& [holder, expires] = std::get<Ticket>(opened);
    if (journal_.holds(used(holder.id))) return "this link was used already";
    if (!journal_.add(used(holder.id), expires + grace))
        return fmt::format("this link cannot be taken, since that could not be remembered ({})", journal_.why());
    return Grant{holder.role, holder.id};
}

std::string Tokens::pass(const Participant& participant, WallTime now) const {
    return seal(Kind::pass, participant, now);
}

std::variant<Participant, std::string> Tokens::come_back(std::string_view pass, WallTime now) const {
    auto opened = open(pass, Kind::pass, now);
    if (auto* why = std::get_if<std::string>(&opened)) return std::move(*why);
    return std::move(std::get<Ticket>(opened).holder);
}

std::string Tokens::mint_door(ShareRole role, WallTime now) const {
    return seal(Kind::door, {new_nonce(), role}, now);
}

std::variant<Grant, std::string> Tokens::admit_door(std::string_view door, WallTime now) const {
    auto opened = open(door, Kind::door, now);
    if (auto* why = std::get_if<std::string>(&opened)) return std::move(*why);
    const auto& holder = std::get<Ticket>(opened).holder;
    return Grant{holder.role, holder.id};
}

bool Tokens::revoke(const std::string& nonce, WallTime now) {
    const auto until = now + longest_lifetime + grace;
    journal_.hold(revoked(nonce), until);
    return journal_.add(revoked(nonce), until);
}

}  // namespace render

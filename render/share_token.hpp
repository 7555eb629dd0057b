// Who may come in: links that open once, passes that bring somebody back, doors for programs. All signed by share.
#pragma once

#include "render/share_journal.hpp"
#include "render/share_message.hpp"
#include "render/share_seal.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

namespace render {

/// At most 7 days each.
struct TicketLifetimes {
    std::chrono::seconds token = std::chrono::minutes{15};
    std::chrono::seconds pass = std::chrono::hours{12};
    std::chrono::seconds door = std::chrono::hours{12};
};

struct Grant {
    ShareRole role = ShareRole::viewer;
    std::string nonce{};  ///< 32 hexadecimal digits, this ticket's alone; the id of the participant it lets in
    bool operator==(const Grant&) const = default;
};
struct Participant {
    std::string id{};  ///< Grant::nonce
    ShareRole role = ShareRole::viewer;
    std::string name{};
    std::uint32_t colour = 0;
    bool operator==(const Participant&) const = default;
};

/// All three are text for an address, BASE64URL(content).BASE64URL(HMAC-SHA-256): 84 characters, a pass up to 258. What
/// is refused comes with one sentence that its holder may read. On one thread; `now` is the clock of the day.
class Tokens {
public:
    /// Throws std::runtime_error with one line: the journal's, or a lifetime that is not allowed.
    Tokens(const Secret& secret, const std::filesystem::path& journal, WallTime now, TicketLifetimes lifetimes = {});

    /// The token of a link: lets one participant in, once, also over restarts.
    [[nodiscard]] std::string mint(ShareRole role, WallTime now) const;
    [[nodiscard]] std::variant<Grant, std::string> admit(std::string_view token, WallTime now);

    /// Brings a participant back as often as needed: reload, dropped link, restart.
    [[nodiscard]] std::string pass(const Participant& participant, WallTime now) const;
    [[nodiscard]] std::variant<Participant, std::string> come_back(std::string_view pass, WallTime now) const;

    /// For a program that gives a camera (WHIP, a source) or watches (WHEP): good as often as its holder comes.
    [[nodiscard]] std::string mint_door(ShareRole role, WallTime now) const;
    [[nodiscard]] std::variant<Grant, std::string> admit_door(std::string_view door, WallTime now) const;

    /// Ends the passes of a participant, or a door, by its nonce. False: that holds for this run only, since the
    /// journal cannot be written; why() tells.
    [[nodiscard]] bool revoke(const std::string& nonce, WallTime now);
    [[nodiscard]] const std::string& why() const { return journal_.why(); }

private:
    enum class Kind : std::uint8_t { token = 1, pass = 2, door = 3 };
    struct Ticket {
        Participant holder{};
        WallTime expires{};
    };
    [[nodiscard]] std::string seal(Kind kind, const Participant& holder, WallTime now) const;
    [[nodiscard]] std::variant<Ticket, std::string> open(std::string_view text, Kind kind, WallTime now) const;
    [[nodiscard]] std::chrono::seconds lifetime(Kind kind) const;

    Secret secret_;
    ShareJournal journal_;
    TicketLifetimes lifetimes_;
};

}  // namespace render

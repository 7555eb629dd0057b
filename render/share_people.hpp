// Who is here and what he may: the rules of a session, without its sockets. `now` is passed in.
#pragma once

#include "render/share_message.hpp"
#include "render/share_token.hpp"
#include "transport/clock.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace render {

using PersonId = std::uint32_t;

/// What of a message a person may not, in one line; empty: all of it.
[[nodiscard]] std::string forbidden(const FromPage& message, ShareRole role);

class SharePeople {
public:
    struct Seat {
        PersonId id = 0;
        Participant who;
        std::uint64_t socket = 0;
        bool muted = true;
        bool silenced = false;
        bool speaking = false;
        bool camera = false;
        double messages = 0;  ///< in the bucket
        transport::Timestamp poured{};
    };
    static constexpr std::size_t most_people = 64;
    static constexpr std::size_t most_listed = 64;
    explicit SharePeople(std::size_t most = most_people) : most_{most} {}
    /// The palette's colour that is used least.
    [[nodiscard]] std::uint32_t free_colour() const;
    /// Nothing when there are so many already. Who comes back has his number, and is silenced as before.
    [[nodiscard]] Seat* sit(const Participant& who, std::uint64_t socket, transport::Timestamp now);
    void leave(PersonId id) { seats_.erase(id); }
    void silence(Seat& seat, bool on);
    [[nodiscard]] Seat* at(PersonId id);
    [[nodiscard]] Seat* on(std::uint64_t socket);
    [[nodiscard]] Seat* called(const std::string& key);
    [[nodiscard]] std::map<PersonId, Seat>& all() { return seats_; }
    /// When there are more than most_listed, who does not moderate is not shown those who only look.
    [[nodiscard]] People list(ShareRole reader = ShareRole::moderator) const;
    /// False when this one says more than a page does: 60 messages a second, 200 at once.
    [[nodiscard]] static bool may_speak(Seat& seat, transport::Timestamp now);

private:
    std::size_t most_;
    std::map<PersonId, Seat> seats_;
    std::map<std::string, PersonId> numbers_;  ///< of everybody who was ever here, by key
    std::set<PersonId> silenced_;              ///< also while they are away
    PersonId next_ = 1;
};

}  // namespace render

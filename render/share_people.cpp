#include "render/share_people.hpp"

#include <algorithm>
#include <array>

namespace render {

namespace {
constexpr double messages_a_second = 60;
constexpr double messages_at_once = 200;

template <typename... Kinds>
bool is_one_of(const FromPage& message) {
    return (std::holds_alternative<Kinds>(message) || ...);
}
}  // namespace

std::string forbidden(const FromPage& message, ShareRole role) {
    const auto may = permissions(role);
    if (role == ShareRole::engineer &&
        is_one_of<Offer, Answer, WatchPicture, CloseConnection, ChooseLayout, Mute, LivePing>(message))
        return "your link shows how long things take, and nothing of the room";
    if (role == ShareRole::source && is_one_of<WatchLatency>(message)) return "this link gives a camera only";
    if (is_one_of<Draw, PointAt, PointerOff, UndoDrawing>(message) && !may.draw)
        return "your link does not let you draw";
    if (const auto* clear = std::get_if<ClearDrawings>(&message)) {
        if (clear->everybodys && !may.moderate) return "only a moderator clears what others have drawn";
        if (!may.draw) return "your link does not let you draw";
    }
    if (is_one_of<SilencePerson, RemovePerson, InvitePerson>(message) && !may.moderate)
        return "only a moderator does that";
    if (const auto* offer = std::get_if<Offer>(&message)) {
        if (offer->connection == Connection::camera && !may.camera) return "your link does not let you share a camera";
        if (role == ShareRole::source && offer->connection != Connection::camera)
            return "this link gives a camera only";
    }
    return {};
}

std::uint32_t SharePeople::free_colour() const {
    std::array<int, share_colours> used{};
    for (const auto& [id, seat] : seats_) ++used.at(seat.who.colour % share_colours);
    return static_cast<std::uint32_t>(std::ranges::min_element(used) - used.begin());
}

SharePeople::Seat* SharePeople::sit(const Participant& who, std::uint64_t socket, transport::Timestamp now) {
    const auto known = numbers_.find(who.id);
    const auto id = known != numbers_.end() ? known->second : next_;
    if (!seats_.contains(id) && seats_.size() >= most_) return nullptr;
    if (known == numbers_.end()) numbers_[who.id] = next_++;
    auto& seat = seats_[id] = {};
    seat.id = id;
    seat.who = who;
    seat.socket = socket;
    seat.silenced = silenced_.contains(id);
    seat.messages = messages_at_once;
    seat.poured = now;
    return &seat;
}

void SharePeople::silence(Seat& seat, bool on) {
    seat.silenced = on;
    if (on)
        silenced_.insert(seat.id);
    else
        silenced_.erase(seat.id);
}

SharePeople::Seat* SharePeople::at(PersonId id) {
    const auto found = seats_.find(id);
    return found == seats_.end() ? nullptr : &found->second;
}

SharePeople::Seat* SharePeople::on(std::uint64_t socket) {
    const auto found = std::ranges::find_if(seats_, [&](const auto& one) { return one.second.socket == socket; });
    return found == seats_.end() ? nullptr : &found->second;
}

SharePeople::Seat* SharePeople::called(const std::string& key) {
    const auto known = numbers_.find(key);
    return known == numbers_.end() ? nullptr : at(known->second);
}

People SharePeople::list(ShareRole reader) const {
    const bool everybody = seats_.size() <= most_listed || permissions(reader).moderate;
    People out;
    for (const auto& [id, seat] : seats_) {
        if (!everybody && permissions(seat.who.role) == Permissions{}) continue;
        out.people.push_back(
            {id, seat.who.name, seat.who.role, seat.who.colour, seat.muted, seat.silenced, seat.speaking, seat.camera});
    }
    return out;
}

bool SharePeople::may_speak(Seat& seat, transport::Timestamp now) {
    const double since = static_cast<double>((now - seat.poured).count()) * 1e-6;
    seat.messages = std::min(messages_at_once, seat.messages + since * messages_a_second);
    seat.poured = now;
    if (seat.messages < 1) return false;
    seat.messages -= 1;
    return true;
}

}  // namespace render

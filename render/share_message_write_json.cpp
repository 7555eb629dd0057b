#include "render/share_message.hpp"

#include <nlohmann/json.hpp>

namespace render {
namespace {

using SentJson = nlohmann::ordered_json;

template <typename T>
std::string word(T value) {
    return std::string{name(value)};
}

SentJson json_of(const Permissions& may) {
    return {{"talk", may.talk}, {"draw", may.draw}, {"camera", may.camera}, {"moderate", may.moderate}};
}
SentJson json_of(const IceServer& ice) {
    SentJson out{{"urls", ice.urls}};
    if (!ice.username.empty()) out["username"] = ice.username;
    if (!ice.credential.empty()) out["credential"] = ice.credential;
    return out;
}
SentJson json_of(const Person& one) {
    return {{"id", one.id},       {"name", one.name},         {"role", word(one.role)},   {"colour", one.colour},
            {"muted", one.muted}, {"silenced", one.silenced}, {"speaking", one.speaking}, {"camera", one.camera}};
}
template <typename T>
SentJson list_of(const std::vector<T>& values) {
    auto out = SentJson::array();
    for (const auto& value : values) out.push_back(json_of(value));
    return out;
}

SentJson json_of(const Welcome& m) {
    auto layouts = SentJson::array();
    for (const auto layout : m.layouts) layouts.push_back(word(layout));
    return {{"type", "welcome"},          {"you", m.you},       {"name", m.name},           {"role", word(m.role)},
            {"colour", m.colour},         {"pass", m.pass},     {"may", json_of(m.may)},    {"ice", list_of(m.ice)},
            {"picture", word(m.picture)}, {"layouts", layouts}, {"layout", word(m.layout)}, {"size", word(m.size)}};
}
SentJson json_of(const Refused& m) {
    return {{"type", "refused"}, {"why", m.why}};
}
SentJson json_of(const Offer& m) {
    return {{"type", "offer"}, {"connection", word(m.connection)}, {"sdp", m.sdp}};
}
SentJson json_of(const Answer& m) {
    return {{"type", "answer"}, {"connection", word(m.connection)}, {"sdp", m.sdp}};
}
SentJson json_of(const Ended& m) {
    SentJson out{{"type", "ended"}, {"connection", word(m.connection)}, {"why", m.why}};
    if (!m.again) out["again"] = false;
    return out;
}
SentJson json_of(const People& m) {
    return {{"type", "people"}, {"people", list_of(m.people)}};
}
SentJson json_of(const Shown& m) {
    return {{"type", "view"}, {"layout", word(m.layout)}, {"size", word(m.size)}, {"why", m.why}};
}
SentJson json_of(const Drawn& m) {
    return {{"type", "drawn"}, {"ref", m.ref}, {"revision", m.revision}};
}
SentJson json_of(const NotDrawn& m) {
    return {{"type", "not-drawn"}, {"ref", m.ref}, {"why", m.why}};
}
SentJson json_of(const Invitation& m) {
    return {{"type", "invitation"}, {"role", word(m.role)}, {"link", m.link}, {"qr", m.qr}, {"expires_s", m.expires_s}};
}
SentJson json_of(const ServerReached& m) {
    return {{"type", "server"}, {"reached", m.reached}};
}
SentJson json_of(const NotTaken& m) {
    return {{"type", "error"}, {"why", m.why}};
}
SentJson json_of(const LivePong& m) {
    SentJson out{{"type", "pong"}, {"id", m.id}, {"server_us", nullptr}, {"bound_us", m.bound_us}};
    if (m.server_us) out["server_us"] = *m.server_us;
    return out;
}

}  // namespace

std::string to_json(const ToPage& message) {
    const auto json = std::visit([](const auto& content) { return json_of(content); }, message);
    return json.dump(-1, ' ', false, SentJson::error_handler_t::replace);
}

}  // namespace render

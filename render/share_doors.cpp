// The standard doors: WHIP (RFC 9725) takes a camera in, WHEP gives the picture out. Both are one connection of the
// kind that the page opens, asked for by plain HTTP.
#include "render/share.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace render {

namespace {

constexpr std::string_view sdp_type = "application/sdp";

HttpAnswer words(int status, const std::string& why) {
    return {status, "text/plain; charset=utf-8", why + "\n", {}};
}

}  // namespace

void Share::asked(const HttpRequest& request, const HttpReply& reply) {
    const bool in = request.path == "/whip" || request.path.starts_with("/whip/");
    const bool at_door = request.path == "/whip" || request.path == "/whep";
    if (at_door && request.method == "POST")
        return open_door(request, reply, in ? Connection::camera : Connection::view);
    if (!at_door && request.method == "DELETE") return close_door(request, reply);
    auto answer = words(405, at_door ? "POST an offer here" : "only DELETE: every candidate is in the answer");
    answer.headers.emplace_back("Allow", at_door ? "POST" : "DELETE");
    reply(answer);
}

void Share::open_door(const HttpRequest& request, const HttpReply& reply, Connection kind) {
    const auto grant = tokens_.admit_door(request.bearer, std::chrono::system_clock::now());
    if (const auto* why = std::get_if<std::string>(&grant)) {
        auto answer = words(401, *why);
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
        return reply(answer);
    }
    const auto role = std::get<Grant>(grant).role;
    const auto nonce = std::get<Grant>(grant).nonce;
    if (kind == Connection::camera ? !permissions(role).camera : !sees_the_room(role))
        return reply(words(403, fmt::format("a link for {} does not open this door", name(role))));
    if (request.type != sdp_type) return reply(words(415, "the offer is application/sdp"));
    // Who holds the token comes back in his own place.
    const auto before = std::ranges::find_if(
        peers_, [&](const auto& one) { return one.second.door == nonce && one.second.kind == kind; });
    if (before != peers_.end()) stop(before->first);
    if (kind == Connection::camera && camera_peer_) return reply(words(409, "another camera is shared already"));
    Peer peer;
    peer.door = nonce;
    if (kind == Connection::view) {
        std::string why;
        peer.feed = feed_for(class_of({options_.layout, ViewSize::full}), why);
        if (!peer.feed) return reply(words(503, why));
    }
    const auto path = fmt::format("{}/{}", request.path, next_peer_);
    peer.answered = [reply, path](const std::string& sdp) {
        reply({201, std::string{sdp_type}, sdp, {{"Location", path}}});
    };
    peer.ended = [reply](const std::string& why) { reply(words(400, why)); };  // after an answer: nobody listens
    try {
        start(kind, request.body, std::move(peer));
    } catch (const std::exception& error) {
        reply(words(503, error.what()));
    }
}

void Share::close_door(const HttpRequest& request, const HttpReply& reply) {
    const auto grant = tokens_.admit_door(request.bearer, std::chrono::system_clock::now());
    if (const auto* why = std::get_if<std::string>(&grant)) return reply(words(401, *why));
    for (const auto& [id, peer] : peers_) {
        const auto* const door = peer.kind == Connection::camera ? "/whip" : "/whep";
        if (peer.door != std::get<Grant>(grant).nonce || request.path != fmt::format("{}/{}", door, id)) continue;
        stop(id);
        return reply(words(200, "closed"));
    }
    reply(words(404, "no such session"));
}

}  // namespace render

// Janus' JSON: read as a stranger's, written as its streaming plugin 1.1 wants it.
#include "render/share_janus_wire.hpp"
#include "transport/plain_text.hpp"

#include <nlohmann/json.hpp>

namespace render {
namespace {

using JanusJson = nlohmann::json;

const JanusJson& at(const JanusJson& map, const char* key) {
    static const JanusJson none;
    if (!map.is_object()) return none;
    const auto found = map.find(key);
    return found == map.end() ? none : *found;
}
std::string text_at(const JanusJson& map, const char* key) {
    const auto& found = at(map, key);
    return found.is_string() ? found.get<std::string>() : std::string{};
}
std::uint64_t number_at(const JanusJson& map, const char* key) {
    const auto& found = at(map, key);
    return found.is_number_unsigned() ? found.get<std::uint64_t>() : 0;
}
int small_at(const JanusJson& map, const char* key) {
    const auto value = number_at(map, key);
    return value <= 65535 ? static_cast<int>(value) : 0;
}
std::string line_at(const JanusJson& map, const char* key) {
    const auto words = text_at(map, key).substr(0, 200);
    return transport::is_plain_text(words) ? words : std::string{"unreadable words"};
}

JanusWord word_of(const JanusJson& json) {
    JanusWord out;
    out.kind = text_at(json, "janus");
    out.sender = number_at(json, "sender");
    out.id = number_at(at(json, "data"), "id");
    if (out.kind == "hangup") out.why = line_at(json, "reason");
    if (const auto& error = at(json, "error"); error.is_object()) {
        out.error = small_at(error, "code");
        out.why = line_at(error, "reason");
    }
    const auto& plugin = at(at(json, "plugindata"), "data");
    if (const auto code = small_at(plugin, "error_code"); code != 0) {
        out.error = code;
        out.why = line_at(plugin, "error");
    }
    const auto& stream = at(plugin, "stream");
    if (const auto id = number_at(stream, "id"); id != 0) out.id = id;
    if (const auto& ports = at(stream, "ports"); ports.is_array() && !ports.empty()) {
        out.rtp_port = small_at(ports.front(), "port");
        out.rtcp_port = small_at(ports.front(), "rtcp_port");
    }
    if (const auto& jsep = at(json, "jsep"); text_at(jsep, "type") == "offer") out.offer = text_at(jsep, "sdp");
    return out;
}

/// Janus wants every request marked; we tell answers apart by their connection.
JanusJson request(const char* kind) {
    return {{"janus", kind}, {"transaction", "scialytic"}};
}
std::string to_plugin(JanusJson body, JanusJson jsep = {}) {
    auto out = request("message");
    out["body"] = std::move(body);
    if (!jsep.is_null()) out["jsep"] = std::move(jsep);
    return out.dump();
}

}  // namespace

std::vector<JanusWord> read_janus(std::string_view text) {
    const auto json = JanusJson::parse(text, nullptr, false);
    std::vector<JanusWord> out;
    if (json.is_object()) out.push_back(word_of(json));
    if (json.is_array())
        for (const auto& one : json) out.push_back(word_of(one));
    std::erase_if(out, [](const JanusWord& word) { return word.kind.empty(); });
    return out;
}

std::string janus_create() {
    return request("create").dump();
}
std::string janus_attach() {
    auto out = request("attach");
    out["plugin"] = "janus.plugin.streaming";
    return out.dump();
}
std::string janus_detach() {
    return request("detach").dump();
}
std::string janus_destroy() {
    return request("destroy").dump();
}
std::string janus_mount(const JanusMount& mount) {
    JanusJson video{
        {"type", "video"}, {"mid", "v"}, {"port", 0},  // of its choice
        {"rtcpport", 0},   {"pt", 96},   {"codec", "h264"}, {"fmtp", "profile-level-id=42e01f;packetization-mode=1"}};
    if (!mount.interface.empty()) video["iface"] = mount.interface;
    return to_plugin({{"request", "create"},
                      {"type", "rtp"},
                      {"is_private", true},
                      {"secret", mount.secret},
                      {"pin", mount.pin},
                      {"media", JanusJson::array({video})}});
}
std::string janus_unmount(const JanusMount& mount) {
    return to_plugin({{"request", "destroy"}, {"id", mount.id}, {"secret", mount.secret}});
}
std::string janus_watch(const JanusMount& mount) {
    return to_plugin({{"request", "watch"}, {"id", mount.id}, {"pin", mount.pin}});
}
std::string janus_start(const std::string& answer_sdp) {
    // A page sends all its candidates at once, whatever its SDP says.
    return to_plugin({{"request", "start"}}, {{"type", "answer"}, {"sdp", answer_sdp}, {"trickle", false}});
}

}  // namespace render

#include "bench/seat_words.hpp"

#include <nlohmann/json.hpp>

namespace bench {

std::string join_words(const std::string& token, const std::string& name) {
    return nlohmann::json{{"type", "join"}, {"token", token}, {"name", name}}.dump();
}

std::string half_size_words() {
    return nlohmann::json{{"type", "layout"}, {"layout", "fused"}, {"size", "half"}}.dump();
}

std::string answer_words(const std::string& sdp) {
    return nlohmann::json{{"type", "answer"}, {"connection", "view"}, {"sdp", sdp}}.dump();
}

SeatHeard read_seat_words(std::string_view text) {
    const auto words = nlohmann::json::parse(text, nullptr, false);
    const auto field = [&](const char* key) {
        const auto found = words.find(key);
        return found != words.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    return words.is_object() ? SeatHeard{field("type"), field("sdp")} : SeatHeard{};
}

}  // namespace bench

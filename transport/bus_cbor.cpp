// Messages as CBOR maps. Each message names its fields once, in `fields`; Writer and Reader both walk that list.
#include "transport/bus.hpp"
#include "transport/bus_guard.hpp"
#include "transport/plain_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

namespace transport {
namespace {

using Json = nlohmann::json;
using Names = std::span<const std::string_view>;

// In the order of their enums.
constexpr std::array<std::string_view, 4> roles{"capture", "display", "control", "annotator"};
constexpr std::array<std::string_view, 3> modalities{"ultrasound", "xray", "camera"};
constexpr std::array<std::string_view, 3> hues{"grey", "gold", "blue"};
constexpr std::array<std::string_view, 5> layouts{"fused", "side-by-side", "picture-in-picture", "xray", "ultrasound"};
constexpr std::array<std::string_view, 2> profiles{"intra-refresh", "browser"};
constexpr std::array<std::string_view, 4> bases{"same-machine", "host-clocks", "known-asymmetry", "exchanges"};
constexpr std::array<const char*, 4> pose_turn{"w", "x", "y", "z"};
constexpr std::array<const char*, 3> pose_place{"x_mm", "y_mm", "z_mm"};
constexpr std::array<std::string_view, 10> kinds{"text",    "arrow", "banner", "marker", "sight",
                                                 "caliper", "tip",   "stroke", "cross",  "pointer"};
constexpr std::array<std::string_view, 9> types{"hello",    "welcome", "ping",  "pong", "status",
                                                "finished", "control", "reply", "rekey"};

/// M is T, or T const: `fields` serves the Writer and the Reader.
template <typename M, typename T>
concept Of = std::same_as<std::remove_const_t<M>, T>;

constexpr std::size_t most_name = 32;
constexpr std::size_t most_line = 1000;
constexpr std::size_t most_counters = 64;
constexpr std::int64_t most_int64 = std::numeric_limits<std::int64_t>::max();

using Counter = std::pair<std::string, std::uint64_t>;

void fields(auto& a, Of<ViewerClass> auto& m) {
    a.choice("layout", m.layout, layouts);
    a.whole("width", m.width, 0, 7680);
    a.whole("height", m.height, 0, 4320);
    a.choice("profile", m.profile, profiles);
}
void fields(auto& a, Of<Similarity> auto& m) {
    a.number("center_x", m.center_x, -1, 2);
    a.number("center_y", m.center_y, -1, 2);
    a.number("scale", m.scale, 0.05, 4);
    a.number("rotation_degrees", m.rotation_degrees, -360, 360);
}
void fields(auto& a, Of<Pose> auto& m) {
    constexpr double farthest_mm = 2000;
    for (std::size_t i = 0; i < 4; ++i) a.number(pose_turn[i], m.rotation[i], -1, 1);
    for (std::size_t i = 0; i < 3; ++i) a.number(pose_place[i], m.mm[i], -farthest_mm, farthest_mm);
}
void fields(auto& a, Of<Annotation> auto& m) {
    a.whole("id", m.id);
    a.word("kind", m.kind, kinds);
    a.choice("modality", m.modality, modalities);
    a.whole("sequence", m.sequence);
    a.number("x0", m.x0, 0, 1);
    a.number("y0", m.y0, 0, 1);
    a.number("x1", m.x1, 0, 1);
    a.number("y1", m.y1, 0, 1);
    a.text("text", m.text, most_annotation_bytes);
    a.text("author", m.author, most_name);
    a.unless_empty("points", m.points, [](auto& b, auto& value) { b.points("points", value); });
    a.unless_empty("owner", m.owner, [](auto& b, auto& value) { b.text("owner", value, most_owner_bytes); });
    a.maybe("color", m.color, [](auto& b, auto& value) { b.whole("color", value, 0, palette_colors - 1); });
}
void fields(auto& a, Of<Counter> auto& m) {
    a.text("name", m.first, 64);
    a.whole("count", m.second);
}
void fields(auto& a, Of<FinishedTimeline> auto& m) {
    a.choice("modality", m.modality, modalities);
    a.whole("stream", m.stream);
    a.whole("sequence", m.sequence);
    a.whole("clock_bound_us", m.clock_bound_us, 0, most_int64);
    a.marks("marks_us", m.marks_us);
}
void fields(auto& a, Of<Hello> auto& m) {
    a.text("node", m.node, most_name);
    a.choice("role", m.role, roles);
    a.whole("boot", m.boot);
    a.choice("stream", m.stream, modalities);
    a.group("viewer", m.viewer);
    a.flag("follow_layout", m.follow_layout);
}
void fields(auto& a, Of<Welcome> auto& m) {
    a.whole("server_boot", m.server_boot);
    a.whole("server_run", m.server_run);
    a.whole("media_port", m.media_port);
    a.whole("media_ssrc", m.media_ssrc);
    a.whole("feedback_ssrc", m.feedback_ssrc);
    a.whole("payload_type", m.payload_type, 0, 127);
    a.whole("stream", m.stream);
    a.maybe_secret("media_key", m.media_key);
}
void fields(auto& a, Of<Rekey> auto& m) {
    a.whole("media_ssrc", m.media_ssrc);
    a.secret("key", m.key);
}
void fields(auto& a, Of<TwoClocks> auto& m) {
    a.whole("node_us", m.node_us, 0, TwoClocks::most_us);
    a.whole("server_us", m.server_us, 0, TwoClocks::most_us);
    a.whole("bound_us", m.bound_us, 0, TwoClocks::most_bound_us);
    a.choice("basis", m.basis, bases);
}
void fields(auto& a, Of<HostTime> auto& m) {
    a.duration("ahead_us", m.ahead, -TwoClocks::most_us, TwoClocks::most_us);
    a.duration("bound_us", m.bound, 0, TwoClocks::most_bound_us);
}
void fields(auto& a, Of<Ping> auto& m) {
    a.whole("id", m.id);
    a.maybe("clocks", m.clocks, [](auto& b, auto& value) { b.group("clocks", value); });
}
void fields(auto& a, Of<Pong> auto& m) {
    a.whole("id", m.id);
    a.whole("server_time_us", m.server_time_us, 0, TwoClocks::most_us);
    a.whole("server_run", m.server_run);
    a.flag("known", m.known);
    a.maybe("host", m.host, [](auto& b, auto& value) { b.group("host", value); });
}
void fields(auto& a, Of<Status> auto& m) {
    a.text("node", m.node, most_name);
    a.text("text", m.text, most_line);
    a.list("counters", m.counters, most_counters);
}
void fields(auto& a, Of<FinishedTimelines> auto& m) {
    a.list("frames", m.frames, FinishedTimelines::most_frames);
}
void fields(auto& a, Of<Control> auto& m) {
    a.maybe("layout", m.layout, [](auto& b, auto& value) { b.choice("layout", value, layouts); });
    a.maybe("opacity", m.opacity, [](auto& b, auto& value) { b.number("opacity", value, 0, 1); });
    a.maybe("overlay", m.overlay, [](auto& b, auto& value) { b.group("overlay", value); });
    a.maybe("annotate", m.annotate, [](auto& b, auto& value) { b.group("annotate", value); });
    a.flag("clear_annotations", m.clear_annotations);
    a.maybe("freeze", m.freeze, [](auto& b, auto& value) { b.flag("freeze", value); });
    a.text("display", m.display, most_name);
    a.flag("want_status", m.want_status);
    a.maybe("doppler_only", m.doppler_only, [](auto& b, auto& value) { b.flag("doppler_only", value); });
    a.maybe("echo_hue", m.echo_hue, [](auto& b, auto& value) { b.choice("echo_hue", value, hues); });
    a.maybe("probe", m.probe, [](auto& b, auto& value) { b.group("probe", value); });
    a.maybe("search_probe", m.search_probe, [](auto& b, auto& value) { b.flag("search_probe", value); });
    a.maybe("forget_tip", m.forget_tip, [](auto& b, auto& value) { b.flag("forget_tip", value); });
    a.maybe("undo", m.undo, [](auto& b, auto& value) { b.text("undo", value, most_owner_bytes); });
    a.maybe("clear_owner", m.clear_owner, [](auto& b, auto& value) { b.text("clear_owner", value, most_owner_bytes); });
    a.maybe("pointer_off", m.pointer_off, [](auto& b, auto& value) { b.text("pointer_off", value, most_owner_bytes); });
}
void fields(auto& a, Of<Reply> auto& m) {
    a.flag("accepted", m.accepted);
    a.text("text", m.text, most_line);
    a.unless_empty("revision", m.revision, [](auto& b, auto& value) { b.whole("revision", value); });
}

class Writer {
public:
    explicit Writer(Json& map) : map_{map} {}
    void text(const char* key, const std::string& value, std::size_t most) { map_[key] = plain_text(value, most); }
    void word(const char* key, const std::string& value, Names) { map_[key] = plain_text(value, most_name); }
    void flag(const char* key, bool value) { map_[key] = value; }
    template <std::integral T>
    void whole(const char* key, T value, std::int64_t = 0, std::int64_t = 0) {
        map_[key] = value;
    }
    void duration(const char* key, Microseconds value, std::int64_t, std::int64_t) { map_[key] = value.count(); }
    void number(const char* key, double value, double, double) { map_[key] = value; }
    void choice(const char* key, auto value, Names names) {
        map_[key] = std::string{names[static_cast<std::size_t>(value)]};
    }
    void marks(const char* key, const std::vector<std::int64_t>& value) {
        auto padded = value;
        padded.resize(stage_count, -1);
        map_[key] = padded;
    }
    void group(const char* key, const auto& value) {
        Json below = Json::object();
        Writer writer{below};
        fields(writer, value);
        map_[key] = std::move(below);
    }
    void list(const char* key, const auto& values, std::size_t most) {
        Json items = Json::array();
        for (const auto& value : values) {
            if (items.size() == most) break;
            Json below = Json::object();
            Writer writer{below};
            fields(writer, value);
            items.push_back(std::move(below));
        }
        map_[key] = std::move(items);
    }
    void points(const char* key, const std::vector<ImagePoint>& values) {
        Json items = Json::array();
        for (const auto& value : values) {
            if (items.size() == most_stroke_points) break;
            items.push_back(Json::array({value.x, value.y}));
        }
        map_[key] = std::move(items);
    }
    void maybe(const char*, const auto& value, auto write) {
        if (value) write(*this, *value);
    }
    template <typename T>
    void unless_empty(const char*, const T& value, auto write) {
        if (value != T{}) write(*this, value);
    }
    void secret(const char* key, const std::optional<MediaKey>& value) {
        if (value) map_[key] = value->text();
    }
    void maybe_secret(const char* key, const std::optional<MediaKey>& value) { secret(key, value); }

private:
    Json& map_;
};

/// After the first field that is wrong, nothing is looked at any more.
class Reader {
public:
    explicit Reader(const Json& map) : map_{map}, good_{map.is_object()} {}
    [[nodiscard]] bool good() const { return good_; }

    void text(const char* key, std::string& value, std::size_t most) {
        const auto* found = find(key);
        if (!expect(found && found->is_string())) return;
        const auto& words = found->get_ref<const std::string&>();
        if (expect(words.size() <= most && is_plain_text(words))) value = words;
    }
    void word(const char* key, std::string& value, Names names) {
        text(key, value, most_name);
        expect(std::ranges::find(names, value) != names.end());
    }
    void flag(const char* key, bool& value) {
        const auto* found = find(key);
        if (expect(found && found->is_boolean())) value = found->get<bool>();
    }
    template <std::unsigned_integral T>
    void whole(const char* key, T& value, std::uint64_t least = 0, std::uint64_t most = std::numeric_limits<T>::max()) {
        const auto* found = find(key);
        if (!expect(found && found->is_number_unsigned())) return;
        const auto number = found->get<std::uint64_t>();
        if (expect(number >= least && number <= most)) value = static_cast<T>(number);
    }
    template <std::signed_integral T>
    void whole(const char* key, T& value, std::int64_t least, std::int64_t most) {
        const auto* found = find(key);
        if (expect(found)) value = static_cast<T>(signed_value(*found, least, most));
    }
    void duration(const char* key, Microseconds& value, std::int64_t least, std::int64_t most) {
        std::int64_t us = 0;
        whole(key, us, least, most);
        value = Microseconds{us};
    }
    void number(const char* key, double& value, double least, double most) {
        const auto* found = find(key);
        if (expect(found)) value = number_in(*found, least, most);
    }
    template <typename T>
    void choice(const char* key, T& value, Names names) {
        std::string word;
        text(key, word, most_name);
        const auto found = std::ranges::find(names, word);
        if (expect(found != names.end())) value = static_cast<T>(found - names.begin());
    }
    void marks(const char* key, std::vector<std::int64_t>& value) {
        const auto* found = find(key);
        if (!expect(found && found->is_array() && found->size() == stage_count)) return;
        for (const auto& mark : *found) value.push_back(signed_value(mark, -1, most_int64));
    }
    void group(const char* key, auto& value) {
        const auto* found = find(key);
        if (expect(found)) below(*found, value);
    }
    template <typename T>
    void list(const char* key, std::vector<T>& values, std::size_t most) {
        const auto* found = find(key);
        if (!expect(found && found->is_array() && found->size() <= most)) return;
        for (const auto& item : *found) below(item, values.emplace_back());
    }
    void points(const char* key, std::vector<ImagePoint>& values) {
        const auto* found = find(key);
        if (!expect(found && found->is_array() && found->size() <= most_stroke_points)) return;
        for (const auto& item : *found)
            if (expect(item.is_array() && item.size() == 2))
                values.push_back({number_in(item[0], 0, 1), number_in(item[1], 0, 1)});
    }
    template <typename T>
    void maybe(const char* key, std::optional<T>& value, auto read) {
        if (!find(key)) return;
        read(*this, value.emplace());
    }
    void unless_empty(const char* key, auto& value, auto read) {
        if (find(key)) read(*this, value);
    }
    void secret(const char* key, std::optional<MediaKey>& value) {
        const auto* found = find(key);
        if (!expect(found && found->is_string())) return;
        value = media_key_from_text(found->get_ref<const std::string&>());
        expect(value.has_value());
    }
    void maybe_secret(const char* key, std::optional<MediaKey>& value) {
        if (find(key)) secret(key, value);
    }

private:
    const Json* find(const char* key) const {
        if (!good_) return nullptr;
        const auto found = map_.find(key);
        return found == map_.end() ? nullptr : &*found;
    }
    bool expect(bool right) { return good_ = good_ && right; }
    double number_in(const Json& json, double least, double most) {
        if (!expect(json.is_number())) return 0;
        const auto number = json.get<double>();
        return expect(std::isfinite(number) && number >= least && number <= most) ? number : 0;
    }
    std::int64_t signed_value(const Json& json, std::int64_t least, std::int64_t most) {
        const bool fits =
            json.is_number_integer() &&
            (!json.is_number_unsigned() || json.get<std::uint64_t>() <= static_cast<std::uint64_t>(most_int64));
        if (!expect(fits)) return 0;
        const auto number = json.get<std::int64_t>();
        return expect(number >= least && number <= most) ? number : 0;
    }
    void below(const Json& json, auto& value) {
        Reader reader{json};
        if (reader.good()) fields(reader, value);
        expect(reader.good());
    }

    const Json& map_;
    bool good_;
};

template <std::size_t index = 0>
std::optional<Message> read_as(std::string_view type, const Json& json) {
    if constexpr (index == std::variant_size_v<Message>) {
        return std::nullopt;
    } else {
        if (type != types[index]) return read_as<index + 1>(type, json);
        std::variant_alternative_t<index, Message> message;
        Reader reader{json};
        fields(reader, message);
        if (!reader.good()) return std::nullopt;
        return message;
    }
}

}  // namespace

static_assert(types.size() == std::variant_size_v<Message>);
std::string_view name(const Message& message) {
    return types.at(message.index());
}
std::string_view name(Role role) {
    return roles.at(static_cast<std::size_t>(role));
}

std::vector<std::byte> to_cbor(const Message& message) {
    Json json{{"type", std::string{name(message)}}};
    Writer writer{json};
    std::visit([&writer](const auto& content) { fields(writer, content); }, message);
    const auto cbor = Json::to_cbor(json);
    std::vector<std::byte> bytes(cbor.size());
    std::ranges::transform(cbor, bytes.begin(), [](std::uint8_t byte) { return std::byte{byte}; });
    return bytes;
}

std::optional<Message> message_from_cbor(std::span<const std::byte> bytes) {
    if (bytes.size() > most_message_bytes || !is_plain_cbor(bytes)) return std::nullopt;
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const auto json = Json::from_cbor(first, first + bytes.size(), true, false);
    if (!json.is_object()) return std::nullopt;
    const auto type = json.find("type");
    if (type == json.end() || !type->is_string()) return std::nullopt;
    return read_as(type->get_ref<const std::string&>(), json);
}

}  // namespace transport

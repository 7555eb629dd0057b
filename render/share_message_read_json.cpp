// A stranger's JSON into a message, or one line that says what is wrong with it.
#include "render/share_message.hpp"
#include "transport/options_schema.hpp"
#include "transport/plain_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <span>

namespace render {
namespace {

using transport::in_quotes;
using PageJson = nlohmann::json;

/// Brackets within brackets, before a parser stacks them up; ours are 3 deep.
bool is_shallow(std::string_view text) {
    constexpr int deepest = 8;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\')
            ++i;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
            ++depth;
        else if (!in_string && (c == '}' || c == ']'))
            --depth;
        if (depth > deepest) return false;
    }
    return true;
}

/// Lines of plain text.
bool is_plain_sdp(std::string_view sdp) {
    while (!sdp.empty()) {
        const auto end = sdp.find('\n');
        auto line = sdp.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!transport::is_plain_text(line)) return false;
        if (end == std::string_view::npos) break;
        sdp.remove_prefix(end + 1);
    }
    return true;
}

/// The fields of one message. After the first that is wrong, `why` stands and nothing is looked at any more.
class PageFields {
public:
    PageFields(const PageJson& map, std::string& why) : map_{map}, why_{why} {}
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool has(const char* key) const { return map_.contains(key); }

    bool expect(bool right, const char* key, std::string_view wanted) {
        if (good_ && !right) why_ = fmt::format("{}: {}: {}", type_, key, wanted);
        return good_ = good_ && right;
    }
    std::string raw_text(const char* key, std::size_t least, std::size_t most) {
        const auto* found = find(key);
        if (!expect(found && found->is_string(), key, "a text is needed")) return {};
        const auto& words = found->get_ref<const std::string&>();
        if (words.size() > most) return expect(false, key, fmt::format("at most {} bytes", most)), std::string{};
        return expect(words.size() >= least, key, "must not be empty") ? words : std::string{};
    }
    std::string text(const char* key, std::size_t least, std::size_t most) {
        auto words = raw_text(key, least, most);
        expect(is_visible_text(words), key, "only UTF-8 without control or hidden characters");
        return words;
    }
    bool flag(const char* key) {
        const auto* found = find(key);
        return expect(found && found->is_boolean(), key, "true or false is needed") && found->get<bool>();
    }
    template <typename T>
    T whole(const char* key) {
        const auto* found = find(key);
        constexpr auto most = std::numeric_limits<T>::max();
        const bool fits = found && found->is_number_unsigned() && found->get<std::uint64_t>() <= most;
        return expect(fits, key, fmt::format("a whole number 0..{} is needed", most)) ? found->get<T>() : T{};
    }
    double share(const char* key) {
        const auto* found = find(key);
        return expect(found && is_share(*found), key, "a number 0..1 is needed") ? found->get<double>() : 0;
    }
    template <typename T>
    T choice(const char* key, std::initializer_list<T> values) {
        const auto* found = find(key);
        const auto* word = found ? found->get_ptr<const std::string*>() : nullptr;
        std::string wanted;
        for (const auto value : values) {
            if (word && *word == name(value)) return value;
            wanted += fmt::format("{}{}", wanted.empty() ? "one of " : ", ", name(value));
        }
        expect(false, key, wanted);
        return *values.begin();
    }
    std::vector<ImagePoint> points(const char* key, std::size_t least, std::size_t most) {
        const auto* found = find(key);
        std::vector<ImagePoint> out;
        if (!expect(found && found->is_array(), key, "a list of [x,y] is needed")) return out;
        const auto wanted = least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
        if (!expect(found->size() >= least && found->size() <= most, key,
                    fmt::format("{} are given, {} are needed", found->size(), wanted)))
            return out;
        for (const auto& one : *found) {
            const bool point = one.is_array() && one.size() == 2 && is_share(one[0]) && is_share(one[1]);
            if (!expect(point, key, "each is [x,y], numbers 0..1")) break;
            out.push_back({one[0].get<double>(), one[1].get<double>()});
        }
        return out;
    }
    /// Its name, as every line of complaint begins.
    const std::string& type() {
        const auto* found = find("type");
        const auto* word = found ? found->get_ptr<const std::string*>() : nullptr;
        expect(word != nullptr, "type", "a text is needed");
        if (word) type_ = *word;
        return type_;
    }
    void refuse_type() {
        if (good_) why_ = fmt::format("type: {} is not known here", in_quotes(type_));
        good_ = false;
    }

private:
    const PageJson* find(const char* key) const {
        const auto found = map_.find(key);
        return found == map_.end() ? nullptr : &*found;
    }
    static bool is_share(const PageJson& json) {
        if (!json.is_number()) return false;
        const auto value = json.get<double>();
        return std::isfinite(value) && value >= 0 && value <= 1;
    }

    const PageJson& map_;
    std::string& why_;
    std::string type_ = "message";
    bool good_ = true;
};

Connection connection_in(PageFields& in) {
    return in.choice("connection", {Connection::view, Connection::talk, Connection::camera});
}
transport::Modality modality_in(PageFields& in) {
    using transport::Modality;
    return in.choice("modality", {Modality::ultrasound, Modality::xray, Modality::camera});
}

FromPage join_in(PageFields& in) {
    if (in.has("pass")) return ComeBack{in.text("pass", 1, most_ticket_bytes)};
    auto token = in.text("token", 1, most_ticket_bytes);
    const auto person = person_name(in.raw_text("name", 0, most_page_message_bytes));
    in.expect(person.has_value(), "name", fmt::format("1 to {} characters that can be seen", most_person_name));
    return Join{std::move(token), person.value_or("")};
}

/// T: Offer or Answer.
template <typename T>
FromPage sdp_in(PageFields& in) {
    const auto connection = connection_in(in);
    auto sdp = in.raw_text("sdp", 1, most_sdp_bytes);
    in.expect(is_plain_sdp(sdp), "sdp", "only UTF-8 without control characters");
    return T{connection, std::move(sdp)};
}

FromPage layout_in(PageFields& in) {
    using transport::Layout;
    const auto layout = in.choice(
        "layout", {Layout::fused, Layout::side_by_side, Layout::picture_in_picture, Layout::xray, Layout::ultrasound});
    return ChooseLayout{layout, in.choice("size", {ViewSize::full, ViewSize::half})};
}

FromPage draw_in(PageFields& in) {
    Draw draw;
    draw.ref = in.whole<std::uint32_t>("ref");
    draw.kind = in.choice("kind", {DrawingKind::stroke, DrawingKind::arrow, DrawingKind::text, DrawingKind::cross});
    draw.modality = modality_in(in);
    draw.sequence = in.whole<std::uint32_t>("sequence");
    const bool stroke = draw.kind == DrawingKind::stroke;
    const std::size_t least = stroke || draw.kind == DrawingKind::arrow ? 2 : 1;
    draw.points = in.points("points", least, stroke ? most_stroke_points : least);
    const bool words = draw.kind == DrawingKind::text;
    if (words || in.has("text")) draw.text = in.text("text", words ? 1 : 0, most_drawing_text_bytes);
    return draw;
}

/// T: FromPage or FromChannel.
template <typename T>
T pointer_in(PageFields& in) {
    if (in.has("off")) {
        in.expect(in.flag("off"), "off", "only true is known");
        return PointerOff{};
    }
    const auto modality = modality_in(in);
    const auto sequence = in.whole<std::uint32_t>("sequence");
    const auto x = in.share("x");
    return PointAt{modality, sequence, {x, in.share("y")}};
}

template <typename T>
T ping_in(PageFields& in) {
    return LivePing{in.whole<std::uint64_t>("id")};
}

FromPage clear_in(PageFields& in) {
    const auto whose = in.text("whose", 1, 4);
    in.expect(whose == "mine" || whose == "all", "whose", "one of mine, all");
    return ClearDrawings{whose == "all"};
}

FromPage silence_in(PageFields& in) {
    const auto who = in.whole<std::uint32_t>("who");
    return SilencePerson{who, in.flag("on")};
}

FromPage invite_in(PageFields& in) {
    return InvitePerson{in.choice("role", {ShareRole::viewer, ShareRole::colleague, ShareRole::glasses,
                                           ShareRole::moderator, ShareRole::source, ShareRole::engineer})};
}

template <typename T>
struct PageMessage {
    std::string_view type;
    T (*read)(PageFields& in) = nullptr;
};
constexpr std::array<PageMessage<FromPage>, 16> page_messages{{
    {"join", join_in},
    {"offer", sdp_in<Offer>},
    {"answer", sdp_in<Answer>},
    {"watch", [](PageFields&) -> FromPage { return WatchPicture{}; }},
    {"close", [](PageFields& in) -> FromPage { return CloseConnection{connection_in(in)}; }},
    {"layout", layout_in},
    {"draw", draw_in},
    {"pointer", pointer_in<FromPage>},
    {"undo", [](PageFields&) -> FromPage { return UndoDrawing{}; }},
    {"clear", clear_in},
    {"muted", [](PageFields& in) -> FromPage { return Mute{in.flag("on")}; }},
    {"silence", silence_in},
    {"remove", [](PageFields& in) -> FromPage { return RemovePerson{in.whole<std::uint32_t>("who")}; }},
    {"invite", invite_in},
    {"ping", ping_in<FromPage>},
    {"latency", [](PageFields& in) -> FromPage { return WatchLatency{in.flag("on")}; }},
}};
constexpr std::array<PageMessage<FromChannel>, 2> channel_messages{{
    {"ping", ping_in<FromChannel>},
    {"pointer", pointer_in<FromChannel>},
}};

template <typename T>
std::optional<T> read_message(std::string_view text, std::size_t most, std::span<const PageMessage<T>> known,
                              std::string& why) {
    if (text.size() > most) return why = fmt::format("message: at most {} bytes", most), std::nullopt;
    if (!is_shallow(text)) return why = "message: nested too deep", std::nullopt;
    const auto json = PageJson::parse(text, nullptr, false);
    // The parser takes a zero byte for the end and looks at nothing behind it.
    if (!json.is_object() || text.find('\0') != std::string_view::npos)
        return why = "message: a JSON object is needed", std::nullopt;
    PageFields in{json, why};
    const auto found = std::ranges::find(known, std::string_view{in.type()}, &PageMessage<T>::type);
    if (found == known.end()) return in.refuse_type(), std::nullopt;
    auto message = found->read(in);
    if (!in.good()) return std::nullopt;
    return message;
}

}  // namespace

std::optional<FromPage> read_from_page(std::string_view text, std::string& why) {
    return read_message<FromPage>(text, most_page_message_bytes, page_messages, why);
}
std::optional<FromChannel> read_from_channel(std::string_view text, std::string& why) {
    return read_message<FromChannel>(text, most_channel_message_bytes, channel_messages, why);
}

}  // namespace render

#include "render/share_message.hpp"

#include "transport/plain_text.hpp"

#include <algorithm>
#include <utility>

namespace render {
namespace {

// In the order of their enums.
constexpr std::array<std::string_view, 6> share_roles{"viewer",    "colleague", "glasses",
                                                      "moderator", "source",    "engineer"};
constexpr std::array<std::string_view, 3> connections{"view", "talk", "camera"};
constexpr std::array<std::string_view, 2> pictures_by{"direct", "janus"};
constexpr std::array<std::string_view, 2> view_sizes{"full", "half"};
constexpr std::array<std::string_view, 4> drawing_kinds{"stroke", "arrow", "text", "cross"};

/// Characters without a picture of their own: they hide, divide lines or turn the direction of what follows. The two
/// joiners (U+200C, U+200D) are not among them: Persian and emoji are written with them.
constexpr std::array<std::pair<char32_t, char32_t>, 13> unseen{{{0x00AD, 0x00AD},
                                                                {0x034F, 0x034F},
                                                                {0x061C, 0x061C},
                                                                {0x115F, 0x1160},
                                                                {0x180E, 0x180E},
                                                                {0x200B, 0x200B},
                                                                {0x200E, 0x200F},
                                                                {0x2028, 0x202E},
                                                                {0x2060, 0x206F},
                                                                {0x3164, 0x3164},
                                                                {0xFEFF, 0xFEFF},
                                                                {0xFFF9, 0xFFFB},
                                                                {0xE0000, 0xE007F}}};
constexpr std::u32string_view blanks =
    U" \u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    U"\u200A\u202F\u205F\u2800\u3000\u200C\u200D";

/// `text` is valid UTF-8.
std::u32string characters(std::string_view text) {
    std::u32string out;
    for (const char byte : text) {
        const auto value = static_cast<unsigned char>(byte);
        if (value < 0x80U)
            out += char32_t{value};
        else if (value >= 0xC0U)
            out += char32_t{value & (value >= 0xF0U ? 0x07U : value >= 0xE0U ? 0x0FU : 0x1FU)};
        else
            out.back() = out.back() << 6U | (value & 0x3FU);
    }
    return out;
}

bool is_unseen(char32_t one) {
    return std::ranges::any_of(unseen, [one](auto range) { return one >= range.first && one <= range.second; });
}

std::string_view without_spaces_around(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::string_view name(ShareRole role) {
    return share_roles.at(static_cast<std::size_t>(role));
}
std::string_view name(Connection connection) {
    return connections.at(static_cast<std::size_t>(connection));
}
std::string_view name(PictureBy by) {
    return pictures_by.at(static_cast<std::size_t>(by));
}
std::string_view name(ViewSize size) {
    return view_sizes.at(static_cast<std::size_t>(size));
}
std::string_view name(DrawingKind kind) {
    return drawing_kinds.at(static_cast<std::size_t>(kind));
}

std::optional<ShareRole> share_role_named(std::string_view word) {
    const auto found = std::ranges::find(share_roles, word);
    if (found == share_roles.end()) return std::nullopt;
    return static_cast<ShareRole>(found - share_roles.begin());
}

Permissions permissions(ShareRole role) {
    switch (role) {
        case ShareRole::colleague: return {.talk = true, .draw = true};
        case ShareRole::glasses: return {.talk = true, .draw = true, .camera = true};
        case ShareRole::moderator: return {.talk = true, .draw = true, .camera = true, .moderate = true};
        case ShareRole::source: return {.camera = true};
        case ShareRole::viewer:
        case ShareRole::engineer: break;
    }
    return {};
}

bool sees_the_room(ShareRole role) {
    return role != ShareRole::source && role != ShareRole::engineer;
}

bool is_visible_text(std::string_view text) {
    return transport::is_plain_text(text) && std::ranges::none_of(characters(text), is_unseen);
}

std::optional<std::string> person_name(std::string_view text) {
    text = without_spaces_around(text);
    if (!is_visible_text(text)) return std::nullopt;
    const auto seen = characters(text);
    if (seen.size() > most_person_name || seen.find_first_not_of(blanks) == std::u32string::npos) return std::nullopt;
    return std::string{text};
}

}  // namespace render

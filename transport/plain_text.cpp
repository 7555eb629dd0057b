#include "transport/plain_text.hpp"

#include <algorithm>

namespace transport {
namespace {

/// Bytes of the character that `text` begins with; 0 when it is broken, overlong or a control character.
std::size_t plain_character(std::string_view text) {
    const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned first = at(0);
    if (first < 0x80U) return first >= 0x20U && first != 0x7FU ? 1 : 0;
    const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
    unsigned code = first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0U) != 0x80U) return 0;
        code = code << 6U | (at(i) & 0x3FU);
    }
    if (first < 0xC2U || first > 0xF4U || code < 0xA0U) return 0;
    if ((length == 3 && code < 0x800U) || (length == 4 && code < 0x10000U)) return 0;
    if ((code >= 0xD800U && code < 0xE000U) || code > 0x10FFFFU) return 0;
    return length;
}

}  // namespace

bool is_plain_text(std::string_view text) {
    while (!text.empty()) {
        const auto length = plain_character(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string plain_text(std::string_view text, std::size_t most_bytes) {
    std::string plain;
    while (!text.empty()) {
        const auto length = plain_character(text);
        const auto character = length == 0 ? std::string_view{"?"} : text.substr(0, length);
        if (plain.size() + character.size() > most_bytes) break;
        plain += character;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return plain;
}

}  // namespace transport

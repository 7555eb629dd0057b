#include "render/share_qr.hpp"

#include <array>

namespace render {
namespace {

// Half of what the standard wants, as terminals have 24 lines and readers take it.
constexpr std::size_t terminal_border = 2;

}  // namespace

std::string qr_for_terminal(std::string_view text) {
    const auto rows = qr_rows(text);
    if (rows.empty()) return {};
    const auto side = rows.size() + 2 * terminal_border;
    const auto is_light = [&rows, side](std::size_t x, std::size_t y) {
        if (y >= side) return false;  // below the last row is the terminal
        const bool inside =
            x >= terminal_border && y >= terminal_border && x < side - terminal_border && y < side - terminal_border;
        return !inside || rows[y - terminal_border][x - terminal_border] == '0';
    };
    // By upper, then lower half: a letter is light.
    constexpr std::array<std::string_view, 4> blocks{" ", "\u2584", "\u2580", "\u2588"};
    std::string out;
    for (std::size_t y = 0; y < side; y += 2) {
        for (std::size_t x = 0; x < side; ++x)
            out += blocks.at((is_light(x, y) ? 2U : 0U) + (is_light(x, y + 1) ? 1U : 0U));
        out += '\n';
    }
    return out;
}

}  // namespace render

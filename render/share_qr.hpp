// A link for the camera of a phone or of glasses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace render {

/// Rows of modules, '1' dark, without the light border (4 modules) that a reader wants around them. Empty: `text` is
/// empty or does not fit (2953 bytes).
[[nodiscard]] std::vector<std::string> qr_rows(std::string_view text);
/// Lines of half blocks, border included, for light letters on a dark terminal; empty as above.
[[nodiscard]] std::string qr_for_terminal(std::string_view text);

}  // namespace render

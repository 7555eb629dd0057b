// Words from outside, before they reach a terminal or a picture.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace transport {

/// Valid UTF-8 without control characters: safe for a terminal, a picture and JSON.
[[nodiscard]] bool is_plain_text(std::string_view text);
/// The same text made plain: what is not becomes '?', what does not fit into `most_bytes` is left out.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t most_bytes);

}  // namespace transport

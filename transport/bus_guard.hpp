// What comes from a stranger's hands is looked over before anything is built from it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace transport {

/// One CBOR map with text keys, each once; below it maps, arrays, texts, numbers and booleans, all of announced
/// length, nested at most 6 deep, filling `bytes` exactly. No byte strings, tags, nulls or indefinite lengths.
[[nodiscard]] bool is_plain_cbor(std::span<const std::byte> bytes);

/// Valid UTF-8 without control characters: safe for a terminal, a picture and JSON.
[[nodiscard]] bool is_plain_text(std::string_view text);
/// The same text made plain: what is not becomes '?', what does not fit into `most_bytes` is left out.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t most_bytes);

}  // namespace transport

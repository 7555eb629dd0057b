// What comes from a stranger's hands is looked over before anything is built from it.
#pragma once

#include <cstddef>
#include <span>

namespace transport {

/// One CBOR map with text keys, each once; below it maps, arrays, texts, numbers and booleans, all of announced
/// length, nested at most 6 deep, filling `bytes` exactly. No byte strings, tags, nulls or indefinite lengths.
[[nodiscard]] bool is_plain_cbor(std::span<const std::byte> bytes);

}  // namespace transport

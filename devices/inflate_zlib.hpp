// Compressed bytes of a volume or a recording, as gzip (NIfTI) and zlib (MetaImage) write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace devices {

/// gzip or zlib, told by its own first bytes; gzip may have several members. Throws std::runtime_error with one short
/// reason when it is neither, broken, cut off, or grows beyond `most_bytes`; what follows the end is not looked at.
[[nodiscard]] std::vector<std::uint8_t> inflated(std::span<const std::uint8_t> packed, std::size_t most_bytes);

}  // namespace devices

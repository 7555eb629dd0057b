#include "capture/content_hash.hpp"

#include <xxhash.h>

namespace capture {

std::uint64_t content_hash(const transport::Pixels& pixels) {
    std::uint64_t hash = 0;
    for (int plane = 0; plane < pixels.plane_count(); ++plane)
        for (int y = 0; y < pixels.plane_height(plane); ++y)
            hash =
                XXH3_64bits_withSeed(pixels.row(plane, y), static_cast<std::size_t>(pixels.plane_width(plane)), hash);
    return hash;
}

}  // namespace capture

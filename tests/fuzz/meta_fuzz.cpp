// A tracked recording from anywhere: refused in one line, or as many pixels as it tells of and finite poses.
// alone: devices/meta_header.cpp devices/meta_image.cpp devices/inflate_zlib.cpp transport/plain_text.cpp
#include "devices/meta_image.hpp"
#include "transport/plain_text.hpp"

#include <cmath>
#include <cstdlib>
#include <stdexcept>

namespace {

void check_meta(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto image = devices::read_meta_image(std::span{data, size});
        const auto& header = image.header;
        check_meta(header.length <= size && !header.frames.empty());
        check_meta(image.pixels.size() == header.frames.size() * header.frame_bytes());
        for (const auto& position : devices::meta_positions(header)) {
            check_meta(std::isfinite(position.seconds));
            for (const double mm : position.mm) check_meta(std::isfinite(mm));
        }
    } catch (const std::runtime_error& error) {
        check_meta(transport::is_plain_text(error.what()));
    }
    return 0;
}

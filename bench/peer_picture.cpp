#include "bench/peer_picture.hpp"

#include <cstring>

namespace bench {

using namespace transport;

void write_coded(const Pixels& image, const Timecode& code, Pixels& to) {
    for (int plane = 0; plane < 3; ++plane) {
        const bool there = plane < image.plane_count();
        const auto width = there ? static_cast<std::size_t>(image.plane_width(plane)) : 0;
        for (int y = 0; y < to.plane_height(plane); ++y) {
            const bool inside = there && y < image.plane_height(plane);
            auto* row = to.row(plane, y);
            if (inside) std::memcpy(row, image.row(plane, y), width);
            const auto copied = inside ? width : 0;
            std::memset(row + copied, plane == 0 ? 0 : 128, static_cast<std::size_t>(to.plane_width(plane)) - copied);
        }
    }
    const auto strip = timecode_rect(image.height);
    write_timecode(to, strip.x, strip.y, code);
}

StreamId peer_stream(Modality modality) {
    return static_cast<StreamId>(1 + static_cast<int>(modality));
}

}  // namespace bench

// The noun that everything else is about.
#pragma once

#include "transport/geometry.hpp"
#include "transport/timeline.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace transport {

/// Luma full range 0..255, chroma BT.601 (DICOM's YBR_FULL), 4:2:0; or grey alone.
enum class PixelFormat : std::uint8_t { i420, gray8 };

/// Planar picture memory. Written once, by the stage that made it, then shared as `const` and never again.
struct Pixels {
    struct Plane {
        std::uint8_t* data = nullptr;
        int stride = 0;  ///< bytes
    };
    PixelFormat format = PixelFormat::i420;
    int width = 0;   ///< even for i420
    int height = 0;  ///< even for i420
    std::array<Plane, 3> planes{};
    std::shared_ptr<void> owner;  ///< keeps the planes alive (a pool buffer, a decoder's frame)

    [[nodiscard]] int plane_count() const { return format == PixelFormat::i420 ? 3 : 1; }
    [[nodiscard]] int plane_width(int plane) const { return plane == 0 ? width : width / 2; }
    [[nodiscard]] int plane_height(int plane) const { return plane == 0 ? height : height / 2; }
    [[nodiscard]] const std::uint8_t* row(int plane, int y) const {
        return planes[static_cast<std::size_t>(plane)].data +
               static_cast<std::ptrdiff_t>(y) * planes[static_cast<std::size_t>(plane)].stride;
    }
    [[nodiscard]] std::uint8_t* row(int plane, int y) {
        return planes[static_cast<std::size_t>(plane)].data +
               static_cast<std::ptrdiff_t>(y) * planes[static_cast<std::size_t>(plane)].stride;
    }
};
using SharedPixels = std::shared_ptr<const Pixels>;

enum class Modality : std::uint8_t { ultrasound, xray, camera };
inline constexpr std::size_t modality_count = 3;
/// For arrays with one place for each.
[[nodiscard]] constexpr std::size_t index(Modality modality) {
    return static_cast<std::size_t>(modality);
}
[[nodiscard]] std::string_view name(Modality modality);
[[nodiscard]] std::optional<Modality> modality_named(std::string_view text);

using StreamId = std::uint16_t;

/// What is known of one source frame, apart from its pixels. Travels in the stamp, down the whole path.
struct FrameHeader {
    StreamId stream = 0;
    std::uint32_t sequence = 0;  ///< counts up by one per frame of this stream, from the node's start
    Modality modality = Modality::ultrasound;
    int width = 0;  ///< of the image itself, without the strip of the in-picture code
    int height = 0;
    Timeline timeline;
    std::optional<Timestamp> content_changed;  ///< when the source's pixels last differed from the frame before
    Microseconds period{0};                    ///< nominal time between frames; 0 unknown
    bool beam_on = true;                       ///< X-ray only: false while the pedal is up (last image hold)
    bool degraded = false;                     ///< the link carries less than this picture needs at the least
    bool timecode = false;                     ///< the encoded picture carries the in-picture code below the image
    ImageGeometry geometry;
    bool operator==(const FrameHeader&) const = default;
};

/// A value: small header, shared pixels. Moved down the path, copied for fan-out.
struct Frame {
    FrameHeader header;
    SharedPixels pixels;
};

}  // namespace transport

// The text before the pixels of a MetaImage sequence, as PLUS Toolkit writes it (*.igs.mha).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace devices {

/// "ProbeToTracker": a point of the probe in, of the tracker out; 4x4 row-major, mm.
struct MetaTransform {
    std::string name;
    std::array<double, 16> rows{};
    bool ok = true;  ///< the tracker saw it
};

struct MetaFrame {
    std::optional<double> seconds;  ///< on the recorder's own clock
    bool image_ok = true;
    std::vector<MetaTransform> transforms;
};

struct MetaHeader {
    int columns = 0;  ///< 0: poses only
    int rows = 0;
    bool compressed = false;  ///< zlib
    std::string orientation;  ///< "MF": marked side of the probe and far from it, along columns and rows; may be empty
    std::vector<MetaFrame> frames;
    std::size_t length = 0;  ///< bytes; the pixels follow

    [[nodiscard]] std::size_t frame_bytes() const {
        return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
    }
};

/// `text`: the file, at least up to its pixels. Throws std::runtime_error with one line that names the key at fault.
[[nodiscard]] MetaHeader read_meta_header(std::string_view text);

}  // namespace devices

// MetaImage sequences (*.igs.mha): poses and pictures of a tracked ultrasound recording, in memory.
#pragma once

#include "devices/meta_header.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace devices {

struct MetaImage {
    MetaHeader header;
    std::vector<std::uint8_t> pixels;  ///< grey, frame after frame, as stored; empty: poses only
};

/// By content: a text that begins as MetaImage headers do.
[[nodiscard]] bool is_meta_image(const std::string& path);

/// A whole file, at most 400 MB of pixels. Throws std::runtime_error with one line naming `path` and what is wrong.
[[nodiscard]] MetaImage read_meta_image(const std::string& path);
/// The same of the file's bytes; the reason does not name a path.
[[nodiscard]] MetaImage read_meta_image(std::span<const std::uint8_t> file);

/// When, and where a tracked thing was: mm, in the frame of its reference where that is tracked too, else the
/// tracker's.
struct MetaPosition {
    double seconds = 0;
    std::array<double, 3> mm{};
};
/// Of the frames with a time in which the tracker saw all that it takes.
[[nodiscard]] std::vector<MetaPosition> meta_positions(const MetaHeader& header);

}  // namespace devices

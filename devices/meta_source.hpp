// A MetaImage sequence (*.igs.mha of PLUS Toolkit) as a source: its pictures at their recorded times, in a loop.
#pragma once

#include "capture/source.hpp"
#include "devices/meta_image.hpp"
#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <memory>
#include <string>
#include <vector>

namespace devices {

/// One frame of the sequence, turned so that columns run to the probe's marked side and rows away from it (MF); an odd
/// last column or row is cut off. `image` has pictures.
[[nodiscard]] std::shared_ptr<transport::Pixels> meta_picture(const MetaImage& image, std::size_t frame);

/// `frames_per_second` 0: as recorded. Poses stay behind: they are the tracker's, not the room's. Throws
/// std::runtime_error with one line naming `path` and what is wrong.
[[nodiscard]] std::unique_ptr<capture::Source> open_meta_sequence(const std::string& path, double frames_per_second,
                                                                  const std::vector<transport::Rect>& black,
                                                                  transport::Clock& clock);

}  // namespace devices

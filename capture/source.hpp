// Where pixels come from. Implemented in devices/, used by the capture node.
#pragma once

#include "transport/clock.hpp"
#include "transport/frame.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace capture {

/// What the caller does next.
enum class Reading : std::uint8_t {
    ready,    ///< a frame came
    again,    ///< nothing within the source's patience (about 1 s), or `stop`: ask again
    ended,    ///< this source will never give a frame again
    corrupt,  ///< one frame was unreadable and skipped (counted by the caller): ask again
};

/// What a source knows before its first frame.
struct SourceInfo {
    std::string description;            ///< one line for people; never a patient's name
    transport::Microseconds period{0};  ///< nominal; 0 unknown
    int width = 0;                      ///< of the first frame, pixels
    int height = 0;
    std::vector<std::string> warnings;  ///< one line each, to be printed once
};

/// A device or a recording. Constructors throw std::runtime_error with one line naming what and where.
class Source {
public:
    virtual ~Source() = default;
    [[nodiscard]] virtual SourceInfo info() const = 0;
    /// Waits for the next frame at its true time. On `ready` fills: pixels, modality-independent geometry,
    /// width, height, period, beam_on, and `acquired` (with `acquired_estimated`) if the device tells it.
    /// Stream, sequence, modality and `captured` are the capture node's. Sizes may change between frames.
    virtual Reading next(transport::Frame& frame, std::stop_token stop) = 0;
};

}  // namespace capture

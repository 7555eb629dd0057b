// An apical four-chamber view of a beating heart.
#pragma once

#include "transport/frame.hpp"

#include <memory>
#include <vector>

namespace devices {

struct SyntheticEcho {
    std::vector<std::shared_ptr<transport::Pixels>> frames;
    transport::ImageGeometry geometry;
};

/// `count` i420 frames, spread evenly over one heart cycle. Deterministic.
[[nodiscard]] SyntheticEcho draw_synthetic_echo(int width, int height, int count);

}  // namespace devices

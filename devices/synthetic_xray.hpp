// Fluoroscopy of a chest: spine, ribs, a beating heart, catheters and a transoesophageal probe.
#pragma once

#include "transport/frame.hpp"

#include <memory>
#include <vector>

namespace devices {

struct SyntheticXray {
    std::vector<std::shared_ptr<transport::Pixels>> frames;
    transport::ImageGeometry geometry;
};

/// `count` gray8 frames, spread evenly over one heart cycle. Deterministic.
[[nodiscard]] SyntheticXray draw_synthetic_xray(int width, int height, int count);

}  // namespace devices

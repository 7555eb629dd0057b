// What the echo looks like where nothing was encoded: the source's own frames, and the product's picture of them.
#pragma once

#include "bench/luma.hpp"
#include "transport/frame.hpp"

#include <vector>

namespace bench {

/// Every frame of the synthetic source's loop, in order; taken without waiting.
[[nodiscard]] std::vector<transport::SharedPixels> synthetic_loop(transport::Modality modality,
                                                                  double frames_per_second);

/// Where the product's fused layout shows the echo by itself on a canvas of 1280x720, without its rim.
[[nodiscard]] transport::Rect product_echo_pane();
/// That pane as the product draws it from each of these pictures (800x600), on the CPU.
[[nodiscard]] std::vector<Luma> product_echo_references(const std::vector<transport::SharedPixels>& pictures);

}  // namespace bench

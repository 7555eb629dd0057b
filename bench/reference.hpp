// What the echo looks like where nothing was encoded: the source's own frames, and the product's picture of them.
#pragma once

#include "bench/cathlab_pictures.hpp"
#include "bench/luma.hpp"
#include "transport/frame.hpp"

#include <string>
#include <vector>

namespace bench {

/// Every frame of a synthetic source's loop, in order; taken without waiting.
[[nodiscard]] std::vector<transport::SharedPixels> synthetic_loop(transport::Modality modality,
                                                                  double frames_per_second,
                                                                  const std::string& source = "synthetic");

/// Of `bench path`.
inline constexpr PictureSizes path_sizes{800, 600, 512, 512, 1280, 720};

/// Where the product's fused layout shows the echo by itself, without its rim.
[[nodiscard]] transport::Rect product_echo_pane(const PictureSizes& sizes = path_sizes);
/// That pane as the product draws it from each of these pictures, on the CPU.
[[nodiscard]] std::vector<Luma> product_echo_references(const std::vector<transport::SharedPixels>& pictures,
                                                        const PictureSizes& sizes = path_sizes);

}  // namespace bench

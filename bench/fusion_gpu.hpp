// A fused frame's time on the GPU.
#pragma once

#include "bench/fusion.hpp"

namespace bench {

/// Without a GPU no rows, and the line that says why.
[[nodiscard]] FusionFigures fusion_on_gpu(const FusionOptions& options);

}  // namespace bench

// A fused frame's time on the GPU. Stands on the kernels alone, so that a bare machine with a GPU can time them.
#pragma once

#include "bench/rows.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace bench {

struct GpuFigures {
    std::vector<Row> rows;
    std::string missing;  ///< why there are none; empty: they are there
};

/// `say`: told the device's name. Throws std::runtime_error when the GPU fails, or is stopped.
[[nodiscard]] GpuFigures gpu_figures(const std::function<void(const std::string&)>& say, const std::stop_token& stop);

}  // namespace bench

// Fusion on the GPU with its parts timed apart, for one operating room or several at once.
#pragma once

#include "augment/fusion.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace augment {

/// One canvas of a batch.
struct GpuRoom {
    transport::Pixels* canvas = nullptr;
    const Scene* scene = nullptr;
};

/// Of one batch.
struct GpuTimes {
    double upload_ms = 0;  ///< sources that are new, and where the echo lies; halving included
    double kernel_ms = 0;  ///< one run over all canvases
    double download_ms = 0;
    std::size_t uploaded_bytes = 0;
    std::size_t kernel_bytes = 0;  ///< sources read once and canvases written once
    std::size_t downloaded_bytes = 0;
};

class GpuFusion : public Fusion {
public:
    using Fusion::Fusion;
    /// Room i keeps its sources on the GPU until they change: give rooms in the same order. The kernel is run
    /// `kernel_runs` times, for timing. Throws std::runtime_error when the GPU fails.
    virtual GpuTimes draw_rooms(const std::vector<GpuRoom>& rooms, int kernel_runs = 1) = 0;
    /// Bytes read and written in a second by a copy inside the GPU's memory, measured now.
    [[nodiscard]] virtual double copy_bytes_per_s() = 0;
};

/// Null when there is no usable GPU or the build has no CUDA; `reason` says which.
[[nodiscard]] std::unique_ptr<GpuFusion> make_fusion_gpu(std::string& reason);

}  // namespace augment
